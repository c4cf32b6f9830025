"""How programs find alerts: page by page, or the one to work on next."""

import msgspec
from sqlalchemy import Connection, Select, case, func, or_, select

from bot.domain.alert.alert import TRANSITIONS, Alert, State, Trigger
from bot.domain.alert.signal import Severity
from storage.alert.row import read
from storage.table.core import IS_OPEN_ALERT, alert, recurrence

_CLAIMABLE = [state.value for state, trigger in TRANSITIONS if trigger is Trigger.CLAIM]
_OPEN = IS_OPEN_ALERT  # meets the partial index
_RANKS = {severity.value: severity.rank for severity in Severity}


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What alerts have to be like; an empty value means any.

    ``owner`` is an actor as storage writes it. ``text`` is looked for in name, service, namespace and
    target, whatever the case.
    """

    states: tuple[State, ...] = ()
    severities: tuple[Severity, ...] = ()
    name: str = ""
    service: str = ""
    namespace: str = ""
    owner: str = ""
    text: str = ""


class AlertSearch:
    """Queries over the alerts of one project."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(self, project_id: int, search: Search, *, before: int | None, limit: int) -> list[Alert]:
        """Newest first, from the one before the alert ``before`` on."""
        statement = _matching(project_id, search).order_by(alert.c.id.desc()).limit(limit)
        if before is not None:
            statement = statement.where(alert.c.id < before)
        return [read(row) for row in self._connection.execute(statement)]

    def next_claimable(self, project_id: int, search: Search) -> int | None:
        """The most urgent alert that may be claimed: the worst, of these the one that waits longest.

        It and its recurrence are held until the commit; what somebody else holds right now is passed over, so
        that nobody waits here, whatever the order in which others take the two.
        """
        statement = (
            _matching(project_id, search)
            .with_only_columns(alert.c.id)
            .join(recurrence, recurrence.c.id == alert.c.recurrence_id)
            .where(alert.c.state.in_(_CLAIMABLE), _OPEN)
            .order_by(case(_RANKS, value=alert.c.severity, else_=0).desc(), alert.c.opened_at, alert.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        return self._connection.execute(statement).scalar_one_or_none()


def _matching(project_id: int, search: Search) -> Select[tuple[object, ...]]:
    statement: Select[tuple[object, ...]] = select(alert).where(alert.c.project_id == project_id)
    if search.states:
        statement = statement.where(alert.c.state.in_([state.value for state in search.states]))
        if State.RESOLVED not in search.states:
            statement = statement.where(_OPEN)
    if search.severities:
        statement = statement.where(alert.c.severity.in_([each.value for each in search.severities]))
    for column, wanted in (
        (alert.c.name, search.name),
        (alert.c.service, search.service),
        (alert.c.namespace, search.namespace),
        (alert.c.owner, search.owner),
    ):
        if wanted:
            statement = statement.where(column == wanted)
    if search.text:
        searched = (alert.c.name, alert.c.service, alert.c.namespace, alert.c.target)
        text = search.text.lower()
        statement = statement.where(
            or_(*(func.lower(column).contains(text, autoescape=True) for column in searched))
        )
    return statement
