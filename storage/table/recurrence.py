"""The tables around recurrences, on the metadata of `storage.table.core`; the same conventions hold here."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Identity,
    Index,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.table.core import Id, metadata


def _identity() -> Column[int]:
    return Column("id", Id, Identity(), primary_key=True)


def _refers(name: str, target: str) -> Column[int]:
    return Column(name, Id, ForeignKey(target), nullable=False)


run: Final = Table(
    "run",
    metadata,
    _identity(),
    _refers("project_id", "project.id"),
    Column("agent", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("queued_at", BigInteger, nullable=False),
    Column("started_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("output", Text, nullable=False),
    Column("event_id", Id),
    Column("alert_id", Id),
    Column("recurrence_id", Id),
    Column("incident_id", Id),
    UniqueConstraint("project_id", "agent", "key"),
)
_LINKED: Final = text("recurrence_id IS NOT NULL")
Index(
    "ix_run_recurrence_id",
    run.c.recurrence_id,
    run.c.id,
    run.c.state,
    sqlite_where=_LINKED,
    postgresql_where=_LINKED,
)
Index("ix_run_alert_id", run.c.alert_id, run.c.id)

noise_vote: Final = Table(
    "noise_vote",
    metadata,
    Column("recurrence_id", Id, primary_key=True, autoincrement=False),
    Column("voter", Text, primary_key=True),
    Column("alert_id", Id, primary_key=True, autoincrement=False),
    Column("voter_name", Text, nullable=False),
    Column("voted_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

handoff: Final = Table(
    "handoff",
    metadata,
    _identity(),
    _refers("recurrence_id", "recurrence.id"),
    Column("kind", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("assignee", Text),
    Column("assignee_name", Text),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Index("ix_handoff_recurrence_id", "recurrence_id", "id"),
)

work_check: Final = Table(
    "work_check",
    metadata,
    _identity(),
    _refers("recurrence_id", "recurrence.id"),
    Column("at", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("next_step", Text, nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("checks", Text, nullable=False),
    Index("ix_work_check_recurrence_id", "recurrence_id", "id"),
)
