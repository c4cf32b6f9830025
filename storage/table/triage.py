"""The tables of briefs, on the metadata of `storage.table.core`; the same conventions hold here."""

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Identity, Index, Integer, Table, Text, text

from storage.table.core import Id, metadata, only

brief: Final = Table(
    "brief",
    metadata,
    Column("id", Id, Identity(), primary_key=True),
    Column("project_id", Id, ForeignKey("project.id"), nullable=False),
    Column("recurrence_id", Id, nullable=False),
    Column("alert_id", Id, nullable=False),
    Column("incident_id", Id, ForeignKey("incident.id")),
    Column("run_id", Id, ForeignKey("run.id")),
    Column("created_at", BigInteger, nullable=False),
    Column("settles_at", BigInteger),
    Index("ix_brief_recurrence_id", "recurrence_id", "id"),
)
_IN_INCIDENT: Final = text("incident_id IS NOT NULL")
Index(
    "ix_brief_incident_id",
    brief.c.incident_id,
    **only(_IN_INCIDENT),
)
_SETTLING: Final = text("settles_at IS NOT NULL")
Index(
    "ix_brief_settles",
    *(brief.c.project_id, brief.c.settles_at),
    **only(_SETTLING),
)

cooldown: Final = Table(
    "cooldown",
    metadata,
    Column("recurrence_id", Id, primary_key=True, autoincrement=False),
    Column("what", Text, primary_key=True),
    Column("taken_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

agent_call: Final = Table(
    "agent_call",
    metadata,
    Column("run_id", Id, ForeignKey("run.id"), primary_key=True, autoincrement=False),
    Column("project_id", Id, nullable=False),
    Column("brief_id", Id, ForeignKey("brief.id"), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", BigInteger),
    Column("claimed_by", Text),
    Column("claim_expires_at", BigInteger),
)
_WAITING: Final = text("due_at IS NOT NULL")
Index(
    "ix_agent_call_due",
    *(agent_call.c.project_id, agent_call.c.due_at),
    **only(_WAITING),
)
