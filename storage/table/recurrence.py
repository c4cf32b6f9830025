"""The tables around recurrences, on the metadata of `storage.table.core`; the same conventions hold here."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.table.core import Id, metadata, only


def _identity() -> Column[int]:
    return Column("id", Id, Identity(), primary_key=True)


def _refers(name: str, target: str) -> Column[int]:
    return Column(name, Id, ForeignKey(target), nullable=False)


def _points(name: str) -> Column[int]:
    """A reference that is not checked; see the head of `storage.table.core`."""
    return Column(name, Id, nullable=False)


def _sum(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


recurrence: Final = Table(
    "recurrence",
    metadata,
    _identity(),
    _points("project_id"),
    _refers("source_id", "source.id"),
    Column("signature", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("namespace", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("occurrences", BigInteger, nullable=False),
    Column("episodes", BigInteger, nullable=False),
    Column("duplicates", BigInteger, nullable=False),
    Column("flaps", BigInteger, nullable=False),
    Column("first_seen_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    Column("last_alert_id", BigInteger),
    *(_sum(name) for name in ("acks", "ack_us", "resolves", "resolve_us", "self_resolves", "attention_us")),
    _sum("noise_votes"),
    Column("fixed_at", BigInteger),
    *(Column(name, Text) for name in ("fixed_by", "fixed_by_name", "fix_owner", "fix_owner_name")),
    Column("fix_note", Text, nullable=False, server_default=""),
    Column("regressed_at", BigInteger),
    Column("regressed_alert_id", BigInteger),
    Column("channel_id", BigInteger),
    UniqueConstraint("project_id", "signature"),
)

# What a ranking walks, from the largest sum of all time on; the first serves every count of recurrences too.
# It has the channel of the last alert, and the source that speaks for one without any, so that who sees only
# some passes over the others in the index.
Index(
    "ix_recurrence_occurrences",
    recurrence.c.project_id, recurrence.c.occurrences.desc(), recurrence.c.id, recurrence.c.last_seen_at,
    recurrence.c.channel_id, recurrence.c.source_id,
)  # fmt: skip
Index(
    "ix_recurrence_attention_us", recurrence.c.project_id, recurrence.c.attention_us.desc(), recurrence.c.id
)
Index(
    "ix_recurrence_noise_votes",
    recurrence.c.project_id, recurrence.c.noise_votes.desc(), recurrence.c.self_resolves.desc(),
    recurrence.c.id,
)  # fmt: skip


def _counts(name: str, period: str) -> Table:
    """Counts of a recurrence by hour or day since the epoch."""
    return Table(
        name,
        metadata,
        Column("recurrence_id", Id, primary_key=True, autoincrement=False),
        Column(period, Integer, primary_key=True, autoincrement=False),
        Column("occurrences", Integer, nullable=False),
        Column("episodes", Integer, nullable=False),
        _sum("self_resolves"),
        _sum("attention_us"),
        sqlite_with_rowid=False,
    )


recurrence_hour: Final = _counts("recurrence_hour", "hour")
recurrence_day: Final = _counts("recurrence_day", "day")

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
    **only(_LINKED),
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
