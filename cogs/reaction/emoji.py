"""Emoji: what reactions and pins have in common. An emoji has no answer of its own."""

from typing import Final, TypeAlias, TypeVar

import discord
import structlog

from bot.cards import answer
from bot.cards.card import Card
from bot.usecases.reaction import reaction as reactions
from cogs.context import BotContext
from cogs.interaction import UNREACHABLE
from cogs.message import NOBODY
from cogs.rights import Capability

T = TypeVar("T")
Place: TypeAlias = discord.TextChannel | discord.Thread

# What was posted can be seen before its id is known here: the call that posts it may return seconds later.
UNSETTLED: Final = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
SAID_FOR: Final = 60.0  # seconds until a refusal is taken away again; nobody else has to read it

_log: Final = structlog.stdlib.get_logger(__name__)


async def may_take_back(bot_context: BotContext, client: discord.Client, user_id: int) -> bool:
    """Whether who set an emoji once still may: the event that it is gone brings no roles along.

    Raises:
        discord.HTTPException, aiohttp.ClientError, TimeoutError: that cannot be told now.
    """
    guild = client.get_guild(bot_context.home or 0)
    if guild is None:
        return False
    try:
        member = await guild.fetch_member(user_id)
    except discord.NotFound:
        return False
    return bot_context.rights.allows(member, Capability.RESPOND)


async def refuse(
    bot_context: BotContext, channel_id: int, message_id: int, emoji: str, member: discord.Member, task: str
) -> None:
    """Take away an emoji that looks like an act and is none; where the bot may not, say so, once."""
    channel = member.guild.get_channel_or_thread(channel_id)
    if not isinstance(channel, Place) or await _wipe(channel, message_id, emoji, member):
        return
    roles = bot_context.rights.roles(member.guild, Capability.RESPOND)
    await _say_once(
        bot_context, channel, message_id, member, answer.refused_emoji(member.id, emoji, task, roles)
    )


async def say_without_effect(
    bot_context: BotContext, channel_id: int, message_id: int, emoji: str, member: discord.Member, why: str
) -> None:
    """Say why an emoji does nothing where it stands; once for this person and message."""
    channel = member.guild.get_channel_or_thread(channel_id)
    if isinstance(channel, Place):
        card = answer.idle_emoji(member.id, emoji, why)
        await _say_once(bot_context, channel, message_id, member, card)


async def _say_once(
    bot_context: BotContext, channel: Place, message_id: int, member: discord.Member, card: Card
) -> None:
    desk, said = bot_context.desk, card.content
    if not await bot_context.durably(lambda: reactions.note_refusal(desk, message_id, member.id)):
        return
    try:
        await channel.get_partial_message(message_id).reply(
            said, allowed_mentions=NOBODY, delete_after=SAID_FOR
        )
    except UNREACHABLE as error:
        _log.info("refusal_not_said", message_id=message_id, reason=repr(error))


async def _wipe(channel: Place, message_id: int, emoji: str, member: discord.Member) -> bool:
    """Whether it is gone now."""
    if not channel.permissions_for(member.guild.me).manage_messages:
        return False
    try:
        await channel.get_partial_message(message_id).remove_reaction(emoji, member)
    except UNREACHABLE as error:
        _log.info("reaction_not_removed", message_id=message_id, reason=repr(error))
        return False
    return True
