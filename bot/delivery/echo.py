"""Echo: what the gateway says of our own messages, often before the answer to the call that made them.

Law: it does not matter in which order the answer, the echo and a deletion arrive, nor whether one of them
comes twice: what a worker has not yet written down is kept until it has.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from bot import metrics
from bot.usecases import card
from bot.usecases.desk import Desk

_KEPT: Final = 1_000  # of each kind; far more than can be on their way at once


class Landing(msgspec.Struct, frozen=True):
    """A message came to stand in its channel; ``woke`` says that it mentions roles or everyone."""

    message_id: int
    at: datetime
    woke: bool


class Echoes:
    """One for each process; the worker tells of its posts, the gateway's listeners of what they hear."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._flights: dict[str, Landing | None] = {}
        self._deleted: dict[int, None] = {}

    def depart(self, nonce: str) -> None:
        """A message with this nonce is about to be posted."""
        self._flights.setdefault(nonce, None)
        _trim(self._flights)

    def landing(self, nonce: str) -> Landing | None:
        """Where the message with this nonce stands, if the gateway has told."""
        return self._flights.get(nonce)

    async def settled(self, nonce: str, message_id: int) -> None:
        """The message's id is written down now: whatever was heard of it counts from here."""
        landing = self._flights.pop(nonce, None)
        if landing is not None and landing.message_id == message_id:
            await self._count(landing)
        if message_id in self._deleted:
            await card.forget_message(self._desk, message_id)

    async def hear(self, message_id: int, nonce: str, *, woke: bool) -> None:
        """One of our own messages stands in its channel."""
        landing = Landing(message_id, self._desk.clock.now(), woke)
        if nonce in self._flights:
            self._flights[nonce] = landing
        else:
            await self._count(landing)

    async def lose(self, message_ids: Iterable[int]) -> None:
        """Messages were deleted, ours perhaps among them."""
        for message_id in message_ids:
            self._deleted[message_id] = None
            _trim(self._deleted)
            await card.forget_message(self._desk, message_id)

    async def _count(self, landing: Landing) -> None:
        due = await card.saw(self._desk, landing.message_id)
        if due is not None:
            metrics.VISIBLE_SECONDS.observe(max(0.0, (landing.at - due).total_seconds()))


def _trim(kept: dict[str, Landing | None] | dict[int, None]) -> None:
    while len(kept) > _KEPT:
        del kept[next(iter(kept))]  # type: ignore[arg-type]  # the key is the dictionary's own
