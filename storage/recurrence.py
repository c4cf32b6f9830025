"""Recurrences: the read model of signatures, kept up to date in the transaction that takes signals in.

Counts live per hour (for timelines) and per day (for rankings), so that nothing ever scans events.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, bindparam, func, select, update

from bot.domain.alert import State
from bot.domain.recurrence import Memory
from bot.domain.signal import Severity, Signal
from bot.domain.source import Source
from bot.domain.verdict import Standing
from storage.bulk import Bulk
from storage.codec import actor_or_none, micros, moment, moment_or_none
from storage.dialect import allocate, is_one_of, upsert
from storage.table import alert, recurrence, recurrence_day, recurrence_hour

HOUR_US: Final = 3_600_000_000
DAY_US: Final = 24 * HOUR_US
MEMORY_SPAN: Final = timedelta(days=30)


class Known(msgspec.Struct):
    """What is known of a signature before a batch: its row's id and how its last episode stands."""

    recurrence_id: int
    standing: Standing | None


class Tally(msgspec.Struct):
    """What one batch adds to a recurrence."""

    occurrences: int = 0
    episodes: int = 0
    duplicates: int = 0
    flaps: int = 0
    last_alert_id: int = 0


_NEW_COLUMNS = (
    "id", "project_id", "source_id", "signature", "name", "namespace", "service", "target",
    "occurrences", "episodes", "duplicates", "flaps", "first_seen_at", "last_seen_at",
)  # fmt: skip
_ADD_COLUMNS = ("occurrences_", "episodes_", "duplicates_", "flaps_", "seen_", "alert_", "id_")
_add = Bulk(
    update(recurrence)
    .where(recurrence.c.id == bindparam("id_", type_=recurrence.c.id.type))
    .values(
        occurrences=recurrence.c.occurrences + bindparam("occurrences_"),
        episodes=recurrence.c.episodes + bindparam("episodes_"),
        duplicates=recurrence.c.duplicates + bindparam("duplicates_"),
        flaps=recurrence.c.flaps + bindparam("flaps_"),
        last_seen_at=bindparam("seen_"),
        last_alert_id=bindparam("alert_"),
    ),
    _ADD_COLUMNS,
)
_upserts: dict[tuple[str, str], Bulk] = {}


class Recurrences:
    """Their rows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def known(self, project_id: int, signatures: Iterable[str]) -> dict[str, Known]:
        """What is known of each of ``signatures``; on PostgreSQL the rows are held until the commit.

        Two statements, recurrences before alerts: whoever moves an alert by hand holds its row too, so that
        neither overwrites the other.
        """
        rows = self._connection.execute(
            select(recurrence.c.id, recurrence.c.signature, recurrence.c.last_alert_id)
            .where(
                recurrence.c.project_id == project_id,
                is_one_of(self._connection, recurrence.c.signature, signatures),
            )
            .order_by(recurrence.c.id)
            .with_for_update()
        ).all()
        standings = self._standings([row.last_alert_id for row in rows if row.last_alert_id is not None])
        return {row.signature: Known(row.id, standings.get(row.last_alert_id)) for row in rows}

    def _standings(self, alert_ids: list[int]) -> dict[int, Standing]:
        if not alert_ids:
            return {}
        rows = self._connection.execute(
            select(
                alert.c.id,
                alert.c.state,
                alert.c.severity,
                alert.c.occurrences,
                alert.c.flaps,
                alert.c.opened_at,
                alert.c.last_seen_at,
                alert.c.resolved_at,
                alert.c.silent_after,
                alert.c.escalated_from,
                alert.c.owner,
            )
            .where(is_one_of(self._connection, alert.c.id, alert_ids))
            .order_by(alert.c.id)
            .with_for_update()
        )
        return {row.id: _standing(row) for row in rows}

    def begin(
        self, project_id: int, new: Mapping[str, tuple[Source, Signal]], *, now: datetime
    ) -> dict[str, Known]:
        """Insert rows for signatures never seen; a process that was faster keeps its own."""
        key = (self._connection.dialect.name, recurrence.name)
        if key not in _upserts:
            statement = upsert(self._connection, recurrence).on_conflict_do_nothing(
                index_elements=["project_id", "signature"]
            )
            _upserts[key] = Bulk(statement, _NEW_COLUMNS)
        ids = allocate(self._connection, recurrence, len(new))
        us = micros(now)
        _upserts[key].run(
            self._connection,
            [
                (
                    *(key, project_id, source.id, signature, signal.name, signal.namespace),
                    *(signal.service, signal.target, 0, 0, 0, 0, us, us),
                )
                for key, (signature, (source, signal)) in zip(ids, new.items(), strict=True)
            ],
        )
        if self._connection.dialect.name == "postgresql":
            return self.known(project_id, new)
        return {signature: Known(key, None) for key, signature in zip(ids, new, strict=True)}

    def add(self, project_id: int, tallies: dict[int, Tally], *, now: datetime) -> None:
        """Add what a batch counted, by recurrence id."""
        if not tallies:
            return
        us = micros(now)
        hour, day = us // HOUR_US, us // DAY_US
        ordered = sorted(tallies.items())
        _add.run(
            self._connection,
            [
                (each.occurrences, each.episodes, each.duplicates, each.flaps, us, each.last_alert_id, key)
                for key, each in ordered
            ],
        )
        self._count(recurrence_hour, [(key, hour, each.occurrences, each.episodes) for key, each in ordered])
        self._count(
            recurrence_day, [(project_id, day, key, each.occurrences, each.episodes) for key, each in ordered]
        )

    def memory(self, recurrence_id: int, *, alert_id: int, now: datetime) -> Memory:
        """What the team knew about this signature when this alert of it fired."""
        episodes = self._connection.execute(
            select(func.count()).where(
                alert.c.recurrence_id == recurrence_id,
                alert.c.id <= alert_id,
                alert.c.opened_at >= micros(now - MEMORY_SPAN),
            )
        ).scalar_one()
        previous = self._connection.execute(
            select(alert.c.opened_at, alert.c.owner, alert.c.owner_name, alert.c.note)
            .where(alert.c.recurrence_id == recurrence_id, alert.c.id < alert_id)
            .order_by(alert.c.id.desc())
            .limit(1)
        ).one_or_none()
        if previous is None:
            return Memory(episodes=episodes)
        return Memory(
            episodes=episodes,
            previous_at=moment(previous.opened_at),
            acked_by=actor_or_none(previous.owner, previous.owner_name),
            note=previous.note,
        )

    def _count(self, table: Any, rows: list[tuple[int, ...]]) -> None:
        key = (self._connection.dialect.name, table.name)
        if key not in _upserts:
            insert = upsert(self._connection, table)
            statement = insert.on_conflict_do_update(
                index_elements=list(table.primary_key.columns),
                set_={
                    "occurrences": table.c.occurrences + insert.excluded.occurrences,
                    "episodes": table.c.episodes + insert.excluded.episodes,
                },
            )
            _upserts[key] = Bulk(statement, [column.name for column in table.columns])
        _upserts[key].run(self._connection, rows)


def _standing(row: Any) -> Standing:
    return Standing(
        alert_id=row.id,
        state=State(row.state),
        severity=Severity(row.severity),
        occurrences=row.occurrences,
        flaps=row.flaps,
        opened_at=moment(row.opened_at),
        last_seen_at=moment(row.last_seen_at),
        resolved_at=moment_or_none(row.resolved_at),
        silent_after=moment_or_none(row.silent_after),
        escalated_from=Severity(row.escalated_from) if row.escalated_from else None,
        owned=row.owner is not None,
    )
