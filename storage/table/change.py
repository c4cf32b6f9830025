"""The table of changes, on the metadata of `storage.table.core`; the same conventions hold here."""

from typing import Final

from sqlalchemy import BigInteger, Column, Identity, Index, Table, Text

from storage.table.core import Id, metadata

change: Final = Table(
    "change",
    metadata,
    Column("id", Id, Identity(), primary_key=True),
    Column("project_id", Id, nullable=False),
    Column("source_id", Id, nullable=False),
    Column("service", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("links", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Index("ix_change_at", "project_id", "at"),
)
