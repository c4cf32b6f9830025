"""Ranking: recurrences in order of what they cost, within a window of time."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

import msgspec

from bot.domain.recurrence.recurrence import Recurrence
from bot.domain.sight import EVERYTHING, Sight

PAGE: Final = 10
COUNTED_TO: Final = 100_000
"""How far a list counts what it is a part of: so that it costs the same with a million."""

SEARCHED_AMONG: Final = 100_000
"""Among so many a list looks for words: those that are first in its order, and the newest."""

SUGGESTED_AMONG: Final = 10_000
"""Who types is shown some of so many that fired most, and of the newest so many."""


class RankingWindow(StrEnum):
    """How far back to look: clock hours for a day, days of UTC for more, the present one included."""

    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"

    @property
    def span(self) -> timedelta:
        """How long the window is."""
        return _SPANS[self]


_SPANS: Final = {
    RankingWindow.DAY: timedelta(days=1),
    RankingWindow.WEEK: timedelta(days=7),
    RankingWindow.MONTH: timedelta(days=30),
}


class Sort(StrEnum):
    """What is most: how often it fired, how long people had it in hand, how many call it noise.

    Equal votes rank by the episodes that nobody was needed for.
    """

    OCCURRENCES = "occurrences"
    ATTENTION = "attention"
    NOISE = "noise"


class Query(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Which recurrences fired within the window; ``text`` is looked for in name, service and target.

    ``provider`` is that of its source. ``sight`` says for whose eyes.
    """

    window: RankingWindow = RankingWindow.MONTH
    sort: Sort = Sort.OCCURRENCES
    text: str = ""
    source_id: int | None = None
    provider: str = ""
    sight: Sight = EVERYTHING


class Ranked(msgspec.Struct, frozen=True, kw_only=True):
    """A recurrence with what it cost within the window."""

    recurrence: Recurrence
    occurrences: int
    episodes: int
    self_resolves: int
    attention: timedelta


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over all times of all recurrences that match."""

    recurrences: int = 0
    occurrences: int = 0
    episodes: int = 0
    duplicates: int = 0
    flaps: int = 0
    acks: int = 0
    ack_time: timedelta = timedelta(0)
    resolves: int = 0
    resolve_time: timedelta = timedelta(0)
    self_resolves: int = 0
    attention: timedelta = timedelta(0)
    noise_votes: int = 0


class WindowSums(msgspec.Struct, frozen=True, kw_only=True):
    """What fell within the window, of one recurrence or of all that match."""

    occurrences: int = 0
    episodes: int = 0
    self_resolves: int = 0
    attention: timedelta = timedelta(0)
