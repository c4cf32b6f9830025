"""Links: which alerts belong to which incident.

Law: an alert has at most one *active* link (a unique index says so). A link stops being active when it is
undone, or when the alert is taken into another incident because its own is over; the row stays as history.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, ColumnElement, Connection, and_, bindparam, case, func, select, update

from bot.domain.alert.alert import Alert
from bot.domain.alert.signal import Severity
from bot.domain.incident.incident import IncidentState
from bot.domain.incident.membership import Census, Membership
from storage.alert.row import read
from storage.bulk import Lookup
from storage.codec import micros
from storage.dialect import one_of, upsert, values_of
from storage.prepared import Prepared
from storage.table.core import IS_OPEN_ALERT, alert
from storage.table.incident import IS_ACTIVE, IS_OPEN, incident, incident_alert

_SEVERITIES: Final = tuple(Severity)
_member: Final = and_(incident_alert.c.alert_id == alert.c.id, incident_alert.c.unlinked_at.is_(None))
_MEMBERSHIP: Final = Prepared(
    select(incident.c.id, incident.c.thread_id, incident.c.state)
    .join(incident_alert, incident_alert.c.incident_id == incident.c.id)
    .where(incident_alert.c.alert_id == bindparam("alert", type_=BigInteger), IS_ACTIVE)
)

_open_of: Final = Lookup(
    lambda dialect: (
        select(incident_alert.c.alert_id, incident_alert.c.incident_id)
        .join(incident, incident.c.id == incident_alert.c.incident_id)
        .where(one_of(dialect, incident_alert.c.alert_id, "alerts"), IS_ACTIVE, IS_OPEN)
    ),
    ("alerts",),
    ("alert_id", "incident_id"),
)


class Links:
    """The rows of links."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def link(self, incident_id: int, alert_id: int, *, now: datetime) -> None:
        """The alert, which the caller holds, belongs to this incident now, and actively to no other."""
        self._connection.execute(
            update(incident_alert)
            .where(incident_alert.c.alert_id == alert_id, IS_ACTIVE)
            .values(active=False)
        )
        fresh = {"active": True, "linked_at": micros(now), "unlinked_at": None}
        statement = upsert(self._connection, incident_alert).values(
            incident_id=incident_id, alert_id=alert_id, **fresh
        )
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["incident_id", "alert_id"], set_=fresh)
        )

    def ever(self, incident_id: int, alert_id: int) -> bool:
        """Whether the alert belongs or belonged to this incident."""
        statement = select(incident_alert.c.alert_id).where(
            incident_alert.c.incident_id == incident_id, incident_alert.c.alert_id == alert_id
        )
        return self._connection.execute(statement).one_or_none() is not None

    def unlink(self, incident_id: int, alert_id: int, *, now: datetime) -> bool:
        """Undo a link; False when there was none."""
        undone = self._connection.execute(
            update(incident_alert)
            .where(
                incident_alert.c.incident_id == incident_id,
                incident_alert.c.alert_id == alert_id,
                incident_alert.c.unlinked_at.is_(None),
            )
            .values(active=False, unlinked_at=micros(now))
        )
        return undone.rowcount > 0

    def of_alert(self, alert_id: int) -> Membership | None:
        """The incident that the alert belongs to, the last one when that is over."""
        row = _MEMBERSHIP.row(self._connection, alert=alert_id)
        return None if row is None else Membership(row.id, row.thread_id, IncidentState(row.state).open)

    def open_of(self, alert_ids: Iterable[int]) -> dict[int, int]:
        """The open incident of each of these alerts that belongs to one, by the alert's id."""
        rows = _open_of.rows(self._connection, values_of(self._connection, alert_ids))
        return {row.alert_id: row.incident_id for row in rows}

    def open_ids(self, incident_id: int) -> list[int]:
        """The ids of the open alerts that belong to it, and to no other since."""
        statement = (
            select(alert.c.id)
            .join(incident_alert, _member)
            .where(incident_alert.c.incident_id == incident_id, IS_ACTIVE, IS_OPEN_ALERT)
        )
        return list(self._connection.execute(statement.order_by(alert.c.id)).scalars())

    def active_ids(self, incident_id: int) -> list[int]:
        """The alerts that belong to it and to no other since."""
        statement = select(incident_alert.c.alert_id).where(
            incident_alert.c.incident_id == incident_id, IS_ACTIVE
        )
        return list(self._connection.execute(statement.order_by(incident_alert.c.alert_id)).scalars())

    def alerts(self, incident_ids: Iterable[int], *, limit: int, offset: int = 0) -> list[Alert]:
        """The alerts of these incidents, each once: open ones first, then in the order of their opening."""
        theirs = select(incident_alert.c.alert_id).where(
            incident_alert.c.incident_id.in_(list(incident_ids)), incident_alert.c.unlinked_at.is_(None)
        )
        statement = select(alert).where(alert.c.id.in_(theirs)).order_by(_over(), alert.c.id)
        return [read(row) for row in self._connection.execute(statement.limit(limit).offset(offset))]

    def count(self, incident_ids: Iterable[int]) -> int:
        """How many alerts these incidents have, each counted once."""
        return self._connection.execute(
            select(func.count(incident_alert.c.alert_id.distinct())).where(
                incident_alert.c.incident_id.in_(list(incident_ids)), incident_alert.c.unlinked_at.is_(None)
            )
        ).scalar_one()

    def census(self, incident_id: int) -> Census:
        """The alerts of one incident, counted."""
        rows = self._connection.execute(
            select(alert.c.severity, func.count().label("total"), func.sum(1 - _over()).label("open"))
            .join(incident_alert, _member)
            .where(incident_alert.c.incident_id == incident_id)
            .group_by(alert.c.severity)
        ).all()
        return Census(
            total=sum(row.total for row in rows),
            open=sum(int(row.open) for row in rows),
            severities=frozenset(Severity(row.severity) for row in rows),
        )


def _over() -> ColumnElement[int]:
    return case((alert.c.state == "resolved", 1), else_=0)
