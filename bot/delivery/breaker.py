"""Breaker: how long to leave Discord alone when calls fail one after the other.

Law: one failure delays one card; a second in a row delays the whole channel, longer each time; one success
ends all that. Pure: ``now`` is seconds on a monotonic clock.
"""

import math
from typing import Final

LONGEST: Final = 30.0  # seconds; when Discord is back, nobody should have to wait for minutes


class Breaker:
    """One for each channel."""

    def __init__(self) -> None:
        self.failures = 0
        self._opens_at = -math.inf

    def fail(self, *, now: float) -> float:
        """A call failed in passing; returns how long the channel rests, 0 for not at all."""
        self.failures += 1
        pause = 0.0 if self.failures == 1 else min(2.0 ** min(self.failures - 2, 10), LONGEST)
        self._opens_at = now + pause
        return pause

    def mend(self) -> None:
        """A call passed, or there is reason to hope that the next one will."""
        self.failures = 0
        self._opens_at = -math.inf

    def opens_in(self, *, now: float) -> float:
        """Seconds until the next call should be tried, 0 for now."""
        return max(0.0, self._opens_at - now)
