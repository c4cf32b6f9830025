"""Alerts: the rows of episodes, as queries that read as sentences."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import (
    BigInteger,
    Connection,
    bindparam,
    exists,
    func,
    or_,
    select,
    union_all,
)

from bot.domain.alert.alert import Alert, State
from bot.domain.alert.event import NewAlert
from bot.domain.alert.search import AlertFilter
from bot.domain.alert.signal import Severity, Signal
from bot.domain.alert.verdict import SignatureStanding
from bot.domain.sight import EVERYTHING
from storage.alert import likeness, words
from storage.alert.matching import is_open, is_open_only, matching, severity_rank
from storage.alert.row import (
    INSERT,
    MOVE,
    REFRESH,
    SAVE,
    insert_row,
    move_row,
    read,
    refresh_row,
    save_row,
)
from storage.alert.urgency import URGENCY, urgencies
from storage.codec import micros
from storage.dialect import allocate, is_one_of
from storage.prepared import Prepared
from storage.table.core import alert
from storage.table.incident import IS_ACTIVE, incident, incident_alert
from storage.table.incident import IS_OPEN as IS_OPEN_INCIDENT

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
        """Matching alerts: worst first, those that nobody has before the others, then newest first.

        Words are not looked for here, but in `with_words`.
        """
        statement = matching(project_id, which).order_by(URGENCY.desc(), alert.c.id.desc())
        rows = self._connection.execute(statement.offset(offset).limit(limit))
        return [read(row) for row in rows]

    def fitting(self, project_id: int, which: AlertFilter, *, limit: int) -> list[Alert]:
        """Matching alerts for who types: what begins like the text first, then open, worst and newest."""
        if not which.text and is_open_only(which):
            return self._worst(project_id, which, limit)
        if which.text:
            return self._in_order(
                words.with_words(self._connection, project_id, which, typing=True, limit=limit)
            )
        order = (is_open().desc(), severity_rank().desc(), alert.c.id.desc())
        statement = matching(project_id, which).order_by(*order)
        return [read(row) for row in self._connection.execute(statement.limit(limit))]

    def with_words(
        self, project_id: int, which: AlertFilter, *, offset: int, limit: int
    ) -> tuple[list[Alert], int, bool]:
        """As `listing`, of those that have the filter's words; how many have them, and whether all were seen.

        They are looked for among `bot.domain.alert.search.SEARCHED`.
        """
        ids = words.with_words(self._connection, project_id, which)
        is_all = words.is_all_searched(self._connection, project_id, which)
        return self._in_order(ids[offset : offset + limit]), len(ids), is_all

    def count(self, project_id: int, which: AlertFilter) -> int:
        """How many match."""
        statement = matching(project_id, which).with_only_columns(func.count())
        if is_open_only(which) and which.sight != EVERYTHING and self._connection.dialect.name == "sqlite":
            # Names the index that has the channel; PostgreSQL would read rows to know how urgent they are.
            statement = statement.where(URGENCY >= 0)
        return self._connection.execute(statement).scalar_one()

    def newest_of(self, recurrence_id: int) -> int:
        """The last episode of a recurrence, 0 when it has none."""
        newest = select(func.max(alert.c.id)).where(alert.c.recurrence_id == recurrence_id)
        return self._connection.execute(newest).scalar_one() or 0

    def open_named(
        self, project_id: int, names: Iterable[str], targets: Iterable[str]
    ) -> list[tuple[int, str, str, str, str]]:
        """Source, name, namespace, target and labels (JSON) of open alerts of these names and targets.

        They are looked for among the `likeness.RECENT` newest open ones. Newest first.
        """
        return likeness.open_named(self._connection, project_id, names, targets)

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

    def _in_order(self, ids: list[int]) -> list[Alert]:
        found = {each.id: each for each in self.many(ids)}
        return [found[key] for key in ids]

    def _worst(self, project_id: int, which: AlertFilter, limit: int) -> list[Alert]:
        """Open alerts, worst and newest first: the newest of each urgency, in which the index stands."""
        found = matching(project_id, which).with_only_columns(alert.c.id)
        newest = (
            found.where(URGENCY.in_([urgency])).order_by(alert.c.id.desc()).limit(limit).subquery()
            for urgency in urgencies(which.states or (), which.severity)
        )
        chosen = union_all(*(select(each.c.id) for each in newest))
        statement = select(alert).where(alert.c.id.in_(chosen)).limit(limit)
        rows = self._connection.execute(statement.order_by(severity_rank().desc(), alert.c.id.desc()))
        return [read(row) for row in rows]
