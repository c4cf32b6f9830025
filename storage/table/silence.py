"""The table of silences, on the metadata of `storage.table.core`; the same conventions hold here."""

from typing import Final

from sqlalchemy import BigInteger, Column, Identity, Index, Table, Text, text

from storage.table.core import Id, metadata, only

_UNSETTLED: Final = text("ended_at IS NULL")

silence: Final = Table(
    "silence",
    metadata,
    Column("id", Id, Identity(), primary_key=True),
    Column("uuid", Text, nullable=False, unique=True),
    Column("project_id", Id, nullable=False),
    Column("source_id", Id),
    Column("matchers", Text, nullable=False),
    Column("starts_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("begun_at", BigInteger),
    Column("ended_at", BigInteger),
    Index("ix_silence_project_id", "project_id", "id"),
    Index("ix_silence_unsettled", "project_id", "ends_at", **only(_UNSETTLED)),
)
