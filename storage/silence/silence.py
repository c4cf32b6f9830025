"""Silences: their rows. ``begun_at`` and ``ended_at`` say that alerts know of the beginning, the end."""

from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import BigInteger, Connection, Row, bindparam, func, insert, or_, select, update

from bot.domain.actor import Actor
from bot.domain.silence.matcher import Matcher
from bot.domain.silence.silence import Silence
from storage.bulk import Lookup
from storage.codec import encode, micros, moment
from storage.prepared import Prepared
from storage.table.silence import silence

KEPT: Final = 500
"""Silences that are over and still listed, the newest."""

_matchers: Final = msgspec.json.Decoder(tuple[Matcher, ...])
_active: Final = Lookup(
    lambda _: (
        select(silence)
        .where(
            silence.c.project_id == bindparam("project"),
            silence.c.ended_at.is_(None),
            silence.c.ends_at > bindparam("until"),
            silence.c.starts_at <= bindparam("since"),
        )
        .order_by(silence.c.id)
    ),
    ("project", "until", "since"),
    tuple(column.name for column in silence.columns),
)
_now: Final = bindparam("now", type_=BigInteger)
_TO_SETTLE: Final = Prepared(
    select(silence)
    .where(
        silence.c.project_id == bindparam("project", type_=silence.c.project_id.type),
        silence.c.ended_at.is_(None),
        or_(silence.c.ends_at <= _now, silence.c.begun_at.is_(None) & (silence.c.starts_at <= _now)),
    )
    .order_by(silence.c.ends_at, silence.c.id)
    .limit(bindparam("limit", type_=BigInteger))
)


class Silences:
    """All silences of all desks."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, new: Silence) -> Silence:
        """Insert it; the number that comes back is the database's."""
        number = self._connection.execute(
            insert(silence)
            .values(
                uuid=new.id,
                project_id=new.project_id,
                source_id=new.source_id,
                matchers=encode(new.matchers),
                starts_at=micros(new.starts_at),
                ends_at=micros(new.ends_at),
                updated_at=micros(new.updated_at),
                actor=str(new.actor),
                actor_name=new.actor.name,
                created_by=new.created_by,
                comment=new.comment,
            )
            .returning(silence.c.id)
        ).scalar_one()
        return msgspec.structs.replace(new, number=number)

    def change(self, changed: Silence) -> None:
        """Change a silence's times, words and last author; what was told to alerts is found out anew."""
        self._connection.execute(
            update(silence)
            .where(silence.c.id == changed.number)
            .values(
                starts_at=micros(changed.starts_at),
                ends_at=micros(changed.ends_at),
                updated_at=micros(changed.updated_at),
                actor=str(changed.actor),
                actor_name=changed.actor.name,
                created_by=changed.created_by,
                comment=changed.comment,
                begun_at=None,
            )
        )

    def held(self, project_id: int, uuid: str) -> Silence | None:
        """One that nobody else changes until the commit."""
        row = self._connection.execute(
            select(silence)
            .where(silence.c.project_id == project_id, silence.c.uuid == uuid)
            .with_for_update()
        ).one_or_none()
        return None if row is None else _read(row)

    def get(self, project_id: int, uuid: str) -> Silence | None:
        """One by the name other programs know."""
        row = self._connection.execute(
            select(silence).where(silence.c.project_id == project_id, silence.c.uuid == uuid)
        ).one_or_none()
        return None if row is None else _read(row)

    def numbered(self, project_id: int, number: int) -> Silence | None:
        """One by the name people know."""
        row = self._connection.execute(
            select(silence).where(silence.c.project_id == project_id, silence.c.id == number)
        ).one_or_none()
        return None if row is None else _read(row)

    def lasting(self, project_id: int, *, now: datetime) -> list[Silence]:
        """The silences that are not over, the first to end first."""
        rows = self._connection.execute(
            select(silence)
            .where(silence.c.project_id == project_id, silence.c.ends_at > micros(now))
            .order_by(silence.c.ends_at, silence.c.id)
        )
        return [_read(row) for row in rows]

    def over(self, project_id: int, *, now: datetime) -> list[Silence]:
        """The newest of those that are over."""
        rows = self._connection.execute(
            select(silence)
            .where(silence.c.project_id == project_id, silence.c.ends_at <= micros(now))
            .order_by(silence.c.ends_at.desc(), silence.c.id.desc())
            .limit(KEPT)
        )
        return [_read(row) for row in rows]

    def active(self, project_id: int, *, now: datetime) -> list[Silence]:
        """The silences in force; asked in each transaction of intake."""
        us = micros(now)
        return [_read(row) for row in _active.rows(self._connection, project_id, us, us)]

    def count_lasting(self, project_id: int, *, now: datetime) -> int:
        """How many are not over."""
        statement = select(func.count()).where(
            silence.c.project_id == project_id, silence.c.ends_at > micros(now)
        )
        return self._connection.execute(statement).scalar_one()

    def to_settle(self, project_id: int, *, now: datetime, limit: int) -> list[Silence]:
        """The silences whose beginning or end came, and was not yet told to alerts."""
        us = micros(now)
        rows = _TO_SETTLE.rows(self._connection, project=project_id, now=us, limit=limit)
        return [_read(row) for row in rows]

    def begin(self, number: int, *, now: datetime) -> None:
        """Alerts know that it has begun."""
        self._connection.execute(update(silence).where(silence.c.id == number).values(begun_at=micros(now)))

    def end(self, number: int, *, now: datetime) -> None:
        """Alerts know that it is over."""
        self._connection.execute(update(silence).where(silence.c.id == number).values(ended_at=micros(now)))


def _read(row: Row[Any] | Any) -> Silence:
    return Silence(
        id=row.uuid,
        number=row.id,
        project_id=row.project_id,
        source_id=row.source_id,
        matchers=_matchers.decode(row.matchers),
        starts_at=moment(row.starts_at),
        ends_at=moment(row.ends_at),
        updated_at=moment(row.updated_at),
        actor=Actor.parse(row.actor, row.actor_name),
        created_by=row.created_by,
        comment=row.comment,
    )
