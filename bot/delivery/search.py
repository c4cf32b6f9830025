"""Search: find one of our own messages in a channel, when nobody wrote down its id.

A post whose answer was lost may stand in the channel although the database knows no message. Within the
nonce's window a repetition gives it back; later its marker has to be found before anything is posted again.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from bot.clock import Clock
from bot.delivery.wire.limits import RestCall
from bot.delivery.wire.message import Message, snowflake_at
from bot.delivery.wire.outcome import Answer, SendOutcome
from bot.delivery.wire.wire import PAGE, Wire
from bot.domain.outbox.outbox import Outgoing

PAGES: Final = 20
_SLACK: Final = timedelta(minutes=10)  # either clock may be set meanwhile


class FoundMessage(msgspec.Struct, frozen=True):
    """``message`` is None when there is none; ``failure`` is set when nobody can say."""

    message: Message | None = None
    failure: Answer[list[Message]] | Answer[Message] | None = None


async def find_card(
    wire: Wire, clock: Clock, card: Outgoing, *, own_id: int | None, marks: tuple[str, ...]
) -> FoundMessage:
    """The message that an earlier attempt at this card made, known by one of its ``marks``."""

    def is_ours(message: Message) -> bool:
        return message.author.id == own_id and any(map(message.bears, marks))

    return await find(wire, clock, card.channel_id, since=card.posting_since, wanted=is_ours)


async def find(
    wire: Wire, clock: Clock, channel_id: int, *, since: datetime, wanted: Callable[[Message], bool]
) -> FoundMessage:
    """The first message after ``since`` that is ``wanted``, among the `PAGES` * `PAGE` first ones."""
    began = wire.theirs(since) - _SLACK
    after = snowflake_at(began)
    for _ in range(PAGES):
        await clock.sleep(wire.limits.opens_in(RestCall.HISTORY, channel_id, now=clock.monotonic()))
        answer = await wire.history(channel_id, after=after)
        if answer.body is None:
            return FoundMessage(failure=answer)
        if wire.theirs(since) < began:  # as the answer tells, our clock is far ahead
            began = wire.theirs(since) - _SLACK
            after = snowflake_at(began)
            continue
        messages = sorted(answer.body, key=lambda message: message.id)
        for message in messages:
            if wanted(message):
                return FoundMessage(message)
        if not messages and after == snowflake_at(began):
            return await _doubt(wire, channel_id, after)
        if len(messages) < PAGE:
            break
        after = messages[-1].id
    return FoundMessage()


async def _doubt(wire: Wire, channel_id: int, message_id: int) -> FoundMessage:
    """An empty history may mean that it must not be read; reading one message tells."""
    answer = await wire.read(channel_id, message_id)
    if answer.outcome in {SendOutcome.DONE, SendOutcome.MESSAGE_GONE}:
        return FoundMessage()
    return FoundMessage(failure=answer)
