"""The table of groups, on the metadata of `storage.table.core`; the same conventions hold here."""

from typing import Final

from sqlalchemy import BigInteger, Column, Identity, Index, Table, Text

from storage.table.core import Id, metadata

alert_group: Final = Table(
    "alert_group",
    metadata,
    Column("id", Id, Identity(), primary_key=True),
    Column("project_id", Id, nullable=False),
    Column("source_id", Id, nullable=False),
    Column("cause", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("joined_at", BigInteger, nullable=False),
    Column("began_as", BigInteger, nullable=False, server_default="0"),
    Index("ix_alert_group_cause", "project_id", "cause", "id"),
)
