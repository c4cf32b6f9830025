"""Announcement: a hand-over where everybody sees it, which rings whoever got the work."""

from typing import Final

import discord
import msgspec
import structlog

from bot.cards import answer
from bot.cards.card import Card
from cogs.interaction import UNREACHABLE, InteractionContext
from cogs.message import NOBODY, looks

_log: Final = structlog.stdlib.get_logger(__name__)


async def announce(
    context: InteractionContext, shown: Card, to: discord.Member | None, *, post: bool
) -> None:
    """Show it to everybody here where that is asked for, or where somebody else got it and has to hear of it.

    Who does not see the channel cannot be rung in it; who handed over is told so.
    """
    taker = to if to is not None and to.id != context.interaction.user.id else None
    if taker is None and not post:
        return
    if taker is not None and not _hears(context.interaction.channel, taker):
        said = f"<@{taker.id}> does not see this channel, so nobody was rung: tell them yourself"
        await context.reply_ephemeral(answer.done(said))
        return
    wakes = NOBODY if taker is None else discord.AllowedMentions(users=[taker], everyone=False, roles=False)
    drawn = looks(shown) if taker is None else looks(msgspec.structs.replace(shown, content=""))
    drawn["allowed_mentions"] = wakes
    content = "" if taker is None else f"<@{taker.id}> is given this:"
    try:
        await context.interaction.followup.send(content, **drawn)
    except UNREACHABLE as error:
        _log.warning("handover_unheard", reason=repr(error))
        await context.reply_ephemeral(answer.done("It is handed over, but could not be shown here"))


def _hears(channel: object, member: discord.Member) -> bool:
    if isinstance(channel, discord.Thread):
        channel = channel.parent
    return isinstance(channel, discord.abc.GuildChannel) and channel.permissions_for(member).view_channel
