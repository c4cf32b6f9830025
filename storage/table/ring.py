"""The tables of rings and quiet reasons, on the metadata and by the conventions of `storage.table.core`."""

from typing import Final

from sqlalchemy import BigInteger, Column, Identity, Index, Integer, Table, Text, text

from storage.table.core import Id, metadata, only

ring: Final = Table(
    "ring",
    metadata,
    Column("id", Id, Identity(), primary_key=True),
    Column("project_id", Id, nullable=False),
    Column("subject", Text, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("run", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("lead_id", Id),
    Column("channel_id", BigInteger),
    Column("told_at", BigInteger),
)
_WAITS: Final = text("lead_id IS NULL")
Index("ix_ring_due", ring.c.due_at, ring.c.id, **only(_WAITS))
_TOLD: Final = text("lead_id IS NOT NULL")
Index("ix_ring_subject", ring.c.subject, ring.c.subject_id, **only(_TOLD))
Index("ix_ring_lead", ring.c.lead_id, **only(_TOLD))
Index("ix_ring_told", ring.c.channel_id, ring.c.told_at, **only(_TOLD))

quiet_reason: Final = Table(
    "quiet_reason",
    metadata,
    Column("alert_id", Id, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("by", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger),
    sqlite_with_rowid=False,
)
_ENDS: Final = text("until IS NOT NULL")
Index("ix_quiet_reason_until", quiet_reason.c.until, **only(_ENDS))
