"""Memories: looking back on a recurrence.

Episodes are read newest first by the index on (recurrence, alert), never more than asked for.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Integer, bindparam, select

from bot.domain.alert.alert import Alert
from bot.domain.recurrence.churn import Kin
from bot.domain.recurrence.recurrence import BOUND, Episode, Fix
from storage.alert.row import read
from storage.bulk import Lookup
from storage.codec import actor_or_none, decode_labels, micros, moment, moment_or_none
from storage.dialect import is_one_of
from storage.recurrence.recurrence import DAY_US, HOUR_US
from storage.recurrence.row import read_fix
from storage.table.core import alert
from storage.table.incident import incident_alert
from storage.table.recurrence import recurrence, recurrence_day, recurrence_hour

_COLUMNS: Final = (
    "id", "opened_at", "first_acked_at", "resolved_at", "resolved_by", "resolved_by_name", "owner",
    "owner_name", "note", "note_by", "note_by_name", "received_at",
)  # fmt: skip
_episodes = Lookup(
    lambda _: (
        select(*(alert.c[name] for name in _COLUMNS))
        .where(alert.c.recurrence_id == bindparam("recurrence"), alert.c.id < bindparam("before"))
        .order_by(alert.c.id.desc())
        .limit(bindparam("count", type_=Integer))
    ),
    ("recurrence", "before", "count"),
    _COLUMNS,
)
_FIX_COLUMNS: Final = (
    "fixed_at", "fixed_by", "fixed_by_name", "fix_owner", "fix_owner_name", "fix_note", "regressed_at",
    "regressed_alert_id",
)  # fmt: skip
_fixes = Lookup(
    lambda _: select(*(recurrence.c[name] for name in _FIX_COLUMNS)).where(
        recurrence.c.id == bindparam("recurrence"), recurrence.c.fixed_at.is_not(None)
    ),
    ("recurrence",),
    _FIX_COLUMNS,
)
_BEHIND_ALL: Final = 2**63 - 1


class Memories:
    """Looking back."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def episodes(self, recurrence_id: int, *, before: int | None = None, limit: int = BOUND) -> list[Episode]:
        """The last episodes, or the last ``before`` the alert of that id."""
        rows = _episodes.rows(self._connection, recurrence_id, before or _BEHIND_ALL, limit)
        return [_read(row) for row in rows]

    def alerts(self, alert_ids: Iterable[int]) -> dict[int, Alert]:
        """Whole alerts by id."""
        rows = self._connection.execute(
            select(alert).where(is_one_of(self._connection, alert.c.id, alert_ids))
        )
        return {row.id: read(row) for row in rows}

    def incidents(self, alert_ids: Iterable[int]) -> dict[int, list[int]]:
        """The incidents that any of these alerts was ever linked to, by alert."""
        rows = self._connection.execute(
            select(incident_alert.c.alert_id, incident_alert.c.incident_id)
            .where(
                is_one_of(self._connection, incident_alert.c.alert_id, alert_ids),
                incident_alert.c.unlinked_at.is_(None),
            )
            .order_by(incident_alert.c.incident_id)
        )
        found: dict[int, list[int]] = {}
        for row in rows:
            found.setdefault(row.alert_id, []).append(row.incident_id)
        return found

    def kin(self, source_id: int, *, limit: int) -> list[Kin]:
        """The newest recurrences of a source as their last alerts were labelled."""
        rows = self._connection.execute(
            select(recurrence.c.id, recurrence.c.name, recurrence.c.episodes, alert.c.labels)
            .join(alert, alert.c.id == recurrence.c.last_alert_id)
            .where(recurrence.c.source_id == source_id)
            .order_by(recurrence.c.id.desc())
            .limit(limit)
        )
        return [Kin(row.id, row.name, row.episodes, decode_labels(row.labels)) for row in rows]

    def fix(self, recurrence_id: int) -> Fix | None:
        """What was said to have mended it."""
        return next((read_fix(row) for row in _fixes.rows(self._connection, recurrence_id)), None)

    def hours(self, recurrence_id: int, *, since: datetime) -> list[tuple[datetime, int]]:
        """Hours in which it fired, with how often."""
        rows = self._connection.execute(
            select(recurrence_hour.c.hour, recurrence_hour.c.occurrences)
            .where(
                recurrence_hour.c.recurrence_id == recurrence_id,
                recurrence_hour.c.hour >= micros(since) // HOUR_US,
                recurrence_hour.c.occurrences > 0,
            )
            .order_by(recurrence_hour.c.hour)
        )
        return [(moment(row.hour * HOUR_US), row.occurrences) for row in rows]

    def days(self, recurrence_id: int, *, since: datetime) -> list[tuple[datetime, int, int]]:
        """Days on which it fired, with how often and in how many new episodes."""
        rows = self._connection.execute(
            select(recurrence_day.c.day, recurrence_day.c.occurrences, recurrence_day.c.episodes)
            .where(
                recurrence_day.c.recurrence_id == recurrence_id,
                recurrence_day.c.day >= micros(since) // DAY_US,
                recurrence_day.c.occurrences > 0,
            )
            .order_by(recurrence_day.c.day)
        )
        return [(moment(row.day * DAY_US), row.occurrences, row.episodes) for row in rows]


def _read(row: Any) -> Episode:
    return Episode(
        alert_id=row.id,
        opened_at=moment(row.opened_at),
        received_at=moment_or_none(row.received_at),
        acked_at=moment_or_none(row.first_acked_at),
        resolved_at=moment_or_none(row.resolved_at),
        resolved_by=actor_or_none(row.resolved_by, row.resolved_by_name),
        owner=actor_or_none(row.owner, row.owner_name),
        note=row.note,
        note_by=actor_or_none(row.note_by, row.note_by_name),
    )
