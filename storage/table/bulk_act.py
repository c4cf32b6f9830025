"""The table of acts on many alerts at once, by the conventions of `storage.table.core`."""

from typing import Final

from sqlalchemy import BigInteger, Column, Identity, Index, Table, Text

from storage.table.core import Id, metadata

bulk_act: Final = Table(
    "bulk_act",
    metadata,
    Column("id", Id, Identity(), primary_key=True),
    Column("project_id", Id, nullable=False),
    Column("action", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("alert_ids", Text, nullable=False),
    Index("ix_bulk_act_made_at", "made_at"),
)
