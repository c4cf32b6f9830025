"""The tables of incidents, on the metadata of `storage.table.core`; the same conventions hold here.

Trap: a database uses a partial index only where it can prove the index's condition, and of a bound parameter
it can prove nothing. `IS_OPEN` and `IS_ACTIVE` say these conditions in the words of the index.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from storage.table.core import Id, metadata, only


def _identity() -> Column[int]:
    return Column("id", Id, Identity(), primary_key=True)


def _refers(name: str, target: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, Id, ForeignKey(target), nullable=nullable)


incident: Final = Table(
    "incident",
    metadata,
    _identity(),
    _refers("project_id", "project.id"),
    Column("state", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("idempotency_key", Text),
    Column("home_id", BigInteger),
    Column("thread_id", BigInteger),
    Column("threadless", Boolean, nullable=False, server_default=false()),
    Column("opened_by", Text, nullable=False),
    Column("opened_by_name", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("touched_at", BigInteger, nullable=False),
    Column("impact_started_at", BigInteger),
    Column("detected_at", BigInteger, nullable=False),
    Column("acked_at", BigInteger),
    Column("mitigated_at", BigInteger),
    Column("resolved_at", BigInteger),
    Column("closed_at", BigInteger),
    Column("update_text", Text, nullable=False),
    Column("updated_at", BigInteger),
    Column("updated_by", Text),
    Column("updated_by_name", Text),
    Column("update_due_at", BigInteger),
    _refers("merged_into_id", "incident.id", nullable=True),
)
IS_OPEN: Final = text("incident.state IN ('open', 'mitigating')")
_OPEN: Final = text("state IN ('open', 'mitigating')")
Index("ix_incident_open", incident.c.project_id, incident.c.id, **only(_OPEN))
Index("ix_incident_project_id", incident.c.project_id, incident.c.id)
_REMINDED: Final = text("update_due_at IS NOT NULL")
Index(
    "ix_incident_due",
    incident.c.project_id,
    incident.c.update_due_at,
    **only(_REMINDED),
)
_MERGED: Final = text("merged_into_id IS NOT NULL")
Index("ix_incident_merged", incident.c.merged_into_id, **only(_MERGED))
_KEYED: Final = text("idempotency_key IS NOT NULL")
Index(
    "ix_incident_key",
    incident.c.project_id,
    incident.c.idempotency_key,
    unique=True,
    **only(_KEYED),
)
_THREADED: Final = text("thread_id IS NOT NULL")
Index("ix_incident_thread", incident.c.thread_id, **only(_THREADED))

incident_alert: Final = Table(
    "incident_alert",
    metadata,
    Column("incident_id", Id, ForeignKey("incident.id"), primary_key=True, autoincrement=False),
    Column("alert_id", Id, ForeignKey("alert.id"), primary_key=True, autoincrement=False),
    Column("active", Boolean, nullable=False),
    Column("linked_at", BigInteger, nullable=False),
    Column("unlinked_at", BigInteger),
    sqlite_with_rowid=False,
)
IS_ACTIVE: Final = text("incident_alert.active")
_ACTIVE: Final = text("active")
Index(
    "ix_incident_alert_active",
    incident_alert.c.alert_id,
    unique=True,
    **only(_ACTIVE),
)

timeline: Final = Table(
    "timeline",
    metadata,
    _identity(),
    _refers("incident_id", "incident.id"),
    Column("entry_id", Id),
    Column("version", SmallInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("alert_id", Id),
    Column("channel_id", BigInteger),
    Column("message_id", BigInteger),
    Column("deleted", Boolean, nullable=False),
    Column("written_at", BigInteger, nullable=False),
    Index("ix_timeline_incident_id", "incident_id", "id"),
    UniqueConstraint("entry_id", "version"),
)
_PINNED: Final = text("message_id IS NOT NULL AND entry_id IS NULL")
Index(
    "ix_timeline_message",
    timeline.c.message_id,
    timeline.c.incident_id,
    unique=True,
    **only(_PINNED),
)

action_item: Final = Table(
    "action_item",
    metadata,
    _identity(),
    _refers("project_id", "project.id"),
    _refers("incident_id", "incident.id"),
    Column("text", Text, nullable=False),
    Column("owner", Text),
    Column("owner_name", Text),
    Column("due_at", BigInteger),
    Column("remind_at", BigInteger),
    Column("created_by", Text, nullable=False),
    Column("created_by_name", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("done_at", BigInteger),
    Column("done_by", Text),
    Column("done_by_name", Text),
    Column("recurrence_id", Id),
    Index("ix_action_item_incident_id", "incident_id", "id"),
)
_MENDING: Final = text("recurrence_id IS NOT NULL")
Index(
    "ix_action_item_recurrence_id",
    action_item.c.recurrence_id,
    **only(_MENDING),
)
_WAITING: Final = text("remind_at IS NOT NULL")
Index(
    "ix_action_item_remind",
    action_item.c.project_id,
    action_item.c.remind_at,
    **only(_WAITING),
)
_UNDONE: Final = text("done_at IS NULL")
Index(
    "ix_action_item_open",
    action_item.c.project_id,
    action_item.c.due_at,
    **only(_UNDONE),
)

nudge: Final = Table(
    "nudge",
    metadata,
    _identity(),
    _refers("incident_id", "incident.id"),
    Column("kind", Text, nullable=False),
    Column("about_id", Id),
    Column("text", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_nudge_incident_id", "incident_id", "id"),
)
