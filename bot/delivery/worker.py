"""Worker: one channel's hand. Claim a card, render it, send it, settle it; one card a step.

Law: at whatever point the process dies, the next worker brings the channel to the truth without a second
message for any card.
- Before the post: the nonce is stored with the claim, so that any attempt at it is the same message.
- Between post and settle: a repetition within the nonce's window gives the message back; later it is searched
  for by its marker and adopted. Both may show an older revision, so that both are followed by an edit.
- Between edit and settle: the edit is made again.

A failure is one of four: the message is gone (post anew), the channel is closed to us (park its cards until
the cause changes), Discord refuses this text (say it plainly, else park this card), or it passes (wait, at
first with the one card, then with the whole channel).
"""

import math
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final, TypeVar

import structlog

from bot.cards.card import Ping
from bot.cards.incident.incident import IncidentView
from bot.delivery.bot_view import BotView
from bot.delivery.confirmation import MessageConfirmations
from bot.delivery.kind.registry import MESSAGES
from bot.delivery.picture import comes_later, illustrate
from bot.delivery.ping import Pings
from bot.delivery.render import draw, footer_marker, marks, plain
from bot.delivery.ring import Ringer
from bot.delivery.search import find_card
from bot.delivery.setback import Setbacks
from bot.delivery.thread import ThreadKeeper
from bot.delivery.wire.limits import RestCall
from bot.delivery.wire.outcome import Answer, SendOutcome
from bot.delivery.wire.sender import CardSender
from bot.delivery.wire.wire import Wire, edit_call
from bot.domain.outbox.outage import BLIND
from bot.domain.outbox.outbox import NONCE_WINDOW, Outgoing, ParkReason
from bot.usecases.desk import Desk
from bot.usecases.durability import durably
from bot.usecases.incident import thread as threads
from bot.usecases.outbox import card as outbox
from bot.usecases.outbox import outage as outages
from bot.usecases.outbox.kind.registry import SUBJECTS
from bot.usecases.outbox.subject import View

T = TypeVar("T")

_HELD: Final = 20  # cards put off in a row because edits are limited
_PATIENCE: Final = (0.2, 1.0, 5.0)  # seconds between attempts to write down what was sent
_log: Final = structlog.stdlib.get_logger(__name__)


class Worker:
    """Keeps what it learned of its channel between steps; it never sleeps with a claim in its hand."""

    def __init__(
        self,
        desk: Desk,
        wire: Wire,
        *,
        channel_id: int,
        name: str,
        pings: Pings,
        confirmations: MessageConfirmations,
        bot_view: BotView,
    ) -> None:
        self._desk = desk
        self._wire = wire
        self._channel_id = channel_id
        self._name = name
        self._pings = pings
        self._confirmations = confirmations
        self._bot_view = bot_view
        self._ringer = Ringer(desk, wire, pings, bot_view, name)
        self._threads = ThreadKeeper(desk, wire, bot_view)
        self._sender = CardSender(wire, desk.clock)
        self._setbacks = Setbacks(desk, wire, self._threads, channel_id=channel_id, name=name)
        self._held = 0
        self.sent_at = -math.inf

    def hope(self) -> None:
        """Something changed for the better: do not wait any longer."""
        self._setbacks.hope()

    def open(self) -> None:
        """The channel may be written to: a refusal that is still on its way is out of date."""
        self._setbacks.open()

    async def step(self) -> float:
        """Bring one card to the truth.

        Returns how many seconds to wait before the next step: 0 while there is more to do, infinity when
        nothing is due.

        Raises:
            NotDurableError: the database cannot be asked; what was claimed is free again after its lease.
        """
        now = self._desk.clock.monotonic()
        wait = self._setbacks.begin(now=now)
        if wait > 0:
            return wait
        limits, channel_id = self._wire.limits, self._channel_id
        task = await outbox.take(
            self._desk,
            channel_id,
            worker=self._name,
            post=limits.bucket(RestCall.POST, channel_id, now=now),
            edit=limits.bucket(RestCall.EDIT, channel_id, now=now),
            quiet=now - self.sent_at >= BLIND.total_seconds(),
        )
        if not isinstance(task, outbox.Task):
            self._held = 0
            return task
        if task.view is None:
            _log.error("card_without_subject", card=task.card.id, kind=task.card.kind)
            await outbox.park(self._desk, task.card, ParkReason.REFUSED, alone=True)
            return 0.0
        if (reason := self._setbacks.closed(now=now)) is not None:
            await self._setbacks.park(task.card, reason)
            return 0.0
        return await self._show(task.card, task.view, quiet=task.quiet)

    async def _show(self, card: Outgoing, view: View, *, quiet: bool) -> float:
        if await self._ringer.leave_out(card, view):
            return 0.0
        if card.message_id is None:
            return await self._post(card, view, quiet=quiet)
        if MESSAGES[card.kind].is_misplaced(view):
            return await self._take_away(card, card.message_id, view)
        return await self._edit(card, card.message_id, view)

    async def _recover(self, card: Outgoing, view: View) -> float | None:
        """Take up the message of an earlier attempt, as far as it can be known; None when there is none."""
        confirmed = self._confirmations.confirmed(card.nonce)
        if confirmed is not None:
            return await self._adopt(card, view, confirmed.message_id, woke=confirmed.woke)
        if not card.retried or self._desk.clock.now() - card.posting_since <= NONCE_WINDOW:
            return None
        found = await find_card(
            self._wire, self._desk.clock, card, own_id=self._bot_view.own_id, marks=marks(card.kind, view)
        )
        if found.failure is not None:
            return await self._setbacks.fail(card, found.failure)
        if found.message is not None:
            return await self._adopt(card, view, found.message.id, woke=found.message.woke)
        return None

    async def _post(self, card: Outgoing, view: View, *, quiet: bool) -> float:
        if isinstance(view, IncidentView) and self._threads.forum.takes(card.channel_id):
            return await self._start_post(card, view)
        if (rest := await self._recover(card, view)) is not None:
            return rest
        if await self._setbacks.is_stubborn(card) or (card.retried and await self._spare(card, view)):
            return 0.0
        ping = Ping() if quiet else self._pings.due(card, view)
        drawn = await draw(card.kind, view, ping)
        self._confirmations.expect(card.nonce)
        reply_to = MESSAGES[card.kind].reply_to(view)
        answer = await self._sender.post(card.channel_id, drawn, nonce=card.nonce, reply_to=reply_to)
        if answer.outcome is SendOutcome.REFUSED:
            _tell_refusal(card, answer)
            drawn = plain(drawn, footer_marker(card.kind, view))
            answer = await self._sender.post(card.channel_id, drawn, nonce=card.nonce)
        if answer.body is None:
            return await self._setbacks.fail(card, answer)
        message_id = answer.body.id
        tended = await self._persist(lambda: self._threads.tend(card, message_id, view))
        if card.retried or tended.outcome is not SendOutcome.DONE or comes_later(view):
            return await self._adopt(card, view, message_id, woke=answer.body.woke)
        rang = SUBJECTS[card.kind].call(view).run if ping else None
        rest = await self._settle(card, message_id, shown=card.wanted, pinged=bool(ping), rang=rang)
        await self._follow(card, view)
        return rest

    async def _start_post(self, card: Outgoing, view: IncidentView) -> float:
        """Post the head in a forum, as the first message of a new thread."""
        if await self._setbacks.is_stubborn(card):
            return 0.0
        answer = await self._threads.forum.post(card, view)
        if answer.body is None:
            return await self._setbacks.fail(card, answer)
        post_id = answer.body.id
        await self._threads.gather(post_id, view.people)
        await self._persist(
            lambda: threads.settle(
                self._desk.of(view.incident.project_id), view.incident.id, thread_id=post_id, in_post=True
            )
        )
        return await self._settle(card, post_id, shown=0 if card.retried else card.wanted, pinged=False)

    async def _edit(self, card: Outgoing, message_id: int, view: View) -> float:
        clock, limits = self._desk.clock, self._wire.limits
        closed = limits.opens_in(edit_call(message_id, clock), card.channel_id, now=clock.monotonic())
        if closed > 0:
            await self._setbacks.put_off(card, closed, tried=False)
            self._held += 1
            return 0.0 if self._held % _HELD else closed
        ping = self._pings.shown(card, view)
        drawn = await draw(card.kind, view, ping)
        drawn = await illustrate(drawn, view)
        answer = await self._sender.edit(card.channel_id, message_id, drawn)
        if answer.outcome is SendOutcome.ARCHIVED:
            woken = await self._wire.wake(card.channel_id)
            if woken.outcome is not SendOutcome.DONE:
                return await self._setbacks.fail(card, woken)
            answer = await self._sender.edit(card.channel_id, message_id, drawn)
        if answer.outcome is SendOutcome.REFUSED:
            _tell_refusal(card, answer)
            drawn = plain(drawn, footer_marker(card.kind, view))
            answer = await self._sender.edit(card.channel_id, message_id, drawn)
        if answer.body is None:
            return await self._setbacks.fail(card, answer)
        version = answer.body.edited_timestamp
        tended = await self._persist(lambda: self._threads.tend(card, message_id, view))
        if tended.outcome is not SendOutcome.DONE:
            return await self._setbacks.fail(card, tended)
        called = await self._ringer.follow_up(card, message_id, view)
        if called is not None and called.outcome is not SendOutcome.DONE:
            return await self._setbacks.fail(card, called)
        rang = None if called is None else 0
        rest = await self._settle(
            card, message_id, shown=card.wanted, pinged=bool(ping), rang=rang, version=version
        )
        await self._follow(card, view)
        return rest

    async def _spare(self, card: Outgoing, view: View) -> bool:
        return await outages.spare(self._desk, card, SUBJECTS[card.kind].over_at(view))

    async def _follow(self, card: Outgoing, view: View) -> None:
        """Do what has to follow once the message shows this."""
        await self._persist(lambda: MESSAGES[card.kind].shown(self._desk, view))

    async def _take_away(self, card: Outgoing, message_id: int, view: View) -> float:
        """Nobody looks where it stands: it is deleted, and made again below if there is still need of it."""
        answer = await self._wire.delete(card.channel_id, message_id)
        if answer.outcome not in {SendOutcome.DONE, SendOutcome.MESSAGE_GONE}:
            return await self._setbacks.fail(card, answer)
        await self._persist(lambda: MESSAGES[card.kind].deleted(self._desk, view))
        await self._persist(lambda: outbox.lose(self._desk, card))
        return 0.0

    async def _adopt(self, card: Outgoing, view: View, message_id: int, *, woke: bool) -> float:
        """A message of some attempt: it may show an older state, and have rung for that."""
        rang = None
        if woke:
            call = SUBJECTS[card.kind].call(view)
            rang = call.run - int(call.since is not None and call.since > card.posting_since)
        return await self._settle(card, message_id, shown=0, pinged=woke, rang=rang)

    async def _settle(
        self,
        card: Outgoing,
        message_id: int,
        *,
        shown: int,
        pinged: bool,
        rang: int | None = None,
        version: datetime | None = None,
    ) -> float:
        is_last = await self._persist(
            lambda: outbox.settle(
                self._desk,
                card,
                worker=self._name,
                message_id=message_id,
                shown=shown,
                pinged=pinged,
                rang=rang,
                version=version,
            )
        )
        if card.message_id is None:
            await self._confirmations.settled(card.nonce, message_id)
            if not shown:
                self._bot_view.tell_adopted(card.channel_id, message_id)
        self._held = 0
        self.sent_at = self._desk.clock.monotonic()
        if await self._setbacks.over():
            return 0.0
        return math.inf if is_last else 0.0

    async def _persist(self, work: Callable[[], Awaitable[T]]) -> T:
        """What Discord has done must be written down: a database that is busy gets some more chances."""
        return await durably(self._desk.clock, work, pauses=_PATIENCE)


def _tell_refusal(card: Outgoing, answer: Answer[Any]) -> None:
    _log.error("card_refused_sent_as_text", card=card.id, words=answer.words)
