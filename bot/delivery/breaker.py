"""Breaker: how long to leave Discord alone when calls fail one after the other, or a channel is closed to us.

Law: one failure delays one card; a second in a row delays the whole channel, longer each time; one success
ends all that. A refusal closes the channel until somebody says that it is open, and whoever says so is heard
while the refusal is still on its way or being written down. Pure: ``now`` is seconds on a monotonic clock.
"""

import math
from typing import Final

from bot.domain.outbox.outbox import ParkReason

LONGEST: Final = 30.0  # seconds; when Discord is back, nobody should have to wait for minutes
BARRED: Final = 60.0  # seconds in which a channel that refused us is not asked again


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


class Bar:
    """One for each channel: whether it is closed to us, and whether that is still true."""

    def __init__(self) -> None:
        self.was_opened = False
        self._closed: tuple[ParkReason, float] | None = None

    @property
    def is_closed(self) -> bool:
        """Whether it refused us, however long ago, and nobody said that it is open."""
        return self._closed is not None

    def watch(self) -> None:
        """From here on ``was_opened`` says whether somebody said that it is open."""
        self.was_opened = False

    def close(self, reason: ParkReason, *, now: float) -> None:
        """It refused us."""
        self._closed = reason, now + BARRED

    def open(self) -> None:
        """It took something, or what closed it may be over."""
        self.was_opened = True
        self._closed = None

    def reason(self, *, now: float) -> ParkReason | None:
        """Why not to ask it; None when it should be asked."""
        return self._closed[0] if self._closed is not None and now < self._closed[1] else None
