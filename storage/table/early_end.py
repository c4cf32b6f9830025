"""The table of ends that overtook their firings; small, for each is forgotten after the reopen window."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Table, Text

from storage.table.core import Id, metadata

early_end: Final = Table(
    "early_end",
    metadata,
    Column("project_id", Id, primary_key=True, autoincrement=False),
    Column("signature", Text, primary_key=True),
    Column("started_at", BigInteger),
    Column("ended_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Index("ix_early_end_until", "until"),
)
