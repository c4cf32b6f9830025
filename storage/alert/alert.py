"""Alerts: the rows of episodes, as queries that read as sentences."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    String,
    TextClause,
    bindparam,
    case,
    cast,
    exists,
    false,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql.expression import ClauseElement

from bot.domain.alert.alert import Alert, State, parse_refs, ref_digits
from bot.domain.alert.event import NewAlert
from bot.domain.alert.search import OPEN_ALERTS, AlertFilter
from bot.domain.alert.signal import Severity, Signal
from bot.domain.alert.verdict import SignatureStanding
from bot.domain.sight import EVERYTHING
from storage.alert.row import INSERT, MOVE, REFRESH, SAVE, insert_row, move_row, read, refresh_row, save_row
from storage.alert.urgency import URGENCY, is_told_by_urgency, urgencies
from storage.audience import sees_alert
from storage.bulk import Lookup
from storage.codec import micros
from storage.dialect import allocate, among_many, is_one_of, one_of, values_of
from storage.prepared import Prepared
from storage.table.core import IS_OPEN_ALERT, alert, source
from storage.table.incident import IS_ACTIVE, incident, incident_alert
from storage.table.incident import IS_OPEN as IS_OPEN_INCIDENT

RECENT: Final = 500
"""Open alerts among which others of one name are looked for."""

_one: Final = select(alert).where(
    alert.c.id == bindparam("alert", type_=BigInteger),
    alert.c.project_id == bindparam("project", type_=alert.c.project_id.type),
)
_ONE: Final = Prepared(_one)
_HELD: Final = Prepared(_one.with_for_update())

_SILENT: Final = Prepared(
    select(alert.c.project_id, alert.c.id)
    .where(
        alert.c.silent_after.is_not(None),
        alert.c.silent_after <= bindparam("now", type_=BigInteger),
        alert.c.state == State.NEW.value,
        alert.c.severity != Severity.CRITICAL.value,
        or_(alert.c.loud_since.is_(None), alert.c.loud_since <= alert.c.silent_after),
        ~exists().where(
            incident_alert.c.alert_id == alert.c.id,
            IS_ACTIVE,
            incident_alert.c.incident_id == incident.c.id,
            IS_OPEN_INCIDENT,
        ),
    )
    .order_by(alert.c.silent_after)
    .limit(bindparam("limit", type_=BigInteger))
)

_NAMED_COLUMNS = ("source_id", "name", "namespace", "target", "labels")


def _newest_named(dialect: str) -> ClauseElement:
    newest = (
        select(*(alert.c[name] for name in _NAMED_COLUMNS))
        .where(alert.c.project_id == bindparam("project"), IS_OPEN_ALERT)
        .order_by(alert.c.id.desc())
        .limit(RECENT)
        .subquery()
    )
    return select(newest).where(
        one_of(dialect, newest.c.name, "names"), among_many(dialect, newest.c.target, "targets")
    )


_open_named = Lookup(_newest_named, ("project", "names", "targets"), _NAMED_COLUMNS)


class Alerts:
    """All episodes, open and over."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, project_id: int, alert_id: int) -> Alert | None:
        """One alert of this project."""
        return self._one(project_id, alert_id, held=False)

    def held(self, project_id: int, alert_id: int) -> Alert | None:
        """One alert that nobody else changes until the commit."""
        return self._one(project_id, alert_id, held=True)

    def held_all(self, project_id: int, alert_ids: Iterable[int]) -> list[Alert]:
        """The alerts among these that exist, by id; nobody else changes them until the commit."""
        rows = self._connection.execute(
            select(alert)
            .where(alert.c.project_id == project_id, is_one_of(self._connection, alert.c.id, alert_ids))
            .order_by(alert.c.id)
            .with_for_update()
        )
        return [read(row) for row in rows]

    def many(self, alert_ids: Iterable[int]) -> list[Alert]:
        """Episodes as they are now, by id; others may change them meanwhile."""
        wanted = list(alert_ids)
        if not wanted:
            return []
        rows = self._connection.execute(
            select(alert).where(is_one_of(self._connection, alert.c.id, wanted)).order_by(alert.c.id)
        )
        return [read(row) for row in rows]

    def save(self, changed: Alert) -> None:
        """Write what people and leases change; content and counts belong to intake."""
        self.save_all([changed])

    def save_all(self, changed: Iterable[Alert]) -> None:
        """Save many alerts."""
        SAVE.run(self._connection, [save_row(each) for each in changed])

    def allocate(self, count: int) -> list[int]:
        """Ids for ``count`` new episodes."""
        return allocate(self._connection, alert, count)

    def open_new(self, new: Iterable[NewAlert]) -> None:
        """Insert episodes; their standings carry the ids that were allocated for them."""
        INSERT.run(
            self._connection,
            [
                insert_row(
                    (each.project_id, each.source_id, each.recurrence_id, each.signature),
                    each.signal,
                    each.standing,
                    each.channel_id,
                )
                for each in new
            ],
        )

    def refresh(self, moved: Iterable[tuple[str, Signal, SignatureStanding]]) -> None:
        """Take over what a repeat by the named source says; nothing that people wrote is touched."""
        REFRESH.run(self._connection, [refresh_row(*each) for each in moved])

    def move(self, moved: Iterable[tuple[str, SignatureStanding]]) -> None:
        """Only the standing moves (a resolve, by the named source)."""
        MOVE.run(self._connection, [move_row(*each) for each in moved])

    def listing(
        self, project_id: int, which: AlertFilter, *, offset: int = 0, limit: int = 10
    ) -> list[Alert]:
        """Matching alerts: worst first, those that nobody has before the others, then newest first."""
        statement = self._matching(project_id, which).order_by(URGENCY.desc(), alert.c.id.desc())
        rows = self._connection.execute(statement.offset(offset).limit(limit))
        return [read(row) for row in rows]

    def fitting(self, project_id: int, which: AlertFilter, *, limit: int) -> list[Alert]:
        """Matching alerts for who types: what begins like the text first, then open, worst and newest."""
        if not which.text and _is_open_only(which):
            return self._worst(project_id, which, limit)
        order = (_begins(which.text).desc(), _is_open().desc(), _severity_rank().desc(), alert.c.id.desc())
        statement = self._matching(project_id, which, typing=True).order_by(*order)
        return [read(row) for row in self._connection.execute(statement.limit(limit))]

    def count(self, project_id: int, which: AlertFilter) -> int:
        """How many match."""
        matching = self._matching(project_id, which).with_only_columns(func.count())
        return self._connection.execute(matching).scalar_one()

    def newest_of(self, recurrence_id: int) -> int:
        """The last episode of a recurrence, 0 when it has none."""
        newest = select(func.max(alert.c.id)).where(alert.c.recurrence_id == recurrence_id)
        return self._connection.execute(newest).scalar_one() or 0

    def open_named(
        self, project_id: int, names: Iterable[str], targets: Iterable[str]
    ) -> list[tuple[int, str, str, str, str]]:
        """Source, name, namespace, target and labels (JSON) of open alerts of these names and targets.

        They are looked for among the `RECENT` newest open ones: an index by name would cost every alert.
        """
        rows = _open_named.rows(
            self._connection,
            project_id,
            values_of(self._connection, names),
            values_of(self._connection, targets),
        )
        return [(*row,) for row in rows]

    def leases_over(self, *, now_us: int, limit: int = 100) -> list[tuple[int, int]]:
        """(project, alert) whose lease has run out."""
        rows = self._connection.execute(
            select(alert.c.project_id, alert.c.id)
            .where(alert.c.lease_expires_at.is_not(None), alert.c.lease_expires_at <= now_us)
            .order_by(alert.c.lease_expires_at)
            .limit(limit)
        )
        return [(row.project_id, row.id) for row in rows]

    def retries_due(self, *, now_us: int, limit: int = 100) -> list[tuple[int, int]]:
        """(project, alert) that is to be tried again."""
        rows = self._connection.execute(
            select(alert.c.project_id, alert.c.id)
            .where(alert.c.retry_at.is_not(None), alert.c.retry_at <= now_us)
            .order_by(alert.c.retry_at)
            .limit(limit)
        )
        return [(row.project_id, row.id) for row in rows]

    def acks_over(self, project_id: int, *, now: datetime, limit: int = 100) -> list[int]:
        """Alerts whose acknowledgement was given for a time that is over."""
        rows = self._connection.execute(
            select(alert.c.id)
            .where(
                alert.c.ack_until.is_not(None),
                alert.c.ack_until <= micros(now),
                alert.c.project_id == project_id,
            )
            .order_by(alert.c.ack_until)
            .limit(limit)
        )
        return list(rows.scalars())

    def silent(self, *, now_us: int, limit: int = 100) -> list[tuple[int, int]]:
        """(project, alert) that silence has ended: nobody has them, nobody was called since, no critical."""
        rows = _SILENT.rows(self._connection, now=now_us, limit=limit)
        return [(row.project_id, row.id) for row in rows]

    def quiet(self, *, now_us: int, limit: int = 100) -> list[tuple[int, int]]:
        """(project, alert) that was held quiet and is calm again."""
        rows = self._connection.execute(
            select(alert.c.project_id, alert.c.id)
            .where(alert.c.quiet_until.is_not(None), alert.c.quiet_until <= now_us)
            .order_by(alert.c.quiet_until)
            .limit(limit)
        )
        return [(row.project_id, row.id) for row in rows]

    def _one(self, project_id: int, alert_id: int, *, held: bool) -> Alert | None:
        row = (_HELD if held else _ONE).row(self._connection, alert=alert_id, project=project_id)
        return None if row is None else read(row)

    def _worst(self, project_id: int, which: AlertFilter, limit: int) -> list[Alert]:
        """Open alerts, worst and newest first: the newest of each urgency, in which the index stands."""
        matching = self._matching(project_id, which).with_only_columns(alert.c.id)
        newest = (
            matching.where(URGENCY.in_([urgency])).order_by(alert.c.id.desc()).limit(limit).subquery()
            for urgency in urgencies(which.states or (), which.severity)
        )
        chosen = union_all(*(select(each.c.id) for each in newest))
        statement = select(alert).where(alert.c.id.in_(chosen)).limit(limit)
        rows = self._connection.execute(statement.order_by(_severity_rank().desc(), alert.c.id.desc()))
        return [read(row) for row in rows]

    @staticmethod
    def _matching(project_id: int, which: AlertFilter, *, typing: bool = False) -> Select[tuple[object, ...]]:
        statement: Select[tuple[object, ...]] = select(alert).where(alert.c.project_id == project_id)
        statement = statement.where(*_of_kind(which))
        if which.sight != EVERYTHING:
            statement = statement.where(sees_alert(which.sight))
        if which.owner is not None:
            statement = statement.where(alert.c.owner == which.owner)
        if which.text:
            found = _contains(which.text)
            statement = statement.where(or_(found, _begins(which.text) == 1) if typing else found)
        return statement


def _is_open_only(which: AlertFilter) -> bool:
    return which.states is not None and State.RESOLVED not in which.states


def _of_kind(which: AlertFilter) -> Iterator[ColumnElement[bool] | TextClause]:
    """State and severity; of open alerts by their urgency, which an index has."""
    states = which.states
    if states is not None and _is_open_only(which):
        yield IS_OPEN_ALERT  # meets the partial index
        if which.severity is not None or set(states) != set(OPEN_ALERTS.states or ()):
            yield URGENCY.in_(urgencies(states, which.severity))
        if is_told_by_urgency(states):
            return
    elif which.severity is not None:
        yield alert.c.severity == which.severity.value
    if states is not None:
        yield alert.c.state.in_([state.value for state in states])


def _severity_rank() -> ColumnElement[int]:
    ranks = {severity.value: severity.rank for severity in Severity}
    return case(ranks, value=alert.c.severity, else_=0)


def _is_open() -> ColumnElement[int]:
    return case((alert.c.state == State.RESOLVED.value, 0), else_=1)


def _begins(text: str) -> ColumnElement[int]:
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
