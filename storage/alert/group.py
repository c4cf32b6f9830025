"""Groups: alerts of one cause that share a card; which alerts those are stands on the alerts' rows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Connection,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.sql.expression import ClauseElement

from bot.domain.alert.alert import State
from bot.domain.alert.group import Group, KnownGroup, Loner, MemberCount
from bot.domain.alert.signal import Severity
from bot.domain.outbox.board import BoardAlert
from bot.domain.outbox.outbox import CardKind
from storage.alert.summary import COLUMNS, EXPIRED, RANK, SEVERITIES, read
from storage.bulk import Bulk, Lookup
from storage.codec import micros, moment, moment_or_none
from storage.dialect import allocate, hold_groups, one_of, values_of
from storage.kind import card_of
from storage.table.core import IS_OPEN_ALERT, alert, card
from storage.table.group import alert_group

_FIELDS: Final = (
    "id", "project_id", "source_id", "cause", "name", "service", "severity", "opened_at", "joined_at",
    "began_as",
)  # fmt: skip
_insert: Final = Bulk(insert(alert_group), _FIELDS)
_move: Final = Bulk(
    update(alert_group)
    .where(alert_group.c.id == bindparam("id_", type_=alert_group.c.id.type))
    .values(severity=bindparam("severity_"), joined_at=bindparam("joined_", type_=BigInteger())),
    ("severity_", "joined_", "id_"),
)
_is_member: Final = alert.c.group_id == alert_group.c.id
_WAITS: Final = and_(
    alert.c.state != State.RESOLVED.value, alert.c.owner.is_(None), alert.c.quiet_kinds.is_(None)
)


def _build(dialect: str) -> ClauseElement:
    newest = (
        select(func.max(alert_group.c.id))
        .where(
            alert_group.c.project_id == bindparam("project"), one_of(dialect, alert_group.c.cause, "causes")
        )
        .group_by(alert_group.c.cause)
        .correlate(None)
    )
    # With EXISTS, PostgreSQL may read all alerts at once instead of the first of this group.
    an_open = select(alert.c.id).where(_is_member, IS_OPEN_ALERT).limit(1).correlate(alert_group)
    place = select(func.max(card.c.channel_id)).where(card_of(CardKind.GROUP, alert_group.c.id))
    return select(
        *(alert_group.c[name] for name in _FIELDS),
        func.coalesce(an_open.scalar_subquery(), 0).label("is_open"),
        func.coalesce(place.correlate(alert_group).scalar_subquery(), 0).label("channel_id"),
    ).where(or_(alert_group.c.id.in_(newest), one_of(dialect, alert_group.c.id, "ids")))


_found: Final = Lookup(_build, ("project", "causes", "ids"), (*_FIELDS, "is_open", "channel_id"))


_LONER: Final = ("id", "cause", "severity")
_IS_ALONE: Final = text("alert.cause IS NOT NULL AND alert.group_id IS NULL AND alert.state <> 'resolved'")
"""The condition of the partial index in its own words."""
_loners: Final = Lookup(
    lambda dialect: (
        select(*(alert.c[name] for name in _LONER))
        .where(one_of(dialect, alert.c.cause, "causes"), _IS_ALONE)
        .where(alert.c.last_seen_at >= bindparam("since", type_=BigInteger()))
        .order_by(alert.c.id)
        .with_for_update(skip_locked=True)
    ),
    ("causes", "since"),
    _LONER,
)
_take_in: Final = Bulk(
    update(alert)
    .where(alert.c.id == bindparam("id_", type_=alert.c.id.type))
    .values(group_id=bindparam("group_", type_=alert.c.group_id.type)),
    ("group_", "id_"),
)


class Groups:
    """The rows of groups, and their members."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def known(self, project_id: int, causes: Iterable[str], ids: Iterable[int]) -> list[KnownGroup]:
        """The newest group of each of ``causes``, and those with these ids, in one statement.

        On PostgreSQL nobody else moves groups until the commit, so that no cause gets two at once.
        """
        hold_groups(self._connection, project_id)
        values = (values_of(self._connection, causes), values_of(self._connection, ids))
        rows = _found.rows(self._connection, project_id, *values)
        return [KnownGroup(_read(row), bool(row.is_open), row.channel_id) for row in rows]

    def loners(self, causes: Iterable[str], *, since: datetime) -> list[Loner]:
        """Open alerts of these causes with cards of their own, heard of since then, held until the commit.

        Those that somebody else holds right now are passed over, so that nobody waits here.
        """
        rows = _loners.rows(self._connection, values_of(self._connection, causes), micros(since))
        return [Loner(row.id, row.cause, SEVERITIES[row.severity]) for row in rows]

    def take_in(self, members: Iterable[tuple[int, int]]) -> None:
        """(group, alert): alerts with cards of their own share that of a group from now on."""
        _take_in.run(self._connection, list(members))

    def get(self, project_id: int, group_id: int) -> Group | None:
        """One group of this project."""
        row = self._connection.execute(
            select(alert_group).where(alert_group.c.id == group_id, alert_group.c.project_id == project_id)
        ).one_or_none()
        return None if row is None else _read(row)

    def allocate(self, count: int) -> list[int]:
        """Ids for ``count`` new groups."""
        return allocate(self._connection, alert_group, count)

    def begin(self, new: Iterable[Group]) -> None:
        """Insert groups under the ids that were allocated for them."""
        _insert.run(
            self._connection,
            [
                (
                    *(each.id, each.project_id, each.source_id, each.cause, each.name, each.service),
                    *(each.severity.value, micros(each.opened_at), micros(each.joined_at)),
                    each.began_as,
                )
                for each in new
            ],
        )

    def move(self, moved: Iterable[Group]) -> None:
        """Save groups that took in members, or became worse."""
        _move.run(
            self._connection, [(each.severity.value, micros(each.joined_at), each.id) for each in moved]
        )

    def began_as(self, alerts: Mapping[int, int]) -> None:
        """The alert whose card became each group's."""
        for group_id, alert_id in alerts.items():
            self._connection.execute(
                update(alert_group).where(alert_group.c.id == group_id).values(began_as=alert_id)
            )

    def waiting(self, group_id: int, *, name: str, service: str, severity: Severity) -> int:
        """How many members of this name, service and severity are open and loud, and nobody has."""
        return self._connection.execute(
            select(func.count()).where(
                alert.c.group_id == group_id,
                alert.c.name == name,
                alert.c.service == service,
                alert.c.severity == severity.value,
                _WAITS,
            )
        ).scalar_one()

    def census(self, group_id: int) -> list[MemberCount]:
        """All members, counted."""
        rows = self._connection.execute(
            select(
                alert.c.state,
                alert.c.severity,
                _WAITS.label("waits"),
                func.count().label("alerts"),
                func.sum(EXPIRED).label("expired"),
            )
            .where(alert.c.group_id == group_id)
            .group_by(alert.c.state, alert.c.severity, _WAITS)
        )
        return [
            MemberCount(
                State(row.state), SEVERITIES[row.severity], bool(row.waits), row.alerts, int(row.expired or 0)
            )
            for row in rows
        ]

    def members(
        self, group_id: int, *, open_only: bool = False, offset: int = 0, limit: int
    ) -> list[BoardAlert]:
        """Open ones first, worst first, newest first."""
        is_open = alert.c.state != State.RESOLVED.value
        statement = select(*COLUMNS).where(alert.c.group_id == group_id)
        if open_only:
            statement = statement.where(is_open)
        ordered = statement.order_by(is_open.desc(), RANK.desc(), alert.c.id.desc())
        return [read(row) for row in self._connection.execute(ordered.offset(offset).limit(limit))]

    def ids(self, group_id: int, states: Sequence[State]) -> list[int]:
        """The ids of a group's alerts in one of these states."""
        statement = select(alert.c.id).where(
            alert.c.group_id == group_id, alert.c.state.in_([each.value for each in states])
        )
        return list(self._connection.execute(statement.order_by(alert.c.id)).scalars())

    def ended_at(self, group_id: int) -> datetime | None:
        """When the last of its alerts that is over ended, None when none is."""
        us = self._connection.execute(
            select(func.max(alert.c.resolved_at)).where(alert.c.group_id == group_id)
        ).scalar_one()
        return moment_or_none(us)


def _read(row: Any) -> Group:
    return Group(
        id=row.id,
        project_id=row.project_id,
        source_id=row.source_id,
        cause=row.cause,
        name=row.name,
        service=row.service,
        severity=Severity(row.severity),
        opened_at=moment(row.opened_at),
        joined_at=moment(row.joined_at),
        began_as=row.began_as,
    )
