"""Reconciliation: after the gateway was away, make true what people said with emoji meanwhile.

Events between two sessions are lost for ever (events/gateway), and READY begins a new session. So the cards
of open alerts are read again, and emoji that appeared or vanished are applied, each once. One call reads up
to 100 messages of a channel; cards far apart cost a call each. Cards that were deleted are delivery's.
The newest 100 messages of the threads of open incidents are read too: for pins, and for what became of the
messages that stand in a timeline.

What the gateway tells during the comparison is newer than what was read, and wins.
"""

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Final

import discord
import structlog
from discord.ext import commands

from bot.usecases.incident import pin as pins
from bot.usecases.incident.pin import PIN, Home
from bot.usecases.reaction import missed as absence
from bot.usecases.reaction.reaction import ACTIONS
from cogs.context import BotContext
from cogs.incident.pin import Pins
from cogs.interaction import UNREACHABLE
from cogs.reaction.emoji import Place
from cogs.reaction.reaction import Reactions

MOST: Final = 500
THREADS: Final = 25
_PAGE: Final = 100
_PAUSE: Final = 0.25  # seconds between calls: a reconnect must not use up what the cards need

_log: Final = structlog.stdlib.get_logger(__name__)


class Reconciliation(commands.Cog):
    """One pass after every READY; a second one waits for the first."""

    def __init__(
        self, bot_context: BotContext, client: discord.Client, reactions: Reactions, pinned: Pins
    ) -> None:
        self._bot_context = bot_context
        self._client = client
        self._reactions = reactions
        self._pins = pinned
        self._members: dict[int, discord.Member | None] = {}
        self._alone = asyncio.Lock()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """A new session; resumed ones have missed nothing."""
        await self.reconcile()
        await self.reconcile_threads()

    @commands.Cog.listener()
    async def on_hour_passed(self) -> None:
        """Events may never be sent (events/gateway), even while the line is up."""
        await self.reconcile()

    @commands.Cog.listener()
    async def on_card_adopted(self, channel_id: int, message_id: int) -> None:
        """Delivery took up a message of a process that was killed: what it bears was never looked at."""
        await self.reconcile({channel_id: [message_id]})

    async def reconcile(self, posted: Mapping[int, Iterable[int]] | None = None) -> None:
        """Compare cards (those of open alerts, unless told which) with what was recorded of them."""
        self._bot_context.enlist()
        async with self._alone:
            self._reactions.heard = set()
            self._members.clear()
            try:
                if posted is None:
                    posted = await absence.posted(self._bot_context.desk, at_most=MOST)
                for channel_id, message_ids in posted.items():
                    await self._compare_channel(channel_id, message_ids)
            finally:
                self._reactions.heard = None

    async def reconcile_threads(self) -> None:
        """Compare the threads of open incidents with what was recorded of them."""
        self._bot_context.enlist()
        async with self._alone:
            self._pins.heard = set()
            self._members.clear()
            try:
                for home in await pins.homes(self._bot_context.desk, at_most=THREADS):
                    await self._compare_thread(home)
                    await self._bot_context.desk.clock.sleep(_PAUSE)
            finally:
                self._pins.heard = None

    async def _compare_thread(self, home: Home) -> None:
        """A thread out of reach is left alone."""
        try:
            place = self._client.get_channel(home.thread_id)
            thread = place or await self._client.fetch_channel(home.thread_id)
            if isinstance(thread, discord.Thread):
                await self._compare_pins(thread, home)
        except UNREACHABLE as error:
            _log.warning("reconciliation_cut_short", channel_id=home.thread_id, reason=repr(error))

    async def _compare_pins(self, thread: discord.Thread, home: Home) -> None:
        page = {message.id: message async for message in thread.history(limit=_PAGE)}
        standing = {
            message.id: {user_id async for user_id, _ in _standing(message, frozenset({PIN}))}
            for message in page.values()
        }
        for each in await pins.missed(self._bot_context.desk, standing):
            if (each.message_id, each.user_id) in (self._pins.heard or ()):
                continue
            if not each.present:
                if not await _bears(page[each.message_id], PIN, each.user_id):
                    await self._pins.peel(each.message_id, each.user_id)
                continue
            member = await self._member(thread.guild, each.user_id)
            if member is not None:
                await self._pins.stick(thread.id, each.message_id, member, message=page[each.message_id])
        reach = min(page, default=0) if len(page) == _PAGE else 0
        for message_id in sorted(await pins.kept(self._bot_context.desk, home)):
            if message_id in page:
                await self._pins.follow(page[message_id])
            elif message_id > reach:
                await self._confirm_gone(thread, message_id)

    async def _confirm_gone(self, thread: discord.Thread, message_id: int) -> None:
        """Only Discord's own word counts: a history may be empty because it must not be read."""
        try:
            await thread.fetch_message(message_id)
        except discord.NotFound:
            await self._pins.forget(message_id)

    async def _compare_channel(self, channel_id: int, message_ids: Iterable[int]) -> None:
        """A channel out of reach is left alone: delivery says what is wrong with it."""
        channel = self._client.get_channel(channel_id)
        if not isinstance(channel, Place):
            return
        try:
            async for message in self._read(channel, message_ids):
                await self._compare(channel, message)
        except UNREACHABLE as error:
            _log.warning("reconciliation_cut_short", channel_id=channel_id, reason=repr(error))

    async def _read(self, channel: Place, message_ids: Iterable[int]) -> AsyncIterator[discord.Message]:
        """The messages among these that still stand."""
        waiting = deque(sorted(message_ids))
        while waiting:
            before = discord.Object(waiting[0] - 1)
            page = [each async for each in channel.history(limit=_PAGE, after=before, oldest_first=True)]
            end = page[-1].id if len(page) == _PAGE else math.inf
            wanted = set()
            while waiting and waiting[0] <= end:
                wanted.add(waiting.popleft())
            for message in page:
                if message.id in wanted:
                    yield message
            await self._bot_context.desk.clock.sleep(_PAUSE)

    async def _compare(self, channel: Place, message: discord.Message) -> None:
        standing = [pair async for pair in _standing(message, ACTIONS)]
        for each in await absence.missed(self._bot_context.desk, message.id, standing):
            if (message.id, each.user_id, each.emoji) in (self._reactions.heard or ()):
                continue
            if not each.present:
                if not await _bears(message, each.emoji, each.user_id):
                    await self._reactions.take_back(message.id, each.user_id, each.emoji)
                continue
            member = await self._member(channel.guild, each.user_id)
            if member is not None:
                await self._reactions.add(channel.id, message.id, each.emoji, member)

    async def _member(self, guild: discord.Guild, user_id: int) -> discord.Member | None:
        """With roles, which neither messages nor the cache know without the privileged intent."""
        if user_id not in self._members:
            try:
                self._members[user_id] = await guild.fetch_member(user_id)
            except discord.NotFound:
                self._members[user_id] = None
        return self._members[user_id]


async def _standing(message: discord.Message, emojis: frozenset[str]) -> AsyncIterator[tuple[int, str]]:
    """Who set which of our emoji, without bots."""
    for reaction in message.reactions:
        emoji = str(reaction.emoji)
        if emoji in emojis and reaction.count > reaction.me:
            async for user in reaction.users(limit=None):
                if not user.bot:
                    yield user.id, emoji


async def _bears(message: discord.Message, emoji: str, user_id: int) -> bool:
    """Whether this person's emoji stands after all.

    The listing of an emoji's people ends at the count that came with the message: who set it since then
    pushes others out of the listing, whose emoji seem to have vanished.
    """
    for reaction in message.reactions:
        if str(reaction.emoji) == emoji:
            after = discord.Object(user_id - 1)
            return user_id in {user.id async for user in reaction.users(limit=1, after=after)}
    return False
