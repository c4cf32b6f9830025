"""How programs find alerts: page by page, or the one to work on next."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select, text

from bot.domain.alert.alert import TRANSITIONS, Alert, State, Trigger
from bot.domain.alert.search import AlertCriteria, Overview
from bot.domain.alert.signal import ENVIRONMENT, Severity
from storage.alert.row import read
from storage.codec import encode, micros
from storage.table.core import IS_OPEN_ALERT, alert, source
from storage.table.recurrence import recurrence

_CLAIMABLE = [state.value for state in TRANSITIONS.states(Trigger.CLAIM)]
_OPEN = IS_OPEN_ALERT  # meets the partial index
_UNACKED = [State.NEW.value, State.PROCESSING.value, State.FAILED.value]
_RANKS = {severity.value: severity.rank for severity in Severity}


class AlertSearch:
    """Queries over the alerts of one project."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(self, project_id: int, search: AlertCriteria, *, before: int | None, limit: int) -> list[Alert]:
        """Newest first, from the one before the alert ``before`` on."""
        statement = _matching(project_id, search).order_by(alert.c.id.desc()).limit(limit)
        if before is not None:
            statement = statement.where(alert.c.id < before)
        return [read(row) for row in self._connection.execute(statement)]

    def count(self, project_id: int, search: AlertCriteria) -> int:
        """How many match."""
        counted = _matching(project_id, search).with_only_columns(func.count())
        return self._connection.execute(counted).scalar_one()

    def overview(self, project_id: int, *, since: datetime | None, signatures: int) -> Overview:
        """Counts and extremes of what was last seen since then."""
        search = AlertCriteria(since=since)
        counts = self._connection.execute(
            _matching(project_id, search)
            .with_only_columns(alert.c.state, alert.c.severity, func.count())
            .group_by(alert.c.state, alert.c.severity)
        )
        top = self._connection.execute(
            _matching(project_id, search)
            .with_only_columns(
                alert.c.signature,
                func.max(alert.c.name).label("name"),
                func.max(alert.c.id).label("newest"),
                func.sum(alert.c.occurrences).label("occurrences"),
            )
            .group_by(alert.c.signature)
            .order_by(text("occurrences DESC"), text("newest DESC"))
            .limit(signatures)
        )
        return Overview(
            counts=tuple((State(state), Severity(severity), count) for state, severity, count in counts),
            top=tuple((row.signature, row.name, int(row.newest), int(row.occurrences)) for row in top),
            latest=self._first(_matching(project_id, search).order_by(alert.c.id.desc())),
            oldest_unacked=self._first(
                _matching(project_id, search)
                .where(alert.c.state.in_(_UNACKED), _OPEN)
                .order_by(alert.c.opened_at, alert.c.id)
            ),
            last_by_severity={
                severity: self._first(
                    _matching(project_id, AlertCriteria(since=since, severities=(severity,))).order_by(
                        alert.c.id.desc()
                    )
                )
                for severity in Severity
            },
        )

    def newest_of_each(self, project_id: int, *, among: int) -> dict[Severity, Alert | None]:
        """The newest alert of each severity ``among`` so many of the newest ids."""
        last = self._connection.execute(select(func.max(alert.c.id))).scalar() or 0
        return {
            severity: self._first(
                _matching(project_id, AlertCriteria(severities=(severity,)))
                .where(alert.c.id > last - among)
                .order_by(alert.c.id.desc())
            )
            for severity in reversed(Severity)
        }

    def _first(self, statement: Select[tuple[object, ...]]) -> Alert | None:
        row = self._connection.execute(statement.limit(1)).one_or_none()
        return None if row is None else read(row)

    def claimable(self, project_id: int, search: AlertCriteria, *, now_us: int, limit: int) -> list[Alert]:
        """The most urgent alerts that may be claimed: the worst, of these those that wait longest.

        Waiting is what nobody has, what a lease that has run out held, and what is to be tried again by now.
        They and their recurrences are held until the commit; what somebody else holds right now is passed
        over, so that nobody waits here, whatever the order in which others take the two.
        """
        statement = (
            _matching(project_id, search)
            .join(recurrence, recurrence.c.id == alert.c.recurrence_id)
            .where(
                _OPEN,
                or_(
                    alert.c.state.in_(_CLAIMABLE),
                    and_(alert.c.state == State.PROCESSING.value, alert.c.lease_expires_at <= now_us),
                    and_(alert.c.state == State.FAILED.value, alert.c.retry_at <= now_us),
                ),
            )
            .order_by(case(_RANKS, value=alert.c.severity, else_=0).desc(), alert.c.opened_at, alert.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [read(row) for row in self._connection.execute(statement)]


def _matching(project_id: int, search: AlertCriteria) -> Select[tuple[object, ...]]:
    statement: Select[tuple[object, ...]] = select(alert).where(alert.c.project_id == project_id)
    if search.states:
        statement = statement.where(alert.c.state.in_([state.value for state in search.states]))
        if State.RESOLVED not in search.states:
            statement = statement.where(_OPEN)
    if search.severities:
        statement = statement.where(alert.c.severity.in_([each.value for each in search.severities]))
    return statement.where(*_conditions(project_id, search))


def _conditions(project_id: int, search: AlertCriteria) -> Iterator[ColumnElement[bool]]:
    for column, wanted in (
        (alert.c.name, search.name),
        (alert.c.service, search.service),
        (alert.c.namespace, search.namespace),
    ):
        if wanted:
            yield column == wanted
    if search.owner:
        yield _is_owner(search.owner)
    if search.source:
        named = select(source.c.id).where(source.c.project_id == project_id, source.c.name == search.source)
        yield alert.c.source_id.in_(named)
    if search.env:
        yield _is_in(search.env)
    if search.since is not None:
        yield alert.c.last_seen_at >= micros(search.since)
    if search.text:
        searched = (alert.c.name, alert.c.service, alert.c.namespace, alert.c.target)
        words = search.text.lower()
        yield or_(*(func.lower(column).contains(words, autoescape=True) for column in searched))


def _is_owner(name: str) -> ColumnElement[bool]:
    """``program:ci`` with all its workers, ``ci``, ``worker-1``, ``person:1`` or a person's name."""
    workers = alert.c.owner.startswith(f"{name}/", autoescape=True)
    programs = alert.c.owner.startswith(f"program:{name}/", autoescape=True)
    worker = and_(alert.c.owner.startswith("program:"), alert.c.owner.endswith(f"/{name}", autoescape=True))
    named = or_(alert.c.owner == name, alert.c.owner == f"program:{name}", alert.c.owner_name == name)
    return or_(named, workers, programs, worker)


def _is_in(env: str) -> ColumnElement[bool]:
    """By namespace, or by a label: these are JSON, in which a quote inside a text never stands bare."""
    labels, value = func.lower(alert.c.labels), encode(env.lower())
    pairs = (f'{mark}"{name}":{value}' for name in ENVIRONMENT for mark in "{,")
    return or_(alert.c.namespace == env, *(labels.contains(pair, autoescape=True) for pair in pairs))
