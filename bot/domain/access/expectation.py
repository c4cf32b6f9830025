"""Expectation: how often a sender must be heard, and since when it is overdue.

Law: overdue is a matter of what is stored alone: whatever a source sent counts as a sign of life, a pulse
that opens nothing as much as an alert.
"""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from bot.domain.errors import InvalidInputError

SHORTEST: Final = timedelta(seconds=10)
LONGEST: Final = timedelta(days=366)
GRACE_SHARE: Final = 5
"""Without a grace of its own a source may be late by a fifth of its period, a minute at least."""

LEAST_GRACE: Final = timedelta(minutes=1)


class Expectation(msgspec.Struct, frozen=True):
    """Heard ``every`` so long, late by ``grace`` at most; it counts from ``since`` on."""

    every: timedelta
    grace: timedelta
    since: datetime

    def due(self, heard_at: datetime | None) -> datetime:
        """When the source is overdue that was last heard then."""
        last = self.since if heard_at is None else max(self.since, heard_at)
        return last + self.every + self.grace


def expect(every: timedelta, grace: timedelta | None, *, since: datetime) -> Expectation:
    """An expectation within bounds.

    Raises:
        InvalidInputError: a span is too short or too long.
    """
    if not SHORTEST <= every <= LONGEST:
        raise InvalidInputError("every", "must be from 10s to 366d")
    if grace is not None and not timedelta(0) <= grace <= LONGEST:
        raise InvalidInputError("grace", "must be from 0s to 366d")
    return Expectation(every, max(every / GRACE_SHARE, LEAST_GRACE) if grace is None else grace, since)
