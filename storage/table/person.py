"""The table of what people chose for themselves, on the metadata of `storage.table.core`."""

from typing import Final

from sqlalchemy import BigInteger, Column, Table, Text

from storage.table.core import metadata

person: Final = Table(
    "person",
    metadata,
    Column("project_id", BigInteger, primary_key=True, autoincrement=False),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("zone", Text, nullable=False),
)
