"""Reconcile: what happened to the cards while nobody listened.

Events between two sessions of the gateway are lost for ever, so after every READY the channels are compared
with what they should show: messages and threads that people deleted are made again, channels that may be
written to again are unparked. Calls are bounded, and made at the pace of Discord's limits.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Final

import structlog

from bot.delivery.bot_view import BotView
from bot.delivery.dispatcher import Dispatcher
from bot.delivery.wire.limits import RestCall
from bot.delivery.wire.outcome import SendOutcome
from bot.delivery.wire.wire import PAGE, Wire
from bot.domain.outbox.outbox import ParkReason
from bot.usecases.admin import status
from bot.usecases.desk import Desk
from bot.usecases.incident import thread as threads
from bot.usecases.outbox import board as boards
from bot.usecases.outbox import card as outbox
from bot.usecases.reaction import missed as absence

CARDS: Final = 500  # of open alerts, the most urgent
CALLS: Final = 100  # for each channel
_OWN: Final = frozenset({ParkReason.REFUSED, ParkReason.NO_THREAD})  # whose cause is not the channel
_BREATH: Final = 0.25  # seconds between calls, which cards need more
_log: Final = structlog.stdlib.get_logger(__name__)


class Reconcile:
    """Both halves are hooks for `attach`, and may run at any time besides."""

    def __init__(self, desk: Desk, wire: Wire, dispatcher: Dispatcher, bot_view: BotView) -> None:
        self._desk = desk
        self._wire = wire
        self._dispatcher = dispatcher
        self._bot_view = bot_view
        self._run: asyncio.Task[None] | None = None

    def begin(self, hooks: Coroutine[None, None, None]) -> None:
        """Run what follows a READY beside everything else; what an earlier one began is given up."""
        if self._run is not None:
            self._run.cancel()
        self._run = asyncio.create_task(hooks, name="reconcile")

    async def stop(self) -> None:
        """Give up what the last READY began, and wait until it has let go of the database."""
        if self._run is not None:
            self._run.cancel()
            await asyncio.wait([self._run])

    async def recheck_parked(self, *, guild_id: int | None = None) -> int:
        """Unpark every channel (of one server) whose permissions are whole; returns how many cards go on.

        Cards that were refused for their own text wait on: permissions are not their cause. Workers are told
        before it is read what is parked: a refusal that is written down meanwhile is theirs to take back.
        """
        for channel_id in self._dispatcher.channels:
            if self._is_open(channel_id, guild_id):
                self._dispatcher.open(channel_id)
        seen = [await status.outbox(each) for each in self._desk.everybody]
        channels = {channel for each in seen for channel, reason, _ in each.parked if reason not in _OWN}
        freed = 0
        for channel_id in channels:
            if self._is_open(channel_id, guild_id):
                freed += await self._dispatcher.unpark(channel_id)
        return freed

    def _is_open(self, channel_id: int, guild_id: int | None) -> bool:
        guild = self._bot_view.guild_of(channel_id)
        if guild is None or (guild_id is not None and guild.id != guild_id):
            return False
        return self._bot_view.lacks(channel_id) == []

    async def retry_threads(self, *, guild_id: int | None = None) -> int:
        """Incidents that could have no thread get one where that is allowed by now; returns how many try."""
        tried = 0
        for each in await threads.standing(self._desk):
            guild = self._bot_view.guild_of(each.channel_id)
            if guild is None or (guild_id is not None and guild.id != guild_id):
                continue
            if each.threadless and self._bot_view.may_thread(each.channel_id):
                await threads.wish(self._desk.of(each.project_id), each.incident_id)
                tried += 1
        return tried

    async def lose_thread(self, thread_id: int) -> bool:
        """Somebody deleted a thread: True when it was an incident's, which gets another one."""
        return await threads.lose(self._desk, thread_id)

    async def find_deleted(self) -> int:
        """Look for what shows open alerts, boards and incidents; what is gone is made again."""
        await self.retry_threads()
        lost = await self._find_lost_threads()
        posted = await absence.posted(self._desk, at_most=CARDS)
        for each in await threads.standing(self._desk):
            if each.message_id is not None:
                posted.setdefault(each.channel_id, []).append(each.message_id)
        for channel_id, message_id in (await boards.standing(self._desk)).items():
            posted.setdefault(channel_id, []).append(message_id)
        for channel_id, message_ids in posted.items():
            lost += await self._compare(channel_id, sorted(message_ids))
        if lost:
            _log.info("cards_deleted_meanwhile", cards=lost)
        return lost

    async def _find_lost_threads(self) -> int:
        """Whatever is not among the active threads is archived or gone; Discord is asked which."""
        standing = await threads.standing(self._desk)
        missing = {each.thread_id for each in standing if each.thread_id is not None}
        guilds = {guild.id for each in standing if (guild := self._bot_view.guild_of(each.channel_id))}
        for guild_id in guilds if missing else ():
            await self._breathe(RestCall.LOOK, guild_id)
            answer = await self._wire.active_threads(guild_id)
            if answer.body is not None:
                missing -= {each.id for each in answer.body.threads}
        lost = 0
        for thread_id in sorted(missing)[-CALLS:]:
            await self._breathe(RestCall.LOOK, thread_id)
            looked = await self._wire.channel(thread_id)
            if looked.outcome is SendOutcome.CHANNEL_GONE:
                lost += await threads.lose(self._desk, thread_id)
        return lost

    async def _compare(self, channel_id: int, message_ids: Sequence[int]) -> int:
        """Walk through the history from card to card, a page at a time."""
        waiting = list(message_ids)
        lost = 0
        for _ in range(CALLS):
            if not waiting:
                break
            await self._breathe(RestCall.HISTORY, channel_id)
            answer = await self._wire.history(channel_id, after=waiting[0] - 1)
            if answer.body is None:
                break
            seen = {message.id for message in answer.body}
            reach = max(seen, default=0) if len(answer.body) == PAGE else waiting[-1]
            suspects = [each for each in waiting if each <= reach and each not in seen]
            waiting = [each for each in waiting if each > reach]
            for message_id in suspects[:CALLS]:
                lost += await self._confirm(channel_id, message_id)
        return lost

    async def _confirm(self, channel_id: int, message_id: int) -> bool:
        """Only Discord's own word counts: a history may be empty because it must not be read."""
        await self._breathe(RestCall.READ, channel_id)
        answer = await self._wire.read(channel_id, message_id)
        if answer.outcome is not SendOutcome.MESSAGE_GONE:
            return False
        return await outbox.forget_message(self._desk, message_id)

    async def _breathe(self, call: RestCall, channel_id: int) -> None:
        clock = self._desk.clock
        closed = self._wire.limits.opens_in(call, channel_id, now=clock.monotonic())
        await clock.sleep(max(closed, _BREATH))
