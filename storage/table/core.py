"""The tables. Times are whole microseconds since the Unix epoch, UTC; flags of people are text.

Names of constraints follow one convention, so that migrations can name them on both engines.

Rows that intake writes by the thousand (event, card, the counts) refer to others without a foreign key: all
their ids come out of the very transaction that writes them, nothing deletes the rows they point to, and on
PostgreSQL each key checked doubled the cost of an alert (``tests/bench``).
"""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    TextClause,
    UniqueConstraint,
    text,
)

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def only(condition: TextClause) -> dict[str, Any]:
    """Keep an index to the rows of a condition, on both engines.

    PostgreSQL's own word would load its whole dialect: `storage.migration` adds it where tables are compared.
    """
    return {"sqlite_where": condition, "info": {"only": condition}}


Id: Final = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER makes a SQLite rowid


def _identity() -> Column[int]:
    return Column("id", Id, Identity(), primary_key=True)


def _refers(name: str, target: str) -> Column[int]:
    return Column(name, Id, ForeignKey(target), nullable=False)


def _points(name: str, *, nullable: bool = False) -> Column[int]:
    """A reference that is not checked; see the head of the file."""
    return Column(name, Id, nullable=nullable)


def _sum(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


project: Final = Table(
    "project",
    metadata,
    _identity(),
    Column("name", Text, nullable=False, unique=True),
    Column("tag", Text, nullable=False),
    Column("settings", Text, nullable=False, server_default="{}"),
    Column("proved_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("removed_at", BigInteger),
)

source: Final = Table(
    "source",
    metadata,
    _identity(),
    _refers("project_id", "project.id"),
    Column("name", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("channel_id", BigInteger),
    Column("silence_us", BigInteger),
    Column("reopen_window_us", BigInteger),
    Column("generation", Integer, nullable=False, server_default="1"),
    Column("created_at", BigInteger, nullable=False),
    Column("last_event_at", BigInteger),
    Column("ignored_labels", Text, nullable=False, server_default="[]"),
    Column("card", Text, nullable=False, server_default="alert"),
    Column("removed_at", BigInteger),
    Column("fallback_channel_id", BigInteger),
    Column("default_severity", Text, nullable=False, server_default="warning"),
    Column("expect_every_us", BigInteger),
    Column("expect_grace_us", BigInteger),
    Column("expected_since", BigInteger),
    Column("ping", Text, nullable=False, server_default="{}"),
    Index(
        "ix_source_live_name",
        "project_id",
        "name",
        unique=True,
        **only(text("removed_at IS NULL")),
    ),
)

credential: Final = Table(
    "credential",
    metadata,
    _identity(),
    _refers("source_id", "source.id"),
    Column("digest", Text, nullable=False, unique=True),
    Column("generation", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("secret", Text),
    Index("ix_credential_source_id", "source_id"),
)

envelope: Final = Table(
    "envelope",
    metadata,
    Column("digest", Text, primary_key=True),
    _refers("source_id", "source.id"),
    Column("body", Text, nullable=False),
    Column("packed", LargeBinary),
    Column("original_sha256", Text, nullable=False),
    Column("original_length", Integer, nullable=False),
    Column("rules_version", SmallInteger, nullable=False),
    Column("redactions", Integer, nullable=False),
    Column("received_at", BigInteger, nullable=False),
)

alert: Final = Table(
    "alert",
    metadata,
    _identity(),
    _points("project_id"),
    _points("source_id"),
    _refers("recurrence_id", "recurrence.id"),
    Column("signature", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("severity_word", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("labels", Text, nullable=False),
    Column("links", Text, nullable=False),
    Column("namespace", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("group_key", Text, nullable=False),
    Column("occurrences", BigInteger, nullable=False),
    Column("flaps", Integer, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    Column("acked_at", BigInteger),
    Column("first_acked_at", BigInteger),
    Column("resolved_at", BigInteger),
    Column("resolved_by", Text),
    Column("resolved_by_name", Text),
    Column("owner", Text),
    Column("owner_name", Text),
    Column("lease_expires_at", BigInteger),
    Column("silent_after", BigInteger),
    Column("escalated_from", Text),
    Column("note", Text, nullable=False, server_default=""),
    Column("note_by", Text),
    Column("note_by_name", Text),
    _points("group_id", nullable=True),
    Column("flapped_at", Text),
    Column("quiet_until", BigInteger),
    Column("said", Text),
    Column("ending", Text),
    Column("started_at", BigInteger),
    Column("received_at", BigInteger),
    Column("claims", Integer, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("last_error", Text, nullable=False, server_default=""),
    Column("retry_at", BigInteger),
    Column("run", Integer, nullable=False, server_default="0"),
    Column("loud_since", BigInteger),
    Column("quiet_kinds", Text),
    Column("ack_until", BigInteger),
    Column("silent_at", BigInteger),
    Column("cause", Text),
    Column("channel_id", BigInteger, nullable=False, server_default="0"),
    Column("target_crc", BigInteger, nullable=False, server_default="0"),
)
_OPEN: Final = text("state <> 'resolved'")
IS_OPEN_ALERT: Final = text("alert.state <> 'resolved'")
"""The condition of the partial index in its own words: from a bound parameter neither engine can prove it."""
Index("ix_alert_open", alert.c.project_id, alert.c.id, alert.c.target_crc, **only(_OPEN))
Index("ix_alert_recurrence_id", alert.c.recurrence_id, alert.c.id)
_LEASED: Final = text("lease_expires_at IS NOT NULL")
Index("ix_alert_lease", alert.c.lease_expires_at, **only(_LEASED))
_EXPIRING: Final = text("silent_after IS NOT NULL")
Index("ix_alert_silent", alert.c.silent_after, **only(_EXPIRING))
_QUIET: Final = text("quiet_until IS NOT NULL")
Index("ix_alert_quiet", alert.c.quiet_until, **only(_QUIET))
_RETRIED: Final = text("retry_at IS NOT NULL")
Index("ix_alert_retry", alert.c.retry_at, **only(_RETRIED))
_ACK_ENDS: Final = text("ack_until IS NOT NULL")
Index("ix_alert_ack_until", alert.c.ack_until, **only(_ACK_ENDS))
_ALONE: Final = text("cause IS NOT NULL AND group_id IS NULL AND state <> 'resolved'")
Index("ix_alert_cause", alert.c.cause, **only(_ALONE))
_MEMBER: Final = text("group_id IS NOT NULL")
Index("ix_alert_group_id", alert.c.group_id, alert.c.id, **only(_MEMBER))

event: Final = Table(
    "event",
    metadata,
    _identity(),
    _points("project_id"),
    _points("source_id"),
    _points("recurrence_id", nullable=True),
    _points("alert_id", nullable=True),
    Column("envelope_digest", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("preview", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Index("ix_event_recurrence_id", "recurrence_id", "id"),
)


card: Final = Table(
    "card",
    metadata,
    _identity(),
    _points("project_id"),
    Column("kind", Text, nullable=False),
    Column("subject_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("message_id", BigInteger),
    Column("wanted", Integer, nullable=False),
    Column("shown", Integer, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("nonce", Text),
    Column("posting_since", BigInteger),
    Column("claimed_by", Text),
    Column("claim_expires_at", BigInteger),
    Column("not_before", BigInteger),
    Column("failures", Integer, nullable=False),
    Column("parked_reason", Text),
    Column("parked_at", BigInteger),
    Column("pinged", Boolean, nullable=False),
    Column("rung_at", BigInteger),
    Column("rung_run", Integer),
    Column("dirty_since", BigInteger, nullable=False),
    Column("sent_at", BigInteger),
    Column("seen_at", BigInteger),
    UniqueConstraint("kind", "subject_id", "channel_id"),
)
_NEW: Final = text("wanted > shown AND parked_reason IS NULL AND message_id IS NULL")
_CHANGED: Final = text("wanted > shown AND parked_reason IS NULL AND message_id IS NOT NULL")
_QUEUE: Final = (card.c.channel_id, card.c.lane, card.c.dirty_since, card.c.id)
Index("ix_card_new", *_QUEUE, **only(_NEW))
Index("ix_card_changed", *_QUEUE, **only(_CHANGED))
_PARKED: Final = text("parked_reason IS NOT NULL")
Index("ix_card_parked", card.c.channel_id, **only(_PARKED))
_SHOWN: Final = text("message_id IS NOT NULL")  # else a planner would look for unposted cards in it
Index("ix_card_message_id", card.c.message_id, **only(_SHOWN))
