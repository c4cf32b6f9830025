"""Pulse: the moments of the load that a killer waits for."""

import asyncio
from collections import defaultdict
from enum import StrEnum


class Beat(StrEnum):
    """What just happened."""

    ACCEPTED = "accepted"
    POSTED = "posted"
    EDITED = "edited"
    PRESSED = "pressed"


class Pulse:
    """Who waits for a beat gets the next one."""

    def __init__(self) -> None:
        self._waiting: defaultdict[Beat, list[asyncio.Future[None]]] = defaultdict(list)

    def beat(self, kind: Beat) -> None:
        """It happened."""
        for waiter in self._waiting.pop(kind, []):
            if not waiter.done():
                waiter.set_result(None)

    async def next(self, kind: Beat, patience: float) -> bool:
        """Return when it happens, False when it does not within ``patience`` seconds."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiting[kind].append(waiter)
        try:
            async with asyncio.timeout(patience):
                await waiter
        except TimeoutError:
            return False
        return True
