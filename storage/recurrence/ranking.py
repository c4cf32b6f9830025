"""Rankings: recurrences in order of what they cost.

A ranking walks the recurrences that fired within the window and adds up each one's last hours or days, which
lie side by side; its cost grows with recurrences and days, not with events.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, or_, select

from bot.domain.recurrence.ranking import Query, Ranked, RankingWindow, Sort, Totals, WindowSums
from bot.domain.sight import EVERYTHING
from storage.audience import sees_recurrence
from storage.codec import micros, span
from storage.dialect import is_one_of
from storage.recurrence.recurrence import DAY_US, HOUR_US
from storage.recurrence.row import read
from storage.table.core import recurrence, recurrence_day, recurrence_hour, source
from storage.table.incident import incident

_SUMMED = (
    "occurrences", "episodes", "duplicates", "flaps", "acks", "ack_us", "resolves", "resolve_us",
    "self_resolves", "attention_us", "noise_votes",
)  # fmt: skip


class _Period:
    """The counts that a window is made of: of ``table`` from ``first`` on, beginning at ``since``."""

    def __init__(self, window: RankingWindow, now: datetime) -> None:
        by_hour = window is RankingWindow.DAY
        length = HOUR_US if by_hour else DAY_US
        self.table: Table = recurrence_hour if by_hour else recurrence_day
        count = int(window.span.total_seconds() * 1_000_000) // length
        self.first = micros(now) // length - count + 1
        self.since_us = self.first * length
        self._period = self.table.c.hour if by_hour else self.table.c.day

    def matches(self) -> ColumnElement[bool]:
        """Whether a count belongs to the window."""
        return self._period >= self.first

    def sum_of(self, column: str) -> ColumnElement[Any]:
        """The sum of a count for the recurrence at hand."""
        counted = select(func.coalesce(func.sum(self.table.c[column]), 0)).where(
            self.table.c.recurrence_id == recurrence.c.id, self.matches()
        )
        return counted.scalar_subquery()


class Rankings:
    """Ordered reading."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(
        self, project_id: int, query: Query, *, now: datetime, offset: int = 0, limit: int = 10
    ) -> list[Ranked]:
        """A part of the ranking; what is equal is in the order of first appearance."""
        period = _Period(query.window, now)
        ids = list(
            self._connection.execute(
                select(recurrence.c.id)
                .where(*_matching(project_id, query, period))
                .order_by(*_keys(query.sort, period), recurrence.c.id)
                .offset(offset)
                .limit(limit)
            ).scalars()
        )
        found = {each.recurrence.id: each for each in self._ranked(ids, period)}
        return [found[key] for key in ids]

    def totals(self, project_id: int, query: Query, *, now: datetime) -> Totals:
        """Sums over all that match."""
        sums = [func.coalesce(func.sum(recurrence.c[name]), 0).label(name) for name in _SUMMED]
        row = self._connection.execute(
            select(func.count().label("recurrences"), *sums).where(
                *_matching(project_id, query, _Period(query.window, now))
            )
        ).one()
        return Totals(
            recurrences=row.recurrences,
            occurrences=int(row.occurrences),
            episodes=int(row.episodes),
            duplicates=int(row.duplicates),
            flaps=int(row.flaps),
            acks=int(row.acks),
            ack_time=span(int(row.ack_us)),
            resolves=int(row.resolves),
            resolve_time=span(int(row.resolve_us)),
            self_resolves=int(row.self_resolves),
            attention=span(int(row.attention_us)),
            noise_votes=int(row.noise_votes),
        )

    def window(self, project_id: int, query: Query, *, now: datetime) -> WindowSums:
        """Sums of what fell within the window, over all that match."""
        period = _Period(query.window, now)
        counts = period.table
        columns = ("occurrences", "episodes", "self_resolves", "attention_us")
        matching = select(recurrence.c.id).where(*_matching(project_id, query, period))
        row = self._connection.execute(
            select(*(func.coalesce(func.sum(counts.c[name]), 0).label(name) for name in columns)).where(
                counts.c.recurrence_id.in_(matching), period.matches()
            )
        ).one()
        return WindowSums(
            occurrences=int(row.occurrences),
            episodes=int(row.episodes),
            self_resolves=int(row.self_resolves),
            attention=span(int(row.attention_us)),
        )

    def count(self, project_id: int, query: Query, *, now: datetime) -> int:
        """How many match."""
        return self._connection.execute(
            select(func.count())
            .select_from(recurrence)
            .where(*_matching(project_id, query, _Period(query.window, now)))
        ).scalar_one()

    def incidents(self, project_id: int) -> int:
        """How many incidents the project ever had."""
        statement = select(func.count()).where(incident.c.project_id == project_id)
        return self._connection.execute(statement).scalar_one()

    def _ranked(self, ids: list[int], period: _Period) -> list[Ranked]:
        rows = self._connection.execute(
            select(
                recurrence,
                period.sum_of("occurrences").label("window_occurrences"),
                period.sum_of("episodes").label("window_episodes"),
                period.sum_of("self_resolves").label("window_self_resolves"),
                period.sum_of("attention_us").label("window_attention_us"),
            ).where(is_one_of(self._connection, recurrence.c.id, ids))
        )
        return [
            Ranked(
                recurrence=read(row),
                occurrences=int(row.window_occurrences),
                episodes=int(row.window_episodes),
                self_resolves=int(row.window_self_resolves),
                attention=span(int(row.window_attention_us)),
            )
            for row in rows
        ]


def _keys(sort: Sort, period: _Period) -> list[ColumnElement[Any]]:
    match sort:
        case Sort.OCCURRENCES:
            return [period.sum_of("occurrences").desc()]
        case Sort.ATTENTION:
            return [period.sum_of("attention_us").desc()]
        case Sort.NOISE:
            return [recurrence.c.noise_votes.desc(), period.sum_of("self_resolves").desc()]


def _matching(project_id: int, query: Query, period: _Period) -> list[ColumnElement[bool]]:
    wanted = [recurrence.c.project_id == project_id, recurrence.c.last_seen_at >= period.since_us]
    if query.source_id is not None:
        wanted.append(recurrence.c.source_id == query.source_id)
    if query.provider:
        spoken = select(source.c.id).where(
            source.c.project_id == project_id, source.c.provider == query.provider
        )
        wanted.append(recurrence.c.source_id.in_(spoken))
    if query.sight != EVERYTHING:
        wanted.append(sees_recurrence(query.sight))
    if query.text:
        columns = (recurrence.c.name, recurrence.c.service, recurrence.c.target)
        wanted.append(or_(*(column.icontains(query.text, autoescape=True) for column in columns)))
    return wanted
