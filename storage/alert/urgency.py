"""Urgency: how bad an alert is, and whether it waits for somebody: the order of lists, and its index."""

from typing import Final

from sqlalchemy import Index, Integer, literal_column, text

from storage.table.core import alert

URGENCY: Final = literal_column(
    "(CASE severity WHEN 'critical' THEN 4 WHEN 'warning' THEN 2 ELSE 0 END"
    " + CASE WHEN state IN ('acked', 'resolved') THEN 0 ELSE 1 END)",
    Integer,
)
"""In the words of the index: written otherwise, neither engine knows it again."""
_OPEN: Final = text("state <> 'resolved'")
Index(
    "ix_alert_urgency",
    alert.c.project_id, URGENCY, alert.c.id,
    sqlite_where=_OPEN, postgresql_where=_OPEN,
)  # fmt: skip
