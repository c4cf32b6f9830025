"""The tables of the release gate, on the metadata of `storage.table.core`; the same conventions hold here."""

from typing import Final

from sqlalchemy import BigInteger, Column, Float, Identity, Index, PrimaryKeyConstraint, Table, Text

from storage.table.core import Id, metadata

service_level: Final = Table(
    "service_level",
    metadata,
    Column("project_id", Id, nullable=False),
    Column("service", Text, nullable=False),
    Column("env", Text, nullable=False),
    Column("latency_p95_ms", Float),
    Column("error_rate", Float),
    Column("max_latency_p95_ms", Float),
    Column("max_error_rate", Float),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("project_id", "service", "env"),
)

gate_bypass: Final = Table(
    "gate_bypass",
    metadata,
    Column("id", Id, Identity(), primary_key=True),
    Column("project_id", Id, nullable=False),
    Column("service", Text, nullable=False),
    Column("env", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Index("ix_gate_bypass_project_id_until", "project_id", "until"),
)
