"""Briefs: that they were asked for, how long nobody asks again, and what an alert fired with."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, insert, select, update

from bot.domain.alert.alert import Alert
from bot.domain.triage.brief import NEAREST, REACH, BriefRequest, Once
from storage.alert.row import read
from storage.codec import micros, micros_or_none, moment, moment_or_none
from storage.dialect import upsert
from storage.table.core import alert
from storage.table.triage import brief, cooldown


class Briefs:
    """The rows of briefs."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, recurrence_id: int, what: Once, *, now: datetime, rest: timedelta) -> bool:
        """Whether it is the caller's to do now; of any number at once it is one's, once in ``rest``."""
        statement = upsert(self._connection, cooldown).values(
            recurrence_id=recurrence_id, what=what.value, taken_at=micros(now)
        )
        taken = self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["recurrence_id", "what"],
                set_={"taken_at": micros(now)},
                where=cooldown.c.taken_at <= micros(now - rest),
            ).returning(cooldown.c.taken_at)
        )
        return taken.one_or_none() is not None

    def add(self, new: BriefRequest) -> BriefRequest:
        """Insert it; its id is the database's to give."""
        values = msgspec.structs.asdict(new) | {
            "created_at": micros(new.created_at),
            "settles_at": micros_or_none(new.settles_at),
        }
        del values["id"]
        created = self._connection.execute(insert(brief).values(**values).returning(brief.c.id))
        return msgspec.structs.replace(new, id=created.scalar_one())

    def get(self, project_id: int, brief_id: int) -> BriefRequest | None:
        """One of this project."""
        row = self._connection.execute(
            select(brief).where(brief.c.id == brief_id, brief.c.project_id == project_id)
        ).one_or_none()
        return None if row is None else _read(row)

    def of(self, incident_id: int) -> list[BriefRequest]:
        """All of an incident, oldest first."""
        rows = self._connection.execute(
            select(brief).where(brief.c.incident_id == incident_id).order_by(brief.c.id)
        )
        return [_read(row) for row in rows]

    def last(self, recurrence_id: int, *, since: datetime) -> BriefRequest | None:
        """The newest that was given in a thread about this recurrence since then."""
        row = self._connection.execute(
            select(brief)
            .where(
                brief.c.recurrence_id == recurrence_id,
                brief.c.created_at >= micros(since),
                brief.c.incident_id.is_not(None),
                brief.c.run_id.is_(None),
            )
            .order_by(brief.c.id.desc())
            .limit(1)
        ).one_or_none()
        return None if row is None else _read(row)

    def settle(self, project_id: int, *, now: datetime, limit: int) -> list[int]:
        """The briefs whose window is over; each is returned once, to one caller."""
        due = (
            select(brief.c.id)
            .where(brief.c.project_id == project_id, brief.c.settles_at <= micros(now))
            .where(brief.c.settles_at.is_not(None))
            .order_by(brief.c.settles_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        settled = self._connection.execute(
            update(brief).where(brief.c.id.in_(due)).values(settles_at=None).returning(brief.c.id)
        )
        return sorted(settled.scalars())

    def near(self, of: Alert, window: timedelta) -> list[Alert]:
        """Alerts of the same service that began within ``window`` of it, the `NEAREST`.

        Ids rise with time, so they are looked for among the `REACH` ids on either side: an index by service
        and time would find a few more of a storm, and cost every alert a tenth of its way in.
        """
        if not of.service:
            return []
        begin, end = micros(of.opened_at - window), micros(of.opened_at + window)
        rows = self._connection.execute(
            select(alert)
            .where(
                alert.c.id.between(of.id - REACH, of.id + REACH),
                alert.c.id != of.id,
                alert.c.project_id == of.project_id,
                alert.c.service == of.service,
                alert.c.opened_at.between(begin, end),
            )
            .order_by(func.abs(alert.c.id - of.id))
            .limit(NEAREST)
        )
        return [read(row) for row in rows]


def _read(row: Row[Any]) -> BriefRequest:
    return BriefRequest(
        id=row.id,
        project_id=row.project_id,
        recurrence_id=row.recurrence_id,
        alert_id=row.alert_id,
        incident_id=row.incident_id,
        run_id=row.run_id,
        created_at=moment(row.created_at),
        settles_at=moment_or_none(row.settles_at),
    )
