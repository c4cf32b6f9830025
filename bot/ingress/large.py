"""Large: what reading a body costs, and where that is done.

Small bodies are read at once; large ones in a thread, one after the other, so that answering everybody else
goes on. What reading took of the processor counts against the sender's rate, as do its bytes.
"""

import asyncio
from collections.abc import Callable
from time import thread_time
from typing import Final, TypeVar

T = TypeVar("T")

LARGE: Final = 65_536
"""Bytes from which a body is read in a thread."""

BYTES_AN_ALERT: Final = 8_192
"""Bytes that count as one alert, where a body has more of them than alerts."""

PROCESSOR_SHARE: Final = 0.5
"""The part of a processor that one source may keep busy with large bodies."""


class BodyReader:
    """Reads bodies; large ones wait for each other."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(1)

    async def read(self, size: int, work: Callable[[], T]) -> tuple[T, float]:
        """What ``work`` makes of ``size`` bytes, and the processor seconds it took if they are many."""
        if size <= LARGE:
            return work(), 0.0
        async with self._turn:
            return await asyncio.to_thread(_timed, work)


def weigh(size: int, seconds: float, rate: int) -> int:
    """How many alerts of a source's ``rate`` a large body counts as, which took ``seconds``."""
    return max(size // BYTES_AN_ALERT, int(seconds * rate / PROCESSOR_SHARE)) if size > LARGE else 0


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    began = thread_time()
    made = work()
    return made, thread_time() - began
