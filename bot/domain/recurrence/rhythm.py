"""Rhythm: when something mostly happens, if it does.

Three shapes are tried, the most telling first: two hours of a day of the week, two hours of the day, a day of
the week. One is believed when at least `SHARE` of at least `LEAST` moments fit it, and when they come from
more than one week (day): a burst is no rhythm. Hours and days are those of UTC.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, TypeAlias

import msgspec

SHARE: Final = 0.6
LEAST: Final = 4
HOURS: Final = 2
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_DAY: Final = 24
_WEEK: Final = 7 * _DAY

Period: TypeAlias = Callable[[datetime], object]


class Rhythm(msgspec.Struct, frozen=True, gc=False):
    """``day`` counts from Monday, ``hour`` begins the two hours; None where any fits, never both."""

    day: int | None
    hour: int | None

    def __str__(self) -> str:
        """``Tue 02-04``, ``02-04`` or ``Tue``."""
        hours = "" if self.hour is None else f"{self.hour:02}-{(self.hour + HOURS) % _DAY:02}"
        return " ".join(filter(None, ("" if self.day is None else DAYS[self.day], hours)))


def find_rhythm(moments: Sequence[datetime]) -> Rhythm | None:
    """The rhythm of some moments, in any order."""
    if len(moments) < LEAST:
        return None
    start = _best(moments, hour_of_week, _WEEK, HOURS, _week)
    if start is not None:
        return Rhythm(*divmod(start, _DAY))
    hour = _best(moments, lambda at: at.hour, _DAY, HOURS, lambda at: at.date())
    if hour is not None:
        return Rhythm(None, hour)
    day = _best(moments, lambda at: at.weekday(), 7, 1, _week)
    return None if day is None else Rhythm(day, None)


def hour_of_week(at: datetime) -> int:
    """0 for Monday 00 to 01, 167 for Sunday 23 to 24."""
    return at.weekday() * _DAY + at.hour


def _best(
    moments: Sequence[datetime], slot: Callable[[datetime], int], slots: int, width: int, period: Period
) -> int | None:
    """Of the runs of ``width`` slots, on a circle of ``slots``, the one that holds most moments.

    Of equal ones it is the one that begins with most, then the first.
    """
    placed = [(slot(at), at) for at in moments]
    counts = Counter(place for place, _ in placed)
    held = {
        start: sum(counts[(start + step) % slots] for step in range(width))
        for start in {(place - step) % slots for place in counts for step in range(width)}
    }
    start = max(held, key=lambda each: (held[each], counts[each], -each))
    if held[start] < SHARE * len(moments):
        return None
    periods = {period(at) for place, at in placed if (place - start) % slots < width}
    return start if len(periods) > 1 else None


def _week(at: datetime) -> object:
    return at.isocalendar()[:2]
