"""Reaction: emoji on cards, as they are set and taken back.

Only raw events tell of messages from before a restart. They may come twice, late or never: what was applied
is recorded with it, and `reconciliation` finds what never came. An emoji of a person on a card has a turn,
so that setting it and taking it back are applied in the order in which they were heard.
"""

from typing import Final, TypeAlias

import discord
import structlog
from discord.ext import commands

from bot import metrics
from bot.domain import actor as actors
from bot.usecases.desk import Desk
from bot.usecases.reaction import missed as absence
from bot.usecases.reaction import reaction as reactions
from bot.usecases.reaction.reaction import ACTIONS, MEANINGS, Effect
from cogs.context import BotContext
from cogs.interaction import UNREACHABLE
from cogs.keyed_lock import KeyedLock
from cogs.reaction.emoji import UNSETTLED, may_take_back, refuse
from cogs.rights import Capability

Key: TypeAlias = tuple[int, int, str]


TASK: Final = "act on alerts"
_log: Final = structlog.stdlib.get_logger(__name__)


class Reactions(commands.Cog):
    """The listeners, and the one way in which an emoji becomes an act.

    While somebody compares (see `reconciliation`), ``heard`` collects what the gateway tells; None otherwise.
    """

    def __init__(self, bot_context: BotContext, client: discord.Client) -> None:
        self._bot_context = bot_context
        self._client = client
        self._locks = KeyedLock()
        self.heard: set[Key] | None = None

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        """Somebody set an emoji; the event carries the member with roles."""
        member, emoji = payload.member, str(payload.emoji)
        if member is None or member.bot or emoji not in ACTIONS:
            return
        if self._client.user is None or payload.message_author_id not in {None, self._client.user.id}:
            return
        self._hear((payload.message_id, member.id, emoji))
        await self.add(payload.channel_id, payload.message_id, emoji, member)

    @commands.Cog.listener()
    async def on_raw_reaction_remove(self, payload: discord.RawReactionActionEvent) -> None:
        """An emoji is gone; only what was recorded as set by this person can be taken back."""
        emoji = str(payload.emoji)
        if emoji in ACTIONS:
            self._hear((payload.message_id, payload.user_id, emoji))
            await self.take_back(payload.message_id, payload.user_id, emoji)

    @commands.Cog.listener()
    async def on_raw_reaction_clear(self, payload: discord.RawReactionClearEvent) -> None:
        """A moderator removed all emoji."""
        await self._clear(payload.message_id, ACTIONS)

    @commands.Cog.listener()
    async def on_raw_reaction_clear_emoji(self, payload: discord.RawReactionClearEmojiEvent) -> None:
        """A moderator removed one emoji of everybody."""
        await self._clear(payload.message_id, ACTIONS & {str(payload.emoji)})

    async def add(self, channel_id: int, message_id: int, emoji: str, member: discord.Member) -> None:
        """Apply an emoji that stands on a card, if this member may."""
        if not self._bot_context.is_home(member.guild.id):
            return
        self._bot_context.enlist()
        async with self._locks.of((message_id, member.id, emoji)):
            desk = await self._owner_of(message_id)
            if desk is None:
                return
            if not self._bot_context.of(desk).rights.allows(member, Capability.RESPOND):
                _count(emoji, "refused")
                await refuse(self._bot_context, channel_id, message_id, emoji, member, TASK)
                return
            actor = actors.person(member.id, member.display_name)
            await self._apply(desk, message_id, actor, emoji, present=True)

    async def take_back(self, message_id: int, user_id: int, emoji: str) -> None:
        """Apply that an emoji is gone; when who set it may not respond any more it is only noted."""
        self._bot_context.enlist()
        desk, actor = self._bot_context.desk, actors.person(user_id, str(user_id))
        async with self._locks.of((message_id, user_id, emoji)):
            if not await self._bot_context.durably(lambda: absence.is_set(desk, message_id, user_id, emoji)):
                return
            try:
                theirs = await self._bot_context.durably(lambda: reactions.owner_of(desk, message_id)) or desk
                allowed = await may_take_back(self._bot_context.of(theirs), self._client, user_id)
            except UNREACHABLE as error:  # a later comparison finds it again
                _log.warning("reaction_waits", message_id=message_id, reason=repr(error))
                return
            if allowed:
                await self._apply(theirs, message_id, actor, emoji, present=False)
                return
            _count(emoji, "refused")
            await self._bot_context.durably(lambda: reactions.forget(desk, message_id, emoji, actor=actor))

    async def _clear(self, message_id: int, emojis: frozenset[str]) -> None:
        self._bot_context.enlist()
        for gone in await absence.missed(self._bot_context.desk, message_id, ()):
            if gone.emoji in emojis:
                self._hear((message_id, gone.user_id, gone.emoji))
                await self.take_back(message_id, gone.user_id, gone.emoji)

    async def _apply(
        self, desk: Desk, message_id: int, actor: actors.Actor, emoji: str, *, present: bool
    ) -> None:
        effect, why = await self._bot_context.durably(
            lambda: reactions.apply(desk, message_id, emoji, actor=actor, present=present)
        )
        if effect is Effect.APPLIED or effect is Effect.IMPOSSIBLE:
            _count(emoji, "done" if effect is Effect.APPLIED else "conflict")
        if why:
            _log.info("reaction_without_effect", emoji=emoji, message_id=message_id, why=why)

    async def _owner_of(self, message_id: int) -> Desk | None:
        """The desk of the project whose card it is; what was just posted may be one a moment later."""
        for pause in UNSETTLED:
            if pause:
                await self._bot_context.desk.clock.sleep(pause)
            found = await self._bot_context.durably(
                lambda: reactions.owner_of(self._bot_context.desk, message_id)
            )
            if found is not None:
                return found
        return None

    def _hear(self, key: Key) -> None:
        if self.heard is not None:
            self.heard.add(key)


def _count(emoji: str, outcome: str) -> None:
    metrics.ACTIONS.labels(f"emoji_{MEANINGS[emoji]}" if emoji in MEANINGS else "emoji", outcome).inc()
