"""Ring: what the messages that call people need besides being sent.

One is left out when nobody would be called; that it is deleted when a later one stands below it is said in
`bot.delivery.kind.ring`.
"""

from typing import Any

from bot.cards.alert.ring import RingView
from bot.cards.outbox.closure import ClosureView
from bot.delivery.bot_view import BotView
from bot.delivery.ping import Pings
from bot.delivery.ping_message import PingMessage
from bot.delivery.wire.outcome import Answer, SendOutcome
from bot.delivery.wire.wire import Wire
from bot.domain.outbox.outbox import Outgoing
from bot.usecases.desk import Desk
from bot.usecases.outbox import ring as rings
from bot.usecases.outbox.subject import View

_LATER = frozenset({SendOutcome.LIMITED, SendOutcome.PASSING, SendOutcome.UNAUTHORIZED})


class Ringer:
    """A worker's hand for all this; ``name`` is the worker's."""

    def __init__(self, desk: Desk, wire: Wire, pings: Pings, bot_view: BotView, name: str) -> None:
        self._desk = desk
        self._pings = pings
        self._bot_view = bot_view
        self._name = name
        self._ping_message = PingMessage(desk, wire, bot_view)

    async def leave_out(self, card: Outgoing, view: View) -> bool:
        """A call that is meant for nobody is not posted; True when this is one."""
        if not isinstance(view, RingView) or card.message_id is not None or card.retried:
            return False
        if self._pings.due(card, view) or (view.live and self._bot_view.guild_of(card.channel_id) is None):
            return False  # where the channel is not seen nobody knows whom it would call
        await rings.leave_out(self._desk, card, worker=self._name)
        return True

    async def follow_up(self, card: Outgoing, message_id: int, view: View) -> Answer[Any] | None:
        """After an edit: a notice may have to wake people, and a call that is over is forgotten.

        Returns the answer to the message that woke somebody, None when nobody was woken.
        """
        if isinstance(view, RingView) and not view.live:
            await rings.drop(self._desk, view.id)
        late = self._pings.due(card, view) if isinstance(view, ClosureView) else None
        if not late or not isinstance(view, ClosureView):
            return None
        answer = await self._ping_message.send(card, message_id, view, late)
        return answer if answer.outcome in {*_LATER, SendOutcome.DONE} else None
