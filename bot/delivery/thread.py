"""Threads: what an incident's head and nudges need besides being sent: a thread, its tags, its end.

Law: at whatever point the process dies there is one head and one thread. The thread of a message has the
message's id, so that one that exists already is simply the incident's; a forum's post is another matter, see
`forum`. A head that can have no thread still works: its nudges then stand beside it, as replies.
"""

from collections.abc import Sequence
from typing import Any, Final

import structlog

from bot.cards.incident.incident import IncidentView, thread_name
from bot.cards.incident.nudge import NudgeView
from bot.delivery.bot_view import BotView
from bot.delivery.forum import Forum
from bot.delivery.wire.limits import RestCall
from bot.delivery.wire.outcome import Answer, SendOutcome
from bot.delivery.wire.wire import Wire
from bot.domain.incident.incident import IncidentState
from bot.domain.incident.nudge import NudgeKind
from bot.domain.outbox.kind import CardHome, kinds_at
from bot.domain.outbox.outbox import Outgoing
from bot.usecases.desk import Desk
from bot.usecases.incident import thread as threads
from bot.usecases.outbox.subject import View

DONE: Final = Answer[Any](outcome=SendOutcome.DONE)
_OURS: Final = frozenset(kinds_at(CardHome.POST, CardHome.THREAD))
_ENDS: Final = frozenset({NudgeKind.STATE, NudgeKind.MERGED})
_HOPELESS: Final = frozenset(
    {
        *(SendOutcome.NO_PERMISSION, SendOutcome.NO_TEXT, SendOutcome.LOCKED),
        *(SendOutcome.REFUSED, SendOutcome.CROWDED),
    }
)
_log: Final = structlog.stdlib.get_logger(__name__)


class ThreadKeeper:
    """A worker's hand for all this."""

    def __init__(self, desk: Desk, wire: Wire, bot_view: BotView) -> None:
        self._desk = desk
        self._wire = wire
        self._bot_view = bot_view
        self.forum = Forum(desk, wire, bot_view)

    async def tend(self, card: Outgoing, message_id: int, view: View) -> Answer[Any]:
        """See to what belongs to a message that was just sent; `SendOutcome.DONE` when all is well."""
        if isinstance(view, NudgeView):
            if card.message_id is None and card.channel_id == view.incident.thread_id:
                await self.gather(card.channel_id, view.people)
            await self._archive(card, view)
        elif isinstance(view, IncidentView):
            return await self._tend_head(card, message_id, view)
        return DONE

    async def lose(self, card: Outgoing) -> bool:
        """The channel of this card is gone: True when that was an incident's thread, and is seen to."""
        mine = card.kind in _OURS
        return mine and await threads.lose(self._desk, card.channel_id)

    async def _tend_head(self, card: Outgoing, message_id: int, view: IncidentView) -> Answer[Any]:
        incident = view.incident
        if incident.thread_id is None:
            return DONE if incident.threadless else await self._open(card, message_id, view)
        if incident.thread_id == card.channel_id:
            return await self.forum.retag(card.channel_id, incident)
        return DONE

    async def gather(self, thread_id: int, people: Sequence[int]) -> None:
        """Put people into a thread, as far as Discord lets them in; who has left the server stays out."""
        for user_id in people:
            answer = await self._wire.add_member(thread_id, user_id)
            if answer.outcome is not SendOutcome.DONE:
                _log.info("thread_member_not_added", thread=thread_id, words=answer.words)

    async def _open(self, card: Outgoing, message_id: int, view: IncidentView) -> Answer[Any]:
        incident = view.incident
        closed = self._wire.limits.opens_in(
            RestCall.THREAD, card.channel_id, now=self._desk.clock.monotonic()
        )
        if closed > 0:
            return Answer(outcome=SendOutcome.LIMITED, retry_after=closed)
        answer = await self._wire.start_thread(card.channel_id, message_id, thread_name(incident))
        if answer.outcome is SendOutcome.THREAD_EXISTS:
            answer = await self._wire.channel(message_id)
        if answer.outcome is SendOutcome.DONE:
            await self.gather(message_id, view.people)
            await threads.settle(self._desk.of(incident.project_id), incident.id, thread_id=message_id)
            return DONE
        if answer.outcome in _HOPELESS or answer.outcome is SendOutcome.CHANNEL_GONE:
            await threads.forgo(self._desk.of(incident.project_id), incident.id)
            if self._bot_view.is_news(f"no threads in {card.channel_id}"):
                _log.warning(
                    "incident_without_thread",
                    remedy="allow Create Public Threads, Send Messages in Threads",
                    channel=card.channel_id,
                    words=answer.words,
                )
            return DONE
        return answer

    async def _archive(self, card: Outgoing, view: NudgeView) -> None:
        """The last word of a closed incident was said: its thread goes to the archive.

        Not a forum's post: its head would go with it, and buttons are dead in there.
        """
        over = view.incident.state is IncidentState.CLOSED and view.nudge.kind in _ENDS
        if (
            over
            and card.channel_id == view.incident.thread_id
            and self._bot_view.beside_head(card.channel_id)
        ):
            await self._wire.change(card.channel_id, archived=True)
