"""The table of blindnesses, on the metadata of `storage.table.core`; the same conventions hold here."""

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, Table, Text

from storage.table.core import Id, metadata

outage: Final = Table(
    "blindness",
    metadata,
    Column("channel_id", BigInteger, primary_key=True, autoincrement=False),
    Column("project_id", Id, nullable=False),
    Column("cause", Text, nullable=False),
    Column("began_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=False),
    Column("first_card_id", Id, nullable=False),
    Column("last_card_id", Id, nullable=False),
    Column("fired", Integer, nullable=False),
    Column("still_open", Integer, nullable=False),
)
