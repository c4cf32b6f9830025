"""Repetition: what was taken in already is answered as the first time, and nothing happens.

A request is known again by its signature, if that covers a time (`replay`), else by its Idempotency-Key
(`once`); one that has neither is new each time.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeAlias

from bot import metrics
from bot.domain.access.source import Source
from bot.ingress.claim import Bearer
from bot.ingress.once import HEADER, take_once
from bot.ingress.replay import Replays, key_of
from bot.ingress.scheme import REPLAY_WINDOW, Headers, Signed
from bot.usecases.desk import Desk

Work: TypeAlias = Callable[[datetime | None], Awaitable[bytes]]
"""Takes a request in and answers it; given a time, one that was stored since then changes nothing."""


class Repetitions:
    """One for all doors of an ingress; ``nothing`` answers what an earlier process has taken in."""

    def __init__(self, desk: Desk, nothing: bytes) -> None:
        self._desk = desk
        self._nothing = nothing
        self._replays = Replays(desk.clock.now())

    async def take(
        self, source: Source, claim: Bearer | Signed, headers: Headers, body: bytes, work: Work
    ) -> bytes:
        """The answer of ``work``, or the one that was given when the request came first.

        Raises:
            Refusal: its Idempotency-Key cannot be used, or ``work`` refuses it.
            NotDurableError: it cannot be stored now.
        """
        if isinstance(claim, Signed) and claim.at:
            return await self._take_signed(source, claim, work)
        if key := headers.get(HEADER, "").strip():
            return await take_once(self._desk, source.id, key, body, lambda: work(None))
        return await work(None)

    async def is_first(self, source: Source, signed: Signed) -> bool:
        """Whether this signature is new and not older than this process; from now on it is not."""
        if self._replays.is_older_than_us(signed):
            return False
        key = key_of(source.id, signed)
        if await self._replays.begin(key, self._desk.clock.now()) is not None:
            metrics.REPLAYED.labels(source.provider).inc()
            return False
        self._replays.end(key, signed, self._nothing)
        return True

    async def _take_signed(self, source: Source, signed: Signed, work: Work) -> bytes:
        key, answer = key_of(source.id, signed), None
        known = await self._replays.begin(key, self._desk.clock.now())
        if known is not None:
            metrics.REPLAYED.labels(source.provider).inc()
            return known or self._nothing
        since = None
        if self._replays.is_older_than_us(signed):  # another process may have taken it in
            since = datetime.fromtimestamp(signed.at, UTC) - REPLAY_WINDOW
        try:
            answer = await work(since)
        finally:
            self._replays.end(key, signed, answer)
        return answer
