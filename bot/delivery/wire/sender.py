"""Sender: a channel's cards over the wire, without their files where the bot may attach none."""

import math
from typing import Final

import structlog

from bot.cards.attached import without_file
from bot.cards.card import Card
from bot.clock import Clock
from bot.delivery.wire.message import Message
from bot.delivery.wire.outcome import Answer, SendOutcome
from bot.delivery.wire.wire import Wire

_REMEMBERED: Final = 600.0  # seconds until a file that was refused is tried again

_log: Final = structlog.stdlib.get_logger(__name__)


class CardSender:
    """Sends a channel's cards without their files where the bot may attach none.

    Discord refuses the whole message for its file, in the words of a channel that may not be written to. So
    it is asked once more without the file, and that is remembered for a while.
    """

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self._wire = wire
        self._clock = clock
        self._refused_at = -math.inf

    async def post(
        self, channel_id: int, card: Card, *, nonce: str, reply_to: int | None = None
    ) -> Answer[Message]:
        """As `Wire.post`."""
        fitting = self._fitting(card)
        answer = await self._wire.post(channel_id, fitting, nonce=nonce, reply_to=reply_to)
        if not _is_for_the_file(fitting, answer):
            return answer
        bare = without_file(card)
        return self._note(channel_id, await self._wire.post(channel_id, bare, nonce=nonce, reply_to=reply_to))

    async def edit(self, channel_id: int, message_id: int, card: Card) -> Answer[Message]:
        """As `Wire.edit`."""
        fitting = self._fitting(card)
        answer = await self._wire.edit(channel_id, message_id, fitting)
        if not _is_for_the_file(fitting, answer):
            return answer
        return self._note(channel_id, await self._wire.edit(channel_id, message_id, without_file(card)))

    def _fitting(self, card: Card) -> Card:
        may_try = self._clock.monotonic() - self._refused_at >= _REMEMBERED
        return card if card.file is None or may_try else without_file(card)

    def _note(self, channel_id: int, answer: Answer[Message]) -> Answer[Message]:
        if answer.outcome is SendOutcome.DONE:
            self._refused_at = self._clock.monotonic()
            _log.warning("files_refused", channel=channel_id, remedy="give the bot Attach Files")
        return answer


def _is_for_the_file(card: Card, answer: Answer[Message]) -> bool:
    return card.file is not None and answer.outcome is SendOutcome.NO_PERMISSION
