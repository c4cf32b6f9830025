"""The table of expiries, on the metadata of `storage.table.core`; the same conventions hold here."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Table

from storage.table.core import Id, metadata

expiry: Final = Table(
    "expiry",
    metadata,
    Column("alert_id", Id, primary_key=True, autoincrement=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("ix_expiry_expires_at", "expires_at"),
)
