"""Pin: messages of an incident's thread that go into its timeline, by emoji or right-click.

Theory: without the privileged intent a bot may not read what people write, but for messages that mention it
and the target of a right-click. So a pin emoji keeps the author, the time and the link for certain, and the
words if they can be read; a right-click always brings them. Edits are followed where their words can be read,
deletions everywhere. To pin takes who may respond; whoever took the last pin away unpinned it.
"""

from typing import Any, Final, TypeAlias

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot import metrics
from bot.cards.incident import answer as answers
from bot.domain import actor as actors
from bot.domain.actor import Actor, ActorKind
from bot.domain.errors import InvalidInputError
from bot.domain.incident.incident import Incident
from bot.usecases.incident import pin as pins
from bot.usecases.incident import thread as threads
from bot.usecases.incident import timeline
from bot.usecases.incident.pin import PIN
from bot.usecases.incident.timeline import Pinned
from bot.usecases.reaction import reaction as reactions
from cogs.context import BotContext
from cogs.interaction import UNREACHABLE, InteractionContext
from cogs.keyed_lock import KeyedLock
from cogs.reaction.emoji import UNSETTLED, may_take_back, refuse, say_without_effect
from cogs.rights import Capability

Key: TypeAlias = tuple[int, int]

TASK: Final = "write into timelines"
_NAME: Final = "emoji_pin"
_ELSEWHERE: Final = "it puts messages of an incident's thread into its timeline."

_log: Final = structlog.stdlib.get_logger(__name__)


class Pins(commands.Cog):
    """The listeners. ``heard`` collects what the gateway tells while somebody compares; None otherwise."""

    def __init__(self, bot_context: BotContext, client: discord.Client) -> None:
        self._bot_context = bot_context
        self._client = client
        self._locks = KeyedLock()
        self.heard: set[Key] | None = None

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        """Somebody set an emoji; the event carries the member with roles."""
        member = payload.member
        if member is None or member.bot or str(payload.emoji) != PIN:
            return
        self._hear((payload.message_id, member.id))
        await self.stick(payload.channel_id, payload.message_id, member, author_id=payload.message_author_id)

    @commands.Cog.listener()
    async def on_raw_reaction_remove(self, payload: discord.RawReactionActionEvent) -> None:
        """An emoji is gone; only what was recorded as set by this person can be taken back."""
        if str(payload.emoji) == PIN:
            self._hear((payload.message_id, payload.user_id))
            await self.peel(payload.message_id, payload.user_id)

    @commands.Cog.listener()
    async def on_raw_reaction_clear(self, payload: discord.RawReactionClearEvent) -> None:
        """A moderator removed all emoji."""
        await self._peel_all(payload.message_id)

    @commands.Cog.listener()
    async def on_raw_reaction_clear_emoji(self, payload: discord.RawReactionClearEmojiEvent) -> None:
        """A moderator removed one emoji of everybody."""
        if str(payload.emoji) == PIN:
            await self._peel_all(payload.message_id)

    @commands.Cog.listener()
    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Somebody changed a message; our own are cards, and change all the time."""
        if payload.message.author != self._client.user and payload.message.edited_at is not None:
            await self.follow(payload.message)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """Somebody deleted a message."""
        await self.forget(payload.message_id)

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Somebody deleted many."""
        for message_id in sorted(payload.message_ids):
            await self.forget(message_id)

    async def stick(
        self,
        channel_id: int,
        message_id: int,
        member: discord.Member,
        *,
        author_id: int | None = None,
        message: discord.Message | None = None,
    ) -> None:
        """Apply a pin that stands in an incident's thread, if this member may.

        On a card elsewhere it does nothing and says so; on what people write it may mean what they like.
        """
        if not self._bot_context.is_home(member.guild.id):
            return
        self._bot_context.enlist()
        async with self._locks.of((message_id, member.id)):
            incident = await self._living_in(channel_id)
            if incident is None:
                if self._client.user is not None and author_id == self._client.user.id:
                    await say_without_effect(
                        self._bot_context, channel_id, message_id, PIN, member, _ELSEWHERE
                    )
                return
            desk = self._bot_context.desk.of(incident.project_id)
            if not self._bot_context.of(desk).rights.allows(member, Capability.RESPOND):
                metrics.ACTIONS.labels(_NAME, "refused").inc()
                await refuse(self._bot_context, channel_id, message_id, PIN, member, TASK)
                return
            pinned = await self._read(channel_id, message_id, message, author_id or member.id)
            if pinned is None:
                return
            actor = actors.person(member.id, member.display_name)
            await self._bot_context.durably(lambda: pins.stick(desk, incident.id, pinned, actor=actor))
            metrics.ACTIONS.labels(_NAME, "done").inc()

    async def peel(self, message_id: int, user_id: int) -> None:
        """Apply that a pin is gone; when who set it may not respond any more it is only noted."""
        self._bot_context.enlist()
        desk, actor = self._bot_context.desk, actors.person(user_id, str(user_id))
        async with self._locks.of((message_id, user_id)):
            if user_id not in await self._bot_context.durably(lambda: pins.stuck(desk, message_id)):
                return
            try:
                theirs = await self._bot_context.durably(lambda: timeline.owner_of(desk, message_id))
                allowed = await may_take_back(self._bot_context.of(theirs), self._client, user_id)
            except UNREACHABLE as error:  # a later comparison finds it again
                _log.warning("reaction_waits", message_id=message_id, reason=repr(error))
                return
            if allowed:
                await self._bot_context.durably(lambda: pins.peel(theirs, message_id, actor=actor))
                return
            metrics.ACTIONS.labels(_NAME, "refused").inc()
            await self._bot_context.durably(lambda: reactions.forget(desk, message_id, PIN, actor=actor))

    async def follow(self, message: discord.Message) -> None:
        """Let the timeline read as the message does now, where its words can be read."""
        text = words_of(message)
        if not text:
            return
        self._bot_context.enlist()
        author = author_of(message)
        await self._bot_context.durably(
            lambda: timeline.follow_edit(self._bot_context.desk, message.id, author=author, text=text),
        )

    async def forget(self, message_id: int) -> None:
        """Let the timeline say that the message is gone."""
        self._bot_context.enlist()
        await self._bot_context.durably(lambda: timeline.follow_deletion(self._bot_context.desk, message_id))

    async def _peel_all(self, message_id: int) -> None:
        self._bot_context.enlist()
        for user_id in await self._bot_context.durably(
            lambda: pins.stuck(self._bot_context.desk, message_id)
        ):
            self._hear((message_id, user_id))
            await self.peel(message_id, user_id)

    async def _living_in(self, channel_id: int) -> Incident | None:
        """The incident of this thread; one that the bot opened may be its incident's a moment later."""
        channel, user = self._client.get_channel(channel_id), self._client.user
        is_ours = isinstance(channel, discord.Thread) and user is not None and channel.owner_id == user.id
        incident = None
        for pause in UNSETTLED if is_ours else (0.0,):
            await self._bot_context.desk.clock.sleep(pause)
            incident = await self._bot_context.durably(
                lambda: threads.living_in(self._bot_context.desk, channel_id)
            )
            if incident is not None:
                break
        return incident

    async def _read(
        self, channel_id: int, message_id: int, message: discord.Message | None, author_id: int
    ) -> Pinned | None:
        """All that can be known of a message, None when it is gone; out of reach, who wrote it and when."""
        try:
            place = self._client.get_partial_messageable(channel_id)
            return pinned_of(message or await place.fetch_message(message_id))
        except discord.NotFound:
            return None
        except UNREACHABLE as error:
            _log.warning("pinned_unread", message_id=message_id, reason=repr(error))
            return Pinned(
                channel_id=channel_id,
                message_id=message_id,
                author=actors.person(author_id, str(author_id)),
                text="",
                at=discord.utils.snowflake_time(message_id),
            )

    def _hear(self, key: Key) -> None:
        if self.heard is not None:
            self.heard.add(key)


@app_commands.context_menu(name="Add to timeline")
async def add_message(interaction: discord.Interaction[Any], message: discord.Message) -> None:
    """A right-click on a message in an incident's thread."""
    context = InteractionContext.of(interaction)
    context.demand(Capability.RESPOND, TASK)
    desk = context.bot_context.desk
    incident = await context.defer_if_slow(threads.living_in(desk, message.channel.id), thinking=True)
    if incident is None or incident.project_id != desk.project.id:
        raise InvalidInputError("message", "it does not stand in the thread of an incident")
    pinned = pinned_of(message)
    fresh = await context.defer_if_slow(
        timeline.pin(desk, incident.id, pinned, actor=context.actor), thinking=True
    )
    await context.reply_ephemeral(answers.pinned(incident, fresh=fresh, readable=bool(pinned.text)))


def pinned_of(message: discord.Message) -> Pinned:
    """A message as a timeline keeps it."""
    return Pinned(
        channel_id=message.channel.id,
        message_id=message.id,
        author=author_of(message),
        text=words_of(message),
        at=message.created_at,
    )


def author_of(message: discord.Message) -> Actor:
    """Who wrote it."""
    author = message.author
    if author.bot:
        return Actor(ActorKind.PROGRAM, str(author.id), author.display_name)
    return actors.person(author.id, author.display_name)


def words_of(message: discord.Message) -> str:
    """What can be read of it: its text, what its embeds say where they are not of a link, and its files."""
    said = [message.content] if message.content else []
    if not said or message.author.bot:
        said += [part for embed in message.embeds for part in (embed.title, embed.description) if part]
    return "\n".join([*said, *(f"📎 {each.filename}" for each in message.attachments)])
