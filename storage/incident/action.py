"""Actions: what was promised after incidents."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, insert, select, update

from bot.domain.actor import Actor
from bot.domain.incident.action import Action
from bot.domain.sight import EVERYTHING, Sight
from storage.audience import sees_action
from storage.codec import actor_columns, actor_or_none, micros, micros_or_none, moment, moment_or_none
from storage.table.incident import action_item
from storage.table.recurrence import recurrence


class Actions:
    """The rows of actions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def create(self, new: Action) -> Action:
        """Insert it; its id is the database's to give."""
        values = _columns(new) | {
            "project_id": new.project_id,
            "incident_id": new.incident_id,
            "created_by": str(new.created_by),
            "created_by_name": new.created_by.name,
            "created_at": micros(new.created_at),
        }
        created = self._connection.execute(
            insert(action_item).values(**values).returning(action_item.c.id)
        ).scalar_one()
        return msgspec.structs.replace(new, id=created)

    def save(self, changed: Action) -> None:
        """Write all that can change."""
        self._connection.execute(
            update(action_item).where(action_item.c.id == changed.id).values(**_columns(changed))
        )

    def get(self, action_id: int) -> Action | None:
        """One action."""
        row = self._connection.execute(select(action_item).where(action_item.c.id == action_id)).one_or_none()
        return None if row is None else _read(row)

    def of(self, incident_ids: list[int]) -> list[Action]:
        """All of these incidents, oldest first."""
        statement = select(action_item).where(action_item.c.incident_id.in_(incident_ids))
        return [_read(row) for row in self._connection.execute(statement.order_by(action_item.c.id))]

    def open_count(self, incident_id: int) -> int:
        """How many of an incident are not done."""
        return self._connection.execute(
            select(func.count()).where(
                action_item.c.incident_id == incident_id, action_item.c.done_at.is_(None)
            )
        ).scalar_one()

    def waiting(self, project_id: int, *, limit: int, sight: Sight = EVERYTHING) -> list[Action]:
        """The action items of the whole desk that are not done, the most urgent first."""
        statement = select(action_item).where(
            action_item.c.project_id == project_id, action_item.c.done_at.is_(None), sees_action(sight)
        )
        urgent = (action_item.c.due_at.is_(None), action_item.c.due_at, action_item.c.id)
        rows = self._connection.execute(statement.order_by(*urgent).limit(limit))
        return [_read(row) for row in rows]

    def due(self, project_id: int, *, now: datetime, limit: int = 100) -> list[int]:
        """The action items whose owner is to be reminded."""
        statement = select(action_item.c.id).where(
            action_item.c.project_id == project_id,
            action_item.c.remind_at.is_not(None),
            action_item.c.remind_at <= micros(now),
        )
        ordered = statement.order_by(action_item.c.remind_at).limit(limit)
        return list(self._connection.execute(ordered).scalars())

    def mending(self, recurrence_id: int) -> list[int]:
        """The action items that are meant to mend a recurrence and are not done."""
        statement = select(action_item.c.id).where(
            action_item.c.recurrence_id == recurrence_id, action_item.c.done_at.is_(None)
        )
        return list(self._connection.execute(statement.order_by(action_item.c.id)).scalars())

    def disproved(self, project_id: int, *, limit: int = 100) -> list[int]:
        """The action items that are done, while what they were meant to mend has come back since."""
        statement = (
            select(action_item.c.id)
            .join(recurrence, recurrence.c.id == action_item.c.recurrence_id)
            .where(
                action_item.c.project_id == project_id,
                action_item.c.recurrence_id.is_not(None),
                action_item.c.done_at <= recurrence.c.regressed_at,
            )
        )
        return list(self._connection.execute(statement.order_by(action_item.c.id).limit(limit)).scalars())


def _columns(changed: Action) -> dict[str, Any]:
    owner, owner_name = actor_columns(changed.owner)
    done_by, done_by_name = actor_columns(changed.done_by)
    return {
        "text": changed.text,
        "owner": owner,
        "owner_name": owner_name,
        "due_at": micros_or_none(changed.due_at),
        "remind_at": micros_or_none(changed.remind_at),
        "done_at": micros_or_none(changed.done_at),
        "done_by": done_by,
        "done_by_name": done_by_name,
        "recurrence_id": changed.recurrence_id,
    }


def _read(row: Row[Any]) -> Action:
    return Action(
        id=row.id,
        project_id=row.project_id,
        incident_id=row.incident_id,
        text=row.text,
        owner=actor_or_none(row.owner, row.owner_name),
        due_at=moment_or_none(row.due_at),
        remind_at=moment_or_none(row.remind_at),
        created_by=Actor.parse(row.created_by, row.created_by_name),
        created_at=moment(row.created_at),
        done_at=moment_or_none(row.done_at),
        done_by=actor_or_none(row.done_by, row.done_by_name),
        recurrence_id=row.recurrence_id,
    )
