"""Arrival: requests that are about to come are waited for, so that they share a commit.

Theory: a transaction costs as much as three alerts, whatever is in it, and while it is written the thread
that reads requests is in its way. Whoever was answered together comes back together, within the time that it
takes to read what they send. So a commit begins when as many wait as there were before, or when nobody came
for a moment. Whoever sends alone is never held up.
"""

import asyncio
from contextlib import suppress
from typing import Final

from bot.clock import Clock
from bot.usecases.intake.backlog import MAX_BATCH, Backlog

PAUSE_SECONDS: Final = 0.001
"""When nobody came for so long, nobody else is waited for."""
MAX_SECONDS: Final = 0.02
"""So long whoever came first is held up at most."""


class Arrivals:
    """One for a backlog; ``pause`` and ``most`` are seconds."""

    def __init__(
        self, backlog: Backlog, clock: Clock, *, pause: float = PAUSE_SECONDS, most: float = MAX_SECONDS
    ) -> None:
        self._backlog = backlog
        self._clock = clock
        self._pause = pause
        self._most = most
        self._expected = 1
        self._all_there = asyncio.Event()

    def expect(self, answered: int) -> None:
        """So many were answered at once, and are expected back beside those that wait already."""
        self._expected = answered + self._backlog.requests

    def tell(self) -> None:
        """Somebody came."""
        if self._is_enough():
            self._all_there.set()

    async def gather(self) -> None:
        """Return when the next commit should begin."""
        left, until, seen = self._most, self._clock.monotonic() + self._most, 0
        while not self._is_enough() and seen < self._backlog.requests and left > 0:
            seen = self._backlog.requests
            self._all_there.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(min(self._pause, left)):
                    await self._all_there.wait()
            left = until - self._clock.monotonic()

    def _is_enough(self) -> bool:
        return self._backlog.requests >= self._expected or self._backlog.signals >= MAX_BATCH
