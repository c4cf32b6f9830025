"""Matching: a filter of alerts as the conditions of a query."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Select, String, TextClause, case, cast, false, func, or_, select

from bot.domain.alert.alert import State, parse_refs, ref_digits
from bot.domain.alert.search import OPEN_ALERTS, AlertFilter
from bot.domain.alert.signal import Severity
from bot.domain.sight import EVERYTHING
from storage.alert.urgency import URGENCY, is_told_by_urgency, urgencies
from storage.audience import sees_alert
from storage.table.core import IS_OPEN_ALERT, alert, source


def matching(project_id: int, which: AlertFilter, *, typing: bool = False) -> Select[tuple[object, ...]]:
    """Alerts of a project; with ``typing`` also those whose name or ref begins with the text."""
    statement: Select[tuple[object, ...]] = select(alert).where(alert.c.project_id == project_id)
    statement = statement.where(*_of_kind(which))
    if which.sight != EVERYTHING:
        statement = statement.where(sees_alert(which.sight))
    if which.owner is not None:
        statement = statement.where(alert.c.owner == which.owner)
    if which.text:
        found = _contains(which.text)
        statement = statement.where(or_(found, begins(which.text) == 1) if typing else found)
    return statement


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


def begins(text: str) -> ColumnElement[int]:
    """2 for the alert whose ref was typed, 1 where name or ref begin with the text."""
    digits = ref_digits(text)
    exact = alert.c.id == int(digits or 0)
    begun = cast(alert.c.id, String).startswith(digits) if digits else false()
    named = func.lower(alert.c.name).startswith(text.lower(), autoescape=True)
    return case((exact, 2), (or_(begun, named), 1), else_=0)


def _contains(text: str) -> ColumnElement[bool]:
    """Case-insensitive, with the wildcards of LIKE taken literally; refs find their alerts."""
    wanted = text.lower()
    columns = (alert.c.name, alert.c.service, alert.c.target)
    sent_by = select(source.c.id).where(func.lower(source.c.name).contains(wanted, autoescape=True))
    return or_(
        *(func.lower(column).contains(wanted, autoescape=True) for column in columns),
        alert.c.source_id.in_(sent_by),
        alert.c.id.in_(parse_refs(text)),
    )
