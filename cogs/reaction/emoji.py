"""Emoji: what reactions and pins have in common. An emoji has no answer, so nobody is told of trouble."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias, TypeVar

import discord
import structlog

from bot.domain.errors import NotDurableError
from cogs.context import BotContext
from cogs.interaction import UNREACHABLE
from cogs.rights import Capability

T = TypeVar("T")
Place: TypeAlias = discord.TextChannel | discord.Thread

# What was posted can be seen before its id is known here: the call that posts it may return seconds later.
UNSETTLED: Final = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
_OUTAGE: Final = (1.0, 2.0, 5.0, 10.0, 30.0)

_log: Final = structlog.stdlib.get_logger(__name__)


async def durably(bot_context: BotContext, work: Callable[[], Awaitable[T]]) -> T:
    """Nobody sees that an emoji was not heard, so a database out of reach is waited for.

    Raises:
        NotDurableError: it stays out of reach.
    """
    for pause in _OUTAGE:
        try:
            return await work()
        except NotDurableError as error:
            _log.debug("reaction_waits", reason=str(error))
            await bot_context.desk.clock.sleep(pause)
    return await work()


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


async def wipe(channel_id: int, message_id: int, emoji: str, member: discord.Member) -> None:
    """Take away an emoji that looks like an act and is none, where the bot may."""
    channel = member.guild.get_channel_or_thread(channel_id)
    if not isinstance(channel, Place) or not channel.permissions_for(member.guild.me).manage_messages:
        return
    try:
        await channel.get_partial_message(message_id).remove_reaction(emoji, member)
    except UNREACHABLE as error:
        _log.info("reaction_not_removed", message_id=message_id, reason=repr(error))
