"""Nudges: messages of their own in incidents' threads; each has a card in the outbox."""

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select

from bot.domain.actor import Actor
from bot.domain.incident.nudge import Nudge, NudgeKind
from storage.codec import micros, moment
from storage.table.incident import nudge


class Nudges:
    """The rows of nudges."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def create(self, new: Nudge) -> Nudge:
        """Insert it; its id is the database's to give."""
        values = {
            "incident_id": new.incident_id,
            "kind": new.kind.value,
            "about_id": new.about_id,
            "text": new.text,
            "actor": str(new.actor),
            "actor_name": new.actor.name,
            "created_at": micros(new.created_at),
        }
        created = self._connection.execute(insert(nudge).values(**values).returning(nudge.c.id))
        return msgspec.structs.replace(new, id=created.scalar_one())

    def get(self, nudge_id: int) -> Nudge | None:
        """One nudge."""
        row = self._connection.execute(select(nudge).where(nudge.c.id == nudge_id)).one_or_none()
        return None if row is None else _read(row)

    def of(self, incident_id: int) -> list[Nudge]:
        """All of an incident, oldest first."""
        statement = select(nudge).where(nudge.c.incident_id == incident_id).order_by(nudge.c.id)
        return [_read(row) for row in self._connection.execute(statement)]


def _read(row: Row[Any]) -> Nudge:
    return Nudge(
        id=row.id,
        incident_id=row.incident_id,
        kind=NudgeKind(row.kind),
        about_id=row.about_id,
        text=row.text,
        actor=Actor.parse(row.actor, row.actor_name),
        created_at=moment(row.created_at),
    )
