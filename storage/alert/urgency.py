"""Urgency: how bad an alert is, and whether it waits for somebody: the order of lists, and its index.

The index has the channel too, so that a list for who sees only some passes over the others without a look at
their rows.
"""

from collections.abc import Collection
from typing import Final

from sqlalchemy import Index, Integer, literal_column, text

from bot.domain.alert.alert import State
from bot.domain.alert.signal import Severity
from storage.table.core import alert, only

URGENCY: Final = literal_column(
    "(CASE severity WHEN 'critical' THEN 4 WHEN 'warning' THEN 2 ELSE 0 END"
    " + CASE WHEN state IN ('acked', 'resolved') THEN 0 ELSE 1 END)",
    Integer,
)
"""In the words of the index: written otherwise, neither engine knows it again."""
_OPEN: Final = text("state <> 'resolved'")
Index(
    "ix_alert_urgency",
    alert.c.project_id, URGENCY, alert.c.id, alert.c.channel_id,
    **only(_OPEN),
)  # fmt: skip
_RANKS: Final = {Severity.CRITICAL: 4, Severity.WARNING: 2, Severity.INFO: 0}
_TAKEN: Final = frozenset({State.ACKED})
_WAITING: Final = frozenset(state for state in State if state.open) - _TAKEN


def urgencies(states: Collection[State], severity: Severity | None) -> list[int]:
    """How urgent alerts of these states, all of them open, and this severity are, the most first."""
    ranks = list(_RANKS.values()) if severity is None else [_RANKS[severity]]
    waits = [each for each, held in ((1, _WAITING), (0, _TAKEN)) if not held.isdisjoint(states)]
    return [rank + each for rank in ranks for each in waits]


def is_told_by_urgency(states: Collection[State]) -> bool:
    """Whether no row has to be looked at to tell alerts of these states from other open ones."""
    return all(held.isdisjoint(states) or held.issubset(states) for held in (_WAITING, _TAKEN))
