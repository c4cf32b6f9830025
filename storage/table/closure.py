"""The table of closures, on the metadata of `storage.table.core`; the same conventions hold here."""

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, Table, Text

from storage.table.core import Id, metadata

closure: Final = Table(
    "closure",
    metadata,
    Column("channel_id", BigInteger, primary_key=True, autoincrement=False),
    Column("project_id", Id, nullable=False),
    Column("reason", Text, nullable=False),
    Column("began_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("moved_to", BigInteger),
    Column("cards", Integer, nullable=False),
)
