"""The table of answered requests, on the metadata of `storage.table.core`; the same conventions hold here."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from storage.table.core import metadata

idempotency: Final = Table(
    "idempotency",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("request", Text, nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    Column("status", Integer),
    Column("body", LargeBinary),
    Index("ix_idempotency_begun_at", "begun_at"),
)
