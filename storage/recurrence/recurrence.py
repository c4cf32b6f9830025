"""Recurrences: the read model of signatures, kept up to date in the transaction that changes an alert.

Counts live per hour (for timelines) and per day (for rankings), so that nothing ever scans events. Here they
are written; `storage.recurrence.memory` and `storage.recurrence.ranking` read them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, func, select, update

from bot.domain.access.source import Source
from bot.domain.actor import Actor
from bot.domain.alert.alert import Alert
from bot.domain.alert.episode import began
from bot.domain.alert.signal import Signal
from bot.domain.alert.verdict import SignatureStanding
from bot.domain.recurrence.recurrence import Fix, Recurrence
from bot.domain.recurrence.settlement import (
    NOTHING,
    EpisodeState,
    KnownRecurrence,
    RecurrenceTally,
    StatsDelta,
    settle,
)
from bot.domain.sight import EVERYTHING, Sight
from storage.bulk import Bulk
from storage.codec import micros, span_micros
from storage.dialect import allocate, is_one_of, upsert, values_of
from storage.fault import OvertakenError
from storage.recurrence import suggestion
from storage.recurrence.row import (
    ACK,
    ADD,
    COUNT_FIRED,
    COUNT_SETTLED,
    NEW_COLUMNS,
    SETTLE,
    fix_columns,
    read,
    read_fix,
)
from storage.recurrence.statement import (
    KNOWN,
    MENDED,
    STANDINGS,
    counted,
    read_standing,
)
from storage.table.core import alert
from storage.table.recurrence import recurrence

HOUR_US: Final = 3_600_000_000
DAY_US: Final = 24 * HOUR_US


_begin: dict[str, Bulk] = {}
_NOTHING_COUNTED = RecurrenceTally()


class Recurrences:
    """The rows of recurrences; whoever is ``careful`` keeps others from beginning the same from the start."""

    def __init__(self, connection: Connection, *, careful: bool = False) -> None:
        self._connection = connection
        self._careful = careful
        self._begun: dict[int, tuple[Any, ...]] = {}

    def get(self, project_id: int, recurrence_id: int) -> Recurrence | None:
        """One recurrence of this project."""
        return self._one(project_id, recurrence_id, held=False)

    def held(self, project_id: int, recurrence_id: int) -> Recurrence | None:
        """One recurrence that nobody else changes until the commit."""
        return self._one(project_id, recurrence_id, held=True)

    def known(self, project_id: int, signatures: Iterable[str]) -> dict[str, KnownRecurrence]:
        """What is known of each of ``signatures``; on PostgreSQL the rows are held until the commit.

        Two statements, recurrences before alerts: whoever moves an alert by hand holds its row too, so that
        neither overwrites the other.
        """
        rows = KNOWN.rows(self._connection, project_id, values_of(self._connection, signatures))
        standings = self._standings([row.last_alert_id for row in rows if row.last_alert_id is not None])
        nothing = (None, None)
        return {
            row.signature: KnownRecurrence(row.id, *standings.get(row.last_alert_id, nothing)) for row in rows
        }

    def ids(self, project_id: int, signatures: Sequence[str]) -> list[int]:
        """The ids of those of ``signatures`` that are known."""
        rows = self._connection.execute(
            select(recurrence.c.id).where(
                recurrence.c.project_id == project_id, recurrence.c.signature.in_(signatures)
            )
        )
        return [row.id for row in rows]

    def _standings(self, alert_ids: list[int]) -> dict[int, tuple[SignatureStanding, EpisodeState]]:
        if not alert_ids:
            return {}
        rows = STANDINGS.rows(self._connection, values_of(self._connection, alert_ids))
        return {row.id: read_standing(row) for row in rows}

    def hold_of(self, alert_id: int) -> None:
        """Hold the recurrence of an alert until the commit, before the alert itself, as `known` does."""
        if self._connection.dialect.name == "postgresql":
            which = select(alert.c.recurrence_id).where(alert.c.id == alert_id).scalar_subquery()
            self._connection.execute(
                select(recurrence.c.id).where(recurrence.c.id == which).with_for_update()
            )

    def hold_of_all(self, alert_ids: Sequence[int]) -> None:
        """Hold the recurrences of many alerts, in the order of `known`."""
        if self._connection.dialect.name == "postgresql":
            which = select(alert.c.recurrence_id).where(is_one_of(self._connection, alert.c.id, alert_ids))
            self._connection.execute(
                select(recurrence.c.id)
                .where(recurrence.c.id.in_(which))
                .order_by(recurrence.c.id)
                .with_for_update()
            )

    def begin(
        self, project_id: int, new: Mapping[str, tuple[Source, Signal]], *, now: datetime
    ) -> dict[str, KnownRecurrence]:
        """Rows for signatures never seen; a process that was faster keeps its own. `add` has to follow.

        `add` inserts them with what the batch counted, once, which spares the row and its place in the
        rankings a second write: on SQLite a tenth of what the database does for a new alert, on PostgreSQL a
        quarter. On PostgreSQL another process may begin the same meanwhile: then `add` says so, and in the
        next, careful try rows are inserted here.
        """
        dialect = self._connection.dialect.name
        if dialect not in _begin:
            statement = upsert(self._connection, recurrence).on_conflict_do_nothing(
                index_elements=["project_id", "signature"]
            )
            _begin[dialect] = Bulk(statement, NEW_COLUMNS)
        ids = allocate(self._connection, recurrence, len(new))
        us = micros(now)
        first = {key: micros(began(signal, None, now)) for key, (_, signal) in new.items()}
        rows = [
            (
                *(key, project_id, source.id, signature, signal.name, signal.namespace),
                *(signal.service, signal.target, first[signature]),
            )
            for key, (signature, (source, signal)) in zip(ids, new.items(), strict=True)
        ]
        if self._careful:
            _begin[dialect].run(self._connection, [(*row, 0, 0, 0, 0, us, None, None) for row in rows])
            return self.known(project_id, new)
        self._begun = dict(zip(ids, rows, strict=True))
        return {signature: KnownRecurrence(key, None) for key, signature in zip(ids, new, strict=True)}

    def add(self, tallies: dict[int, RecurrenceTally], *, now: datetime) -> None:
        """Add what a batch counted, by recurrence id; what was fixed and fires again has regressed.

        Raises:
            OvertakenError: another process has begun one of the same.
        """
        us, dialect = micros(now), self._connection.dialect.name
        ordered = sorted(tallies.items())
        begun, self._begun = self._begun, {}
        if begun:
            rows = [(*row, *counted(tallies.get(key, _NOTHING_COUNTED), us)) for key, row in begun.items()]
            if _begin[dialect].run(self._connection, rows) < len(rows):
                raise OvertakenError
        ADD.run(self._connection, [(*counted(each, us), key) for key, each in ordered if key not in begun])
        for table, period in (("recurrence_hour", us // HOUR_US), ("recurrence_day", us // DAY_US)):
            COUNT_FIRED[table].run(
                self._connection, [(key, period, each.occurrences, each.episodes) for key, each in ordered]
            )

    def mended(self, recurrence_ids: Collection[int]) -> dict[int, Actor]:
        """Of these, what was marked as fixed and has not come back since, with who answers for that."""
        if not recurrence_ids:
            return {}
        rows = MENDED.rows(self._connection, values_of(self._connection, recurrence_ids))
        return {row.id: fix.owner for row in rows if (fix := read_fix(row)) is not None}

    def settle(self, settlements: dict[int, StatsDelta], *, now: datetime) -> None:
        """Add what changes of episodes weigh, by recurrence id."""
        ordered = sorted((key, each) for key, each in settlements.items() if each)
        SETTLE.run(
            self._connection,
            [
                (
                    each.resolves,
                    span_micros(each.resolve_time),
                    each.self_resolves,
                    span_micros(each.attention),
                    key,
                )
                for key, each in ordered
            ],
        )
        us = micros(now)
        for table, period in (("recurrence_hour", us // HOUR_US), ("recurrence_day", us // DAY_US)):
            COUNT_SETTLED[table].run(
                self._connection,
                [
                    (key, period, 0, 0, each.self_resolves, span_micros(each.attention))
                    for key, each in ordered
                    if each.self_resolves or each.attention
                ],
            )

    def follow(self, moved: Iterable[tuple[Alert, Alert]], *, now: datetime) -> None:
        """People, programs or time moved alerts, each as it was and as it is: their recurrences keep up."""
        acked, settlements = [], dict[int, StatsDelta]()
        for before, after in moved:
            if after.acked_at is not None and before.acked_at is None:
                acked.append(after.id)
            settlement = settle(EpisodeState.of(before), EpisodeState.of(after), now)
            settlements[after.recurrence_id] = settlements.get(after.recurrence_id, NOTHING) + settlement
        if acked:
            self._count_acks(acked, micros(now))
        self.settle(settlements, now=now)

    def mark_fixed(self, recurrence_id: int, fix: Fix) -> None:
        """Replace the fix; whatever regressed before is forgotten here (the audit remembers)."""
        self._connection.execute(
            update(recurrence).where(recurrence.c.id == recurrence_id).values(**fix_columns(fix))
        )

    def suggest(
        self, project_id: int, text: str, *, limit: int, sight: Sight = EVERYTHING
    ) -> list[Recurrence]:
        """Whose name, service or target has ``text`` in it: those that begin so first, then last seen."""
        return suggestion.fitting(self._connection, project_id, text, limit=limit, sight=sight)

    def _count_acks(self, alert_ids: list[int], us: int) -> None:
        """The first time in an episode counts; a later one, after it was given back or rose, does not."""
        waits: dict[int, list[int]] = {}
        for row in self._connection.execute(
            update(alert)
            .where(is_one_of(self._connection, alert.c.id, alert_ids), alert.c.first_acked_at.is_(None))
            .values(first_acked_at=us)
            .returning(alert.c.recurrence_id, func.coalesce(alert.c.received_at, alert.c.opened_at))
        ):
            waits.setdefault(row[0], []).append(us - row[1])
        ACK.run(self._connection, [(len(each), sum(each), key) for key, each in sorted(waits.items())])

    def _one(self, project_id: int, recurrence_id: int, *, held: bool) -> Recurrence | None:
        statement = select(recurrence).where(
            recurrence.c.id == recurrence_id, recurrence.c.project_id == project_id
        )
        if held:
            statement = statement.with_for_update()
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else read(row)
