"""Changes: what was changed, and which alerts it may have to do with. Names are compared without case."""

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select

from bot.domain.alert.alert import Alert
from bot.domain.alert.change import BEFORE, SHOWN, Change
from storage.codec import decode_links, encode, micros, moment
from storage.table.change import change
from storage.table.core import IS_OPEN_ALERT, alert

MOST_TOLD: Final = 500
"""Open alerts whose cards are drawn anew for one change."""


class Changes:
    """Their rows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, project_id: int, source_id: int, new: Change, *, now: datetime) -> int:
        """Keep it; the id is the database's."""
        created: int = self._connection.execute(
            insert(change)
            .values(
                project_id=project_id,
                source_id=source_id,
                service=new.service,
                place=new.place,
                summary=new.summary,
                links=encode(new.links),
                at=micros(new.at),
                received_at=micros(now),
            )
            .returning(change.c.id)
        ).scalar_one()
        return created

    def before(self, subject: Alert) -> tuple[Change, ...]:
        """The newest changes that the alert may come from, or that were made while it lasted."""
        until = [] if subject.resolved_at is None else [change.c.at <= micros(subject.resolved_at)]
        rows = self._connection.execute(
            select(change)
            .where(
                change.c.project_id == subject.project_id,
                change.c.at >= micros(subject.opened_at - BEFORE),
                *until,
                _concerns(subject),
            )
            .order_by(change.c.at.desc(), change.c.id.desc())
            .limit(SHOWN)
        )
        return tuple(
            Change(row.summary, row.place, row.service, moment(row.at), decode_links(row.links))
            for row in rows
        )

    def concerned(self, project_id: int, source_id: int, new: Change) -> list[int]:
        """The open alerts that it is to be told of, the newest."""
        names = [name for name in {new.service.lower(), new.place.lower()} if name]
        named = or_(func.lower(alert.c.service).in_(names), func.lower(alert.c.target).in_(names))
        own = alert.c.source_id == source_id
        if new.service:
            own = and_(own, alert.c.service == "")
        rows = self._connection.execute(
            select(alert.c.id)
            .where(alert.c.project_id == project_id, IS_OPEN_ALERT, or_(own, named))
            .order_by(alert.c.id.desc())
            .limit(MOST_TOLD)
        )
        return list(rows.scalars())


def _concerns(subject: Alert) -> ColumnElement[bool]:
    names = [name for name in {subject.service.lower(), subject.target.lower()} if name]
    own = change.c.source_id == subject.source_id
    if subject.service:
        own = and_(own, change.c.service == "")
    return or_(own, func.lower(change.c.service).in_(names), func.lower(change.c.place).in_(names))
