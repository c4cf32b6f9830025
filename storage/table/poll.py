"""The tables of polls, on the metadata of `storage.table.core`; the same conventions hold here."""

from typing import Final

from sqlalchemy import BigInteger, Column, Table, Text

from storage.table.core import Id, metadata

poll: Final = Table(
    "poll",
    metadata,
    Column("source_id", Id, primary_key=True, autoincrement=False),
    Column("url", Text, nullable=False),
)

poll_doubt: Final = Table(
    "poll_doubt",
    metadata,
    Column("source_id", Id, primary_key=True, autoincrement=False),
    Column("signature", Text, primary_key=True),
    Column("doubt", Text, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
)
