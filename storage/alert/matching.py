"""Matching: a filter of alerts as the conditions of a query; its words are those of `storage.alert.words`."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Select, TextClause, case, select

from bot.domain.alert.alert import State
from bot.domain.alert.search import OPEN_ALERTS, AlertFilter
from bot.domain.alert.signal import Severity
from bot.domain.sight import EVERYTHING
from storage.alert.urgency import URGENCY, is_told_by_urgency, urgencies
from storage.audience import sees_alert
from storage.table.core import IS_OPEN_ALERT, alert


def matching(project_id: int, which: AlertFilter) -> Select[tuple[object, ...]]:
    """Alerts of a project, whatever words are looked for."""
    return select(alert).where(*restrictions(project_id, which))


def restrictions(project_id: int, which: AlertFilter) -> list[ColumnElement[bool] | TextClause]:
    """What a filter asks for beside its words, on an alert's row."""
    wanted: list[ColumnElement[bool] | TextClause] = [alert.c.project_id == project_id, *_of_kind(which)]
    if which.sight != EVERYTHING:
        wanted.append(sees_alert(which.sight))
    if which.owner is not None:
        wanted.append(alert.c.owner == which.owner)
    return wanted


def is_open_only(which: AlertFilter) -> bool:
    """Whether only open alerts match."""
    return which.states is not None and State.RESOLVED not in which.states


def _of_kind(which: AlertFilter) -> Iterator[ColumnElement[bool] | TextClause]:
    """State and severity; of open alerts by their urgency, which an index has."""
    states = which.states
    if states is not None and is_open_only(which):
        yield IS_OPEN_ALERT  # meets the partial index
        if which.severity is not None or set(states) != set(OPEN_ALERTS.states or ()):
            yield URGENCY.in_(urgencies(states, which.severity))
        if is_told_by_urgency(states):
            return
    elif which.severity is not None:
        yield alert.c.severity == which.severity.value
    if states is not None:
        yield alert.c.state.in_([state.value for state in states])


def severity_rank() -> ColumnElement[int]:
    """The worst has the largest."""
    ranks = {severity.value: severity.rank for severity in Severity}
    return case(ranks, value=alert.c.severity, else_=0)


def is_open() -> ColumnElement[int]:
    """1 for open alerts, 0 for those that are over."""
    return case((alert.c.state == State.RESOLVED.value, 0), else_=1)
