"""The table of the delivery ledger, on the metadata of `storage.table.core`; the same conventions hold here.

A card has `bot.domain.outbox.ledger.KEPT` slots, and a revision takes the one that its number falls on: so
the last ones are kept, and nothing has to be counted or deleted when another is sent.
"""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, SmallInteger, Table

from storage.table.core import Id, metadata

ledger: Final = Table(
    "ledger",
    metadata,
    Column("card_id", Id, primary_key=True, autoincrement=False),
    Column("slot", SmallInteger, primary_key=True, autoincrement=False),
    Column("project_id", Id, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("posted", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("accepted_at", BigInteger, nullable=False),
    Column("sent_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger),
    Index("ix_ledger_sent_at", "project_id", "sent_at"),
    sqlite_with_rowid=False,
)
