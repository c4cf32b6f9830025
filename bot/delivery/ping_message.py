"""Ping message: a small message of its own that wakes people for a notice which did not when it was posted.

An edit wakes nobody, and a channel that was closed without criticals may hold some later. The notice's
row remembers that its people were called; the summons itself has no row. A repetition within the nonce's
window is the same message; later it is found by the address of the notice in its text.
"""

from bot.cards.card import Ping
from bot.cards.outbox.closure import ClosureView, summon
from bot.delivery.bot_view import BotView
from bot.delivery.search import find
from bot.delivery.wire.message import Message
from bot.delivery.wire.outcome import Answer, SendOutcome
from bot.delivery.wire.wire import Wire
from bot.domain.outbox.outbox import NONCE_WINDOW, Outgoing, nonce
from bot.usecases.desk import Desk


class PingMessage:
    """How workers call people."""

    def __init__(self, desk: Desk, wire: Wire, bot_view: BotView) -> None:
        self._desk = desk
        self._wire = wire
        self._bot_view = bot_view

    async def send(self, card: Outgoing, message_id: int, view: ClosureView, ping: Ping) -> Answer[Message]:
        """Wake ``ping`` for the notice that stands as ``message_id``, unless that was done."""
        clock = self._desk.clock
        address = self._bot_view.address(card.channel_id, message_id)
        if clock.now() - card.dirty_since > NONCE_WINDOW:
            own_id = self._bot_view.own_id
            found = await find(
                self._wire,
                clock,
                card.channel_id,
                since=card.dirty_since,
                wanted=lambda message: message.author.id == own_id and message.content.endswith(address),
            )
            if found.failure is not None:
                return Answer(outcome=found.failure.outcome, retry_after=found.failure.retry_after)
            if found.message is not None:
                return Answer(outcome=SendOutcome.DONE, body=found.message)
        own = nonce(f"{self._desk.project.tag}:ping", card.channel_id, card.id, card.generation)
        drawn = summon(view, ping, address)
        return await self._wire.post(card.channel_id, drawn, nonce=own)
