"""The table of storm boards, on the metadata of `storage.table.core`; the same conventions hold here."""

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, Table

from storage.table.core import Id, metadata

board: Final = Table(
    "board",
    metadata,
    Column("channel_id", BigInteger, primary_key=True, autoincrement=False),
    Column("project_id", Id, nullable=False),
    Column("entered_at", BigInteger, nullable=False),
    Column("left_at", BigInteger),
    Column("first_card_id", Id, nullable=False),
    Column("newest_card_id", Id, nullable=False),
    Column("held", Integer, nullable=False),
    Column("critical", Integer, nullable=False, server_default="0"),
    Column("acts", BigInteger, nullable=False, server_default="0"),
)
