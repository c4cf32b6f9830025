"""The one place that asks what time it is.

Business time travels as an argument called ``now``; only doors and jobs hold a `Clock`. Tests hold a
`ManualClock` and move it by hand.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What Tocsin needs of time."""

    def now(self) -> datetime:
        """The present as an aware UTC datetime."""
        ...

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back; only differences mean anything."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after ``seconds`` of this clock have passed."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present as an aware UTC datetime."""
        return datetime.now(UTC)  # noqa: TID251 -- this is the clock

    def monotonic(self) -> float:
        """Seconds since some unnamed moment."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Return after ``seconds`` seconds."""
        await asyncio.sleep(seconds)  # noqa: TID251 -- this is the clock


class ManualClock:
    """A clock that stands still until it is moved; sleepers wake when their time has come."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._elapsed = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """The moment the clock was last moved to."""
        return self._now

    def monotonic(self) -> float:
        """Seconds moved since the start."""
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        """Return once the clock was moved by ``seconds`` in all."""
        if seconds <= 0:
            await asyncio.sleep(0)  # noqa: TID251 -- this is the clock
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._elapsed + seconds, waiter))
        await waiter

    def advance(self, by: timedelta) -> None:
        """Move forward and wake everyone whose time has come."""
        self._now += by
        self._elapsed += by.total_seconds()
        due = [entry for entry in self._sleepers if entry[0] <= self._elapsed]
        self._sleepers = [entry for entry in self._sleepers if entry[0] > self._elapsed]
        for _, waiter in due:
            if not waiter.done():
                waiter.set_result(None)
