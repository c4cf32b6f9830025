"""Work items: they are derived and have no rows; what was checked and handed over has."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, insert, select

from bot.domain.actor import Actor
from bot.domain.recurrence.work import Check, CheckRun, Handoff, HandoffKind, Item, NextStep, WorkMode
from storage.codec import actor_columns, actor_or_none, encode, micros, moment
from storage.dialect import is_one_of
from storage.table.recurrence import handoff, work_check


class WorkItems:
    """Rows of checks and hand-overs."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def record_check(
        self, recurrence_id: int, item: Item, checks: tuple[Check, ...], *, by: Actor, now: datetime
    ) -> int:
        """Write down a dry run; its id."""
        created: int = self._connection.execute(
            insert(work_check)
            .values(
                recurrence_id=recurrence_id,
                at=micros(now),
                actor=str(by),
                actor_name=by.name,
                mode=item.mode.value,
                next_step=item.next_step.value,
                passed=all(each.passed for each in checks),
                checks=encode(checks),
            )
            .returning(work_check.c.id)
        ).scalar_one()
        return created

    def checks_of(self, recurrence_id: int, *, limit: int) -> list[CheckRun]:
        """The newest dry runs, newest first."""
        rows = self._connection.execute(
            select(work_check)
            .where(work_check.c.recurrence_id == recurrence_id)
            .order_by(work_check.c.id.desc())
            .limit(limit)
        )
        return [_read_check(row) for row in rows]

    def record_handoff(self, new: Handoff) -> Handoff:
        """Write down a hand-over; the id that comes back is the real one."""
        assignee, assignee_name = actor_columns(new.assignee)
        created: int = self._connection.execute(
            insert(handoff)
            .values(
                recurrence_id=new.recurrence_id,
                kind=new.kind.value,
                at=micros(new.at),
                actor=str(new.by),
                actor_name=new.by.name,
                assignee=assignee,
                assignee_name=assignee_name,
                title=new.title,
                body=new.body,
            )
            .returning(handoff.c.id)
        ).scalar_one()
        return msgspec.structs.replace(new, id=created)

    def newest_handoffs(self, recurrence_ids: Iterable[int]) -> dict[int, Handoff]:
        """The newest hand-over of each recurrence that has any."""
        newest = (
            select(func.max(handoff.c.id))
            .where(is_one_of(self._connection, handoff.c.recurrence_id, recurrence_ids))
            .group_by(handoff.c.recurrence_id)
        )
        rows = self._connection.execute(select(handoff).where(handoff.c.id.in_(newest)))
        return {row.recurrence_id: _read_handoff(row) for row in rows}


def _read_check(row: Row[Any]) -> CheckRun:
    return CheckRun(
        id=row.id,
        recurrence_id=row.recurrence_id,
        at=moment(row.at),
        by=Actor.parse(row.actor, row.actor_name),
        mode=WorkMode(row.mode),
        next_step=NextStep(row.next_step),
        passed=row.passed,
        checks=msgspec.json.decode(row.checks, type=tuple[Check, ...]),
    )


def _read_handoff(row: Row[Any]) -> Handoff:
    return Handoff(
        id=row.id,
        recurrence_id=row.recurrence_id,
        kind=HandoffKind(row.kind),
        at=moment(row.at),
        by=Actor.parse(row.actor, row.actor_name),
        assignee=actor_or_none(row.assignee, row.assignee_name),
        title=row.title,
        body=row.body,
    )
