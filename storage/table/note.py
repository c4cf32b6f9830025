"""The table of notes, on the metadata of `storage.table.core`; the same conventions hold here."""

from typing import Final

from sqlalchemy import BigInteger, Column, Identity, Index, Integer, Table, Text

from storage.table.core import Id, metadata

note: Final = Table(
    "note",
    metadata,
    Column("id", Id, Identity(), primary_key=True),
    Column("project_id", Id, nullable=False),
    Column("source_id", Id, nullable=False),
    Column("title", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("times", Integer, nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Index("ix_note_source_id", "source_id", "id"),
)
