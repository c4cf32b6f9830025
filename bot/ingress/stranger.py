"""Stranger: what may be cost by those that nobody knows yet.

A signature is proved only by the whole body, so bodies of strangers have to be read. Each has little time,
and when the places are taken a newcomer costs the longest reading its place, first of the address that reads
most: an honest body is there at once, one that never ends makes room. A body that came with its headers
needs no place. An address whose proofs keep failing, and that never proved anything, has to wait.
"""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Awaitable
from datetime import timedelta
from typing import Final, TypeVar

from aiohttp import web

from bot import metrics
from bot.clock import Clock
from bot.ingress.problem import ProblemType, Refusal

T = TypeVar("T")
V = TypeVar("V")

PLACES: Final = 64
"""Bodies of strangers that are read at once."""

LARGEST: Final = 4 * 1024 * 1024
"""Bytes of a body that are read before anybody knows whose it is: at most 256 MiB of them all."""

PATIENCE: Final = timedelta(seconds=5)
"""How long the body of a stranger may take to arrive."""

BURST: Final = 200
RATE: Final = 10.0
"""Proofs of an address that may fail in a row, and each second after that."""

TRUSTED: Final = timedelta(minutes=10)
"""How long an address that proved something is never made to wait."""

ADDRESSES: Final = 4_096
"""Addresses that are remembered; the longest unheard of is forgotten first."""


class Strangers:
    """The reading of their bodies, and what is remembered of their addresses."""

    def __init__(self, clock: Clock, places: int = PLACES) -> None:
        self._clock = clock
        self._places = places
        self._reading: OrderedDict[asyncio.Timeout, str] = OrderedDict()
        self._held: Counter[str] = Counter()
        self._failures: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._proved: OrderedDict[str, float] = OrderedDict()

    def demand(self, address: str) -> None:
        """Let pass whoever has not failed too often.

        Raises:
            Refusal: with how long to wait.
        """
        spent = self._spent(address)
        if spent > BURST and not self._is_trusted(address):
            metrics.TURNED_AWAY.labels("strangers").inc()
            wait = max(1, round((spent - BURST) / RATE))
            raise Refusal(
                ProblemType.OVERLOADED, "Too many from this address were not known.", retry_after=wait
            )

    def failed(self, address: str) -> None:
        """What it showed opened nothing."""
        self._failures[address] = (self._spent(address) + 1, self._clock.monotonic())
        _bound(self._failures, address)

    def proved(self, address: str) -> None:
        """What it showed opened something."""
        self._failures.pop(address, None)
        self._proved[address] = self._clock.monotonic()
        _bound(self._proved, address)

    async def read(self, request: web.BaseRequest, address: str, reading: Awaitable[T]) -> T:
        """The result of ``reading``, the body of ``request``.

        Raises:
            Refusal: others needed the place.
        """
        if request.content.is_eof():
            return await reading
        self._make_room()
        limit = asyncio.timeout(None)
        try:
            async with limit:
                self._reading[limit] = address
                self._held[address] += 1
                return await reading
        except TimeoutError:
            metrics.TURNED_AWAY.labels("strangers").inc()
            raise Refusal(
                ProblemType.OVERLOADED,
                "Others needed the place of this body, which did not come.",
                headers={"Connection": "close"},
                retry_after=1,
            ) from None
        finally:
            self._leave(limit)

    def _make_room(self) -> None:
        if len(self._reading) < self._places:
            return
        limit = min(self._reading, key=lambda each: -self._held[self._reading[each]])
        self._leave(limit)
        limit.reschedule(asyncio.get_running_loop().time())

    def _leave(self, limit: asyncio.Timeout) -> None:
        address = self._reading.pop(limit, None)
        if address is not None:
            self._held[address] -= 1
            if not self._held[address]:
                del self._held[address]

    def _spent(self, address: str) -> float:
        spent, at = self._failures.get(address, (0.0, 0.0))
        return max(0.0, spent - (self._clock.monotonic() - at) * RATE)

    def _is_trusted(self, address: str) -> bool:
        at = self._proved.get(address)
        return at is not None and self._clock.monotonic() - at < TRUSTED.total_seconds()


def _bound(remembered: OrderedDict[str, V], newest: str) -> None:
    remembered.move_to_end(newest)
    if len(remembered) > ADDRESSES:
        remembered.popitem(last=False)
