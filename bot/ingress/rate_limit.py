"""Rate limit: how much a source may send.

A bucket for each source, filled with ``rate`` alerts a second up to ``burst``. Whoever is not in debt may
send, and what was sent is taken off even if that makes a debt: otherwise a request larger than the
burst would be refused for ever. Resolves cost nothing.
"""

import math

from bot.clock import Clock


class SourceRateLimit:
    """The buckets of all sources; one exists for every source that ever sent, and no more."""

    def __init__(self, rate: float, burst: int, clock: Clock) -> None:
        self._rate = rate
        self._burst = float(burst)
        self._clock = clock
        self._buckets: dict[int, tuple[float, float]] = {}

    def owed(self, source_id: int) -> int:
        """The seconds to wait before something may be sent, 0 without a debt."""
        now = self._clock.monotonic()
        left, since = self._buckets.get(source_id, (self._burst, now))
        left += (now - since) * self._rate
        return 0 if left > 0 else max(1, math.ceil(-left / self._rate))

    def charge(self, source_id: int, alerts: int) -> int:
        """Take ``alerts`` off and return 0, or take nothing and return the seconds to wait."""
        if not alerts:
            return 0
        now = self._clock.monotonic()
        left, since = self._buckets.get(source_id, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._rate)
        if left <= 0:
            return max(1, math.ceil(-left / self._rate))
        self._buckets[source_id] = (left - alerts, now)
        return 0
