"""The table of integrity reports, on the metadata of `storage.table.core`; the same conventions hold here."""

from typing import Final

from sqlalchemy import BigInteger, Column, Table, Text

from storage.table.core import Id, metadata

integrity: Final = Table(
    "integrity",
    metadata,
    Column("project_id", Id, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("report", Text, nullable=False),
)
