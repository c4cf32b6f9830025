"""Alerts as their own senders ask for them: by identity, by number, all that are open."""

from sqlalchemy import Connection, select

from bot.domain.alert.alert import Alert, State
from storage.alert.row import read
from storage.table.core import IS_OPEN_ALERT, alert
from storage.table.recurrence import recurrence


class SenderAlerts:
    """The episodes of one source."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def newest(self, project_id: int, source_id: int, signature: str) -> Alert | None:
        """The newest episode of an identity."""
        row = self._connection.execute(
            select(alert)
            .join(recurrence, recurrence.c.last_alert_id == alert.c.id)
            .where(
                recurrence.c.project_id == project_id,
                recurrence.c.signature == signature,
                alert.c.source_id == source_id,
            )
        ).one_or_none()
        return None if row is None else read(row)

    def get(self, project_id: int, source_id: int, alert_id: int) -> Alert | None:
        """One episode by its number, if this source raised it."""
        row = self._connection.execute(
            select(alert).where(
                alert.c.id == alert_id, alert.c.project_id == project_id, alert.c.source_id == source_id
            )
        ).one_or_none()
        return None if row is None else read(row)

    def open(self, project_id: int, source_id: int, *, limit: int) -> list[Alert]:
        """What is open, oldest first."""
        rows = self._connection.execute(
            select(alert)
            .where(alert.c.project_id == project_id, IS_OPEN_ALERT, alert.c.source_id == source_id)
            .order_by(alert.c.id)
            .limit(limit)
        )
        return [read(row) for row in rows]

    def recent(
        self, project_id: int, source_id: int, *, offset: int, limit: int, is_open: bool | None = None
    ) -> list[Alert]:
        """All of them, or only those that are open or over, newest first."""
        conditions = [alert.c.project_id == project_id, alert.c.source_id == source_id]
        if is_open is not None:
            conditions.append(IS_OPEN if is_open else ~IS_OPEN)
        rows = self._connection.execute(
            select(alert).where(*conditions).order_by(alert.c.id.desc()).offset(offset).limit(limit)
        )
        return [read(row) for row in rows]


IS_OPEN = alert.c.state != State.RESOLVED.value
