"""Event detail: one event by itself, found by its id or as the last word about an alert."""

from typing import Any

from sqlalchemy import Connection, Row, Select, select

from bot.domain.alert.event import Event
from storage.codec import moment
from storage.table.core import event


class Dossiers:
    """Events of one project."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def event(self, project_id: int, event_id: int) -> Event | None:
        """The event with this id."""
        return self._one(_of(project_id).where(event.c.id == event_id))

    def newest(self, project_id: int, *, recurrence_id: int, alert_id: int) -> Event | None:
        """The newest event that went into an alert of this recurrence."""
        which = _of(project_id).where(event.c.recurrence_id == recurrence_id, event.c.alert_id == alert_id)
        return self._one(which.order_by(event.c.id.desc()).limit(1))

    def of_envelope(self, project_id: int, digest: str, *, limit: int) -> list[Event]:
        """The newest events that came in one request, by their place in it."""
        rows = self._connection.execute(
            _of(project_id).where(event.c.envelope_digest == digest).order_by(event.c.id.desc()).limit(limit)
        ).all()
        return [_read(row) for row in reversed(rows)]

    def of_recurrence(self, project_id: int, recurrence_id: int) -> Event | None:
        """The newest event of a signature."""
        which = _of(project_id).where(event.c.recurrence_id == recurrence_id)
        return self._one(which.order_by(event.c.id.desc()).limit(1))

    def _one(self, statement: Select[Any]) -> Event | None:
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _read(row)


def _read(row: Row[Any]) -> Event:
    values = dict(row._mapping)  # noqa: SLF001 -- SQLAlchemy's public name for it
    return Event(**{**values, "received_at": moment(row.received_at)})


def _of(project_id: int) -> Select[Any]:
    return select(event).where(event.c.project_id == project_id)
