"""Confirmation: what the gateway says of our messages, often before the answer to the call that made them.

Law: it does not matter in which order the answer, the echo and a deletion arrive, nor whether one of them
comes twice: what a worker has not yet written down is kept until it has.

What was seen waits here for the call's answer to be settled, and is written down with everything else that
was seen meanwhile; an echo costs no transaction of its own.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import structlog

from bot import metrics
from bot.domain.outbox.ledger import Sighting
from bot.usecases.desk import Desk
from bot.usecases.durability import OUTAGE, durably
from bot.usecases.outbox import card as outbox
from bot.usecases.outbox import ledger

_KEPT: Final = 1_000  # of each kind; far more than can be on their way at once
_UNSETTLED: Final = timedelta(seconds=15)  # within which a call is answered or given up
_log: Final = structlog.stdlib.get_logger(__name__)


class Confirmed(msgspec.Struct, frozen=True):
    """A message came to stand in its channel; ``woke`` says that it mentions roles or everyone."""

    message_id: int
    woke: bool


class MessageConfirmations:
    """One for each process; the worker tells of its posts, the gateway's listeners of what they hear.

    ``outage`` are the pauses of `durably`.
    """

    def __init__(self, desk: Desk, *, outage: Sequence[float] = OUTAGE) -> None:
        self._desk = desk
        self._outage = outage
        self._expected: dict[str, Confirmed | None] = {}
        self._deleted: dict[int, None] = {}
        self._observed: dict[tuple[int, datetime | None], Sighting] = {}

    def expect(self, nonce: str) -> None:
        """A message with this nonce is about to be posted."""
        self._expected.setdefault(nonce, None)
        _trim(self._expected)

    def confirmed(self, nonce: str) -> Confirmed | None:
        """Where the message with this nonce stands, if the gateway has told."""
        return self._expected.get(nonce)

    async def settled(self, nonce: str, message_id: int) -> None:
        """The message's id is written down now: whatever was heard of it counts from here."""
        self._expected.pop(nonce, None)
        if message_id in self._deleted:
            await self._forget(message_id)

    def observe(self, message_id: int, nonce: str, *, woke: bool) -> None:
        """One of our own messages stands in its channel."""
        if nonce in self._expected:
            self._expected[nonce] = Confirmed(message_id, woke)
        self._see(message_id, None)

    def observe_edit(self, message_id: int, version: datetime | None) -> None:
        """One of our own messages shows what it was made to show at ``version``."""
        if version is not None:
            self._see(message_id, version)

    async def lose(self, message_ids: Iterable[int]) -> None:
        """Messages were deleted, ours perhaps among them."""
        for message_id in message_ids:
            self._deleted[message_id] = None
            _trim(self._deleted)
            await self._forget(message_id)

    async def write_down(self) -> None:
        """Write down what was seen, as far as its call is settled; the rest waits for the next time.

        Raises:
            NotDurableError: not now; nothing is forgotten.
        """
        sights = list(self._observed.values())
        if not sights:
            return
        for sight, wait in await ledger.see(self._desk, sights):
            self._observed.pop((sight.message_id, sight.version), None)
            call = "post" if wait.posted else "edit"
            lane = metrics.VISIBLE_SECONDS.labels(call, wait.lane.name.lower())
            lane.observe(wait.span.total_seconds())
        oldest = self._desk.clock.now() - _UNSETTLED
        self._observed = {key: sight for key, sight in self._observed.items() if sight.at > oldest}

    async def _forget(self, message_id: int) -> None:
        """Nobody tells of a deletion twice, so a database out of reach is waited for."""
        desk = self._desk
        await durably(
            desk.clock,
            lambda: outbox.forget_message(desk, message_id),
            pauses=self._outage,
            message_id=message_id,
        )

    def _see(self, message_id: int, version: datetime | None) -> None:
        """The first sight counts."""
        sight = Sighting(message_id, version, self._desk.clock.now())
        self._observed.setdefault((message_id, version), sight)
        _trim(self._observed)


def _trim(kept: dict[Any, Any]) -> None:
    while len(kept) > _KEPT:
        del kept[next(iter(kept))]
