"""The tables of the audit log and of the reports on integrity, on the metadata of `storage.table.core`."""

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Identity, Index, Table, Text, text

from storage.table.core import Id, metadata, only

audit: Final = Table(
    "audit",
    metadata,
    Column("id", Id, Identity(), primary_key=True),
    Column("project_id", Id, ForeignKey("project.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("method", Text),
    Column("mac", Text),
    Index("ix_audit_subject", "subject", "id"),
    Index("ix_audit_project_id", "project_id", "id"),
)
IS_DONE_BY_SOMEBODY: Final = text("audit.actor NOT LIKE 'source:%'")
"""The condition of the partial index below in its own words: what senders cause is most of the log."""
_BY_SOMEBODY: Final = text("actor NOT LIKE 'source:%'")
Index(
    "ix_audit_actor",
    audit.c.project_id,
    audit.c.actor,
    audit.c.id,
    **only(_BY_SOMEBODY),
)

integrity: Final = Table(
    "integrity",
    metadata,
    Column("project_id", Id, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("report", Text, nullable=False),
)
