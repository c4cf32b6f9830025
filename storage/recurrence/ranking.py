"""Rankings: recurrences in order of what they cost.

Within a window no recurrence has more than its sum of all time, and an index holds those sums in order. So a
ranking walks from the largest sum on, adds up each one's last hours or days, which lie side by side, and ends
where nothing behind can be more than what it has. Its cost grows with the page and the days, not with events,
nor with recurrences unless many have a long past and little present; then all that match are added up.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, Table, func, literal, select

from bot.domain.recurrence.ranking import COUNTED_TO, Query, Ranked, RankingWindow, Sort, Totals, WindowSums
from bot.domain.sight import EVERYTHING
from storage.audience import sees_recurrence
from storage.codec import micros, span
from storage.dialect import is_one_of
from storage.recurrence import words
from storage.recurrence.recurrence import DAY_US, HOUR_US
from storage.recurrence.row import read
from storage.table.core import source
from storage.table.incident import incident
from storage.table.recurrence import recurrence, recurrence_day, recurrence_hour

_SUMMED = (
    "occurrences", "episodes", "duplicates", "flaps", "acks", "ack_us", "resolves", "resolve_us",
    "self_resolves", "attention_us", "noise_votes",
)  # fmt: skip


# How far to walk, step by step, before all that match are added up instead.
_STEPS: Final = (64, 512, 4_096)
_FEW: Final = 1_000  # so many are added up at once, without a walk
_Part = Callable[[int, int], ColumnElement[bool]]
"""Those from one place to another of what is walked."""


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
        matching = _matching(project_id, query, period)
        few = self._few(matching)
        if few is not None:
            return self._shown(self._chosen(few, query.sort, period, offset + limit)[offset:], period)
        order = _order(query.sort)

        def part(begun: int, end: int) -> ColumnElement[bool]:
            walked = select(recurrence.c.id).where(*matching).order_by(*order)
            return recurrence.c.id.in_(walked.offset(begun).limit(end - begun).scalar_subquery())

        ids = self._walked(part, query.sort, period, offset + limit)
        if ids is None:
            ids = self._added_up(matching, query.sort, period, offset + limit)
        return self._shown(ids[offset:], period)

    def with_words(
        self, project_id: int, query: Query, *, now: datetime, offset: int = 0, limit: int = 10
    ) -> tuple[list[Ranked], int, bool]:
        """As `page`, of those that have the words; how many have them, and whether all were looked through.

        They are looked for among `bot.domain.recurrence.ranking.SEARCHED_AMONG`.
        """
        period = _Period(query.window, now)
        wanted = _conditions(project_id, replace(query, text=""), period)
        sums = _SUMS_OF[query.sort]
        found, is_all = words.with_words(self._connection, project_id, wanted, sums, query.text)
        ids = self._chosen(found, query.sort, period, offset + limit)
        return self._shown(ids[offset:], period), len(found), is_all

    def _chosen(self, found: list[int], sort: Sort, period: _Period, count: int) -> list[int]:
        """The first ``count`` of these; unless they are few, they are in the order of their whole sums."""

        def part(begun: int, end: int) -> ColumnElement[bool]:
            return is_one_of(self._connection, recurrence.c.id, found[begun:end])

        ids = self._walked(part, sort, period, count) if len(found) > _FEW else None
        return self._added_up([part(0, len(found))], sort, period, count) if ids is None else ids

    def _few(self, matching: list[ColumnElement[bool]]) -> list[int] | None:
        """All that match, None when they are many."""
        some = self._connection.execute(select(recurrence.c.id).where(*matching).limit(_FEW + 1))
        ids = list(some.scalars())
        return ids if len(ids) <= _FEW else None

    def _added_up(
        self, matching: list[ColumnElement[bool]], sort: Sort, period: _Period, count: int
    ) -> list[int]:
        """The first ``count``, by adding up all that match."""
        statement = (
            select(recurrence.c.id)
            .where(*matching)
            .order_by(*(key.desc() for key in _keys(sort, period)), recurrence.c.id)
        )
        return list(self._connection.execute(statement.limit(count)).scalars())

    def _walked(self, part: _Part, sort: Sort, period: _Period, count: int) -> list[int] | None:
        """The ranking, by walking from the largest sum of all time on; None when that leads nowhere."""
        sums = [recurrence.c[name] for name in _SUMS_OF[sort]]
        order = _order(sort)
        best: list[tuple[int, ...]] = []
        begun = 0
        for step in (each for each in _STEPS if each >= count):
            rows = self._connection.execute(
                select(recurrence.c.id, *sums, *_keys(sort, period)).where(part(begun, step)).order_by(*order)
            ).all()
            # Ascending: the most first, and what is equal in the order of first appearance.
            width = len(sums)
            best += [(*(-int(each) for each in row[1 + width :]), row.id) for row in rows]
            best = sorted(best)[:count]
            if len(rows) < step - begun:
                return [each[-1] for each in best]
            last = (*(-int(each) for each in rows[-1][1 : 1 + width]), rows[-1].id)
            if best[-1] <= last:
                return [each[-1] for each in best]
            begun = step
        return None

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
        """How many match, counted up to `COUNTED_TO`."""
        some = select(literal(1)).select_from(recurrence)
        matching = some.where(*_matching(project_id, query, _Period(query.window, now))).limit(COUNTED_TO)
        return self._connection.execute(select(func.count()).select_from(matching.subquery())).scalar_one()

    def incidents(self, project_id: int) -> int:
        """How many incidents the project ever had."""
        statement = select(func.count()).where(incident.c.project_id == project_id)
        return self._connection.execute(statement).scalar_one()

    def _shown(self, ids: list[int], period: _Period) -> list[Ranked]:
        rows = self._connection.execute(
            select(
                recurrence,
                period.sum_of("occurrences").label("window_occurrences"),
                period.sum_of("episodes").label("window_episodes"),
                period.sum_of("self_resolves").label("window_self_resolves"),
                period.sum_of("attention_us").label("window_attention_us"),
            ).where(is_one_of(self._connection, recurrence.c.id, ids))
        )
        found = {
            row.id: Ranked(
                recurrence=read(row),
                occurrences=int(row.window_occurrences),
                episodes=int(row.window_episodes),
                self_resolves=int(row.window_self_resolves),
                attention=span(int(row.window_attention_us)),
            )
            for row in rows
        }
        return [found[key] for key in ids]


# The sums of all time that bound the keys of `_keys`, in their order; an index holds each of these orders.
_SUMS_OF: Final = {
    Sort.OCCURRENCES: ("occurrences",),
    Sort.ATTENTION: ("attention_us",),
    Sort.NOISE: ("noise_votes", "self_resolves"),
}


def _order(sort: Sort) -> list[ColumnElement[Any]]:
    """That of the sums of all time."""
    return [*(recurrence.c[name].desc() for name in _SUMS_OF[sort]), recurrence.c.id]


def _keys(sort: Sort, period: _Period) -> list[ColumnElement[Any]]:
    """What to rank by, the most first."""
    match sort:
        case Sort.OCCURRENCES:
            return [period.sum_of("occurrences")]
        case Sort.ATTENTION:
            return [period.sum_of("attention_us")]
        case Sort.NOISE:
            return [recurrence.c.noise_votes, period.sum_of("self_resolves")]


def _matching(project_id: int, query: Query, period: _Period) -> list[ColumnElement[bool]]:
    return [recurrence.c.project_id == project_id, *_conditions(project_id, query, period)]


def _conditions(project_id: int, query: Query, period: _Period) -> list[ColumnElement[bool]]:
    wanted = [recurrence.c.last_seen_at >= period.since_us]
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
        wanted.append(words.has(recurrence, query.text))
    return wanted
