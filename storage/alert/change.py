"""Changes: what was changed, and which alerts it may have to do with. Names are compared without case."""

from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, Boolean, Connection, Text, and_, bindparam, func, insert, or_, select
from sqlalchemy.sql.expression import ClauseElement

from bot.domain.alert.alert import Alert
from bot.domain.alert.change import BEFORE, SHOWN, Change
from storage.codec import decode_links, encode, micros, moment
from storage.dialect import one_of, values_of
from storage.prepared import Prepared
from storage.table.change import change
from storage.table.core import IS_OPEN_ALERT, alert

MOST_TOLD: Final = 500
"""Open alerts whose cards are drawn anew for one change."""


class Changes:
    """The rows of changes."""

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
        names = [name for name in {subject.service.lower(), subject.target.lower()} if name]
        rows = _BEFORE.rows(
            self._connection,
            project=subject.project_id,
            since=micros(subject.opened_at - BEFORE),
            until=_EVER if subject.resolved_at is None else micros(subject.resolved_at),
            source=subject.source_id,
            nameless=not subject.service,
            names=values_of(self._connection, names),
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


def _before(dialect: str) -> ClauseElement:
    nameless = bindparam("nameless", type_=Boolean)
    own = and_(
        change.c.source_id == bindparam("source", type_=change.c.source_id.type),
        or_(nameless, change.c.service == ""),
    )
    called = (
        one_of(dialect, func.lower(each, type_=Text), "names") for each in (change.c.service, change.c.place)
    )
    return (
        select(change)
        .where(
            change.c.project_id == bindparam("project", type_=change.c.project_id.type),
            change.c.at >= bindparam("since", type_=BigInteger),
            change.c.at <= bindparam("until", type_=BigInteger),
            or_(own, *called),
        )
        .order_by(change.c.at.desc(), change.c.id.desc())
        .limit(SHOWN)
    )


_BEFORE: Final = Prepared(_before)
_EVER: Final = 2**63 - 1
