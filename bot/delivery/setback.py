"""Setbacks: what becomes of a card that could not be shown, and of its channel.

The message is gone: it is posted anew. The channel is closed to us: its cards wait until the cause changes.
Discord refuses this text: this card waits. It passes: at first the one card waits, then the whole channel.
"""

from datetime import timedelta
from typing import Any, Final

import structlog

from bot.delivery.breaker import Bar, Breaker
from bot.delivery.thread import ThreadKeeper
from bot.delivery.wire.outcome import Answer, SendOutcome
from bot.delivery.wire.wire import Wire
from bot.domain.outbox.kind import TRAITS
from bot.domain.outbox.outbox import PROBE_REST, Outgoing, ParkReason, backoff
from bot.usecases.desk import Desk
from bot.usecases.outbox import card as outbox

_STUBBORN: Final = 3  # posts of a card that is deleted again and again, before each has to wait longer
_log: Final = structlog.stdlib.get_logger(__name__)


class Setbacks:
    """One for each channel; ``name`` is its worker's."""

    def __init__(self, desk: Desk, wire: Wire, threads: ThreadKeeper, *, channel_id: int, name: str) -> None:
        self._desk = desk
        self._wire = wire
        self._threads = threads
        self._channel_id = channel_id
        self._name = name
        self._breaker = Breaker()
        self._bar = Bar()

    def hope(self) -> None:
        """Something changed for the better: do not wait any longer."""
        self._breaker.mend()
        self._bar.open()

    def open(self) -> None:
        """The channel may be written to: a refusal that is still on its way is out of date."""
        self._bar.open()

    def begin(self, *, now: float) -> float:
        """A step begins; returns how many seconds it has to wait, 0 for not at all."""
        wait = self._breaker.opens_in(now=now)
        if wait <= 0:
            self._bar.watch()
        return wait

    def closed(self, *, now: float) -> ParkReason | None:
        """Why not to ask the channel; None when it should be asked."""
        return self._bar.reason(now=now)

    async def over(self) -> bool:
        """A call passed; returns whether that opened the channel, so that what was parked may be sent."""
        self._breaker.mend()
        self._wire.failures.passed()
        if not self._bar.is_closed:
            return False
        self._bar.open()
        await outbox.unpark(self._desk, self._channel_id)
        return True

    async def is_stubborn(self, card: Outgoing) -> bool:
        """Somebody deletes it again and again: each time it waits longer."""
        if card.generation <= _STUBBORN or card.failures or TRAITS[card.kind].recurring:
            return False
        await self.put_off(card, backoff(card.generation - _STUBBORN).total_seconds())
        return True

    async def fail(self, card: Outgoing, answer: Answer[Any]) -> float:
        """The card was not shown; decide what to do about it."""
        reason = answer.outcome.park_reason
        if answer.outcome is SendOutcome.CHANNEL_GONE and await self._threads.lose(card):
            return 0.0
        if reason is not None and self._bar.was_opened:
            await self.put_off(card, 0.0, tried=False)
        elif reason is not None:
            self._bar.close(reason, now=self._desk.clock.monotonic())
            count = await self.park(card, reason)
            _log.warning("channel_parked", channel=card.channel_id, cards=count, words=answer.words)
        elif answer.outcome is SendOutcome.MESSAGE_GONE:
            await outbox.lose(self._desk, card)
        elif answer.outcome is SendOutcome.REFUSED:
            await outbox.park(self._desk, card, ParkReason.REFUSED, alone=True)
            _log.error("card_refused", card=card.id, channel=card.channel_id, words=answer.words)
        elif answer.outcome is SendOutcome.LIMITED:
            await self.put_off(card, answer.retry_after, tried=False)
        else:
            return await self._wait_out(card, answer)
        return 0.0

    async def park(self, card: Outgoing, reason: ParkReason) -> int:
        """All of the channel's cards wait, unless it was opened while that was written down."""
        count = await outbox.park(self._desk, card, reason, alone=False)
        if self._bar.was_opened:
            await outbox.unpark(self._desk, self._channel_id)
        return count

    async def _wait_out(self, card: Outgoing, answer: Answer[Any]) -> float:
        """A passing failure: the card's own at first, the whole channel's when it goes on."""
        pause = self._breaker.fail(now=self._desk.clock.monotonic())
        rest = pause or backoff(card.failures + 1).total_seconds()
        rest = PROBE_REST.total_seconds() if TRAITS[card.kind].probing else rest
        await self.put_off(card, rest, tried=answer.in_doubt)
        self._wire.failures.failed(card.channel_id, answer.words)
        return pause

    async def put_off(self, card: Outgoing, seconds: float, *, tried: bool = True) -> None:
        """Let the card wait; ``tried`` says that the call may have taken effect."""
        await outbox.put_off(
            self._desk, card, worker=self._name, after=timedelta(seconds=seconds), tried=tried
        )
