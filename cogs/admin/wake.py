"""Whom alerts wake: choosing roles in ``/setup``, and ringing one as proof."""

from typing import Final

import discord

from bot.cards import answer
from bot.cards.admin import wake as wake_card
from bot.cards.admin.setup import SetupDraft
from bot.cards.admin.wake import AGAIN, CONFIGURED, PICK, RING, WakeView
from bot.cards.card import Card, Ping
from bot.cards.ids import CustomId
from bot.domain.alert.signal import Severity
from bot.domain.errors import ConflictError
from bot.domain.snowflake import is_snowflake
from bot.usecases.admin import setting
from cogs.interaction import InteractionContext
from cogs.message import read_values

_EVERYONE: Final = "@everyone is set under [ping] in the configuration; choose a role here."


async def press(context: InteractionContext, which: CustomId) -> None:
    """A button or select about whom alerts wake."""
    draft = SetupDraft.decode(which.extra)
    if which.subject in PICK:
        await _choose(context, PICK[which.subject])
        await context.update_message(_page(context, draft))
    elif which.subject in AGAIN:
        await _choose_again(context, AGAIN[which.subject])
        await context.update_message(_page(context, draft))
    elif which.subject == RING:
        await _ring(context, draft)
    else:
        await context.reply_ephemeral(_page(context, draft))


def view_of(context: InteractionContext) -> WakeView:
    """What was chosen here, and what the configuration says."""
    desk, options = context.bot_context.desk, context.bot_context.options
    return WakeView(
        chosen=setting.chosen_pings(desk.project.settings),
        configured=options.ping_words,
        again={
            Severity.CRITICAL: desk.project.settings.critical_repeats,
            Severity.WARNING: desk.project.settings.warning_repeats,
        },
        repeats={severity: desk.repeats(severity) for severity in PICK.values()},
    )


async def _choose(context: InteractionContext, severity: Severity) -> None:
    picked = tuple(int(each) for each in read_values(context.interaction) if is_snowflake(each))
    if context.member.guild.id in picked:
        raise ConflictError(_EVERYONE)
    work = setting.choose_pings(context.bot_context.desk, severity, picked, actor=context.actor)
    await context.defer_if_slow(work, thinking=False)


async def _choose_again(context: InteractionContext, severity: Severity) -> None:
    picked = next(iter(read_values(context.interaction)), CONFIGURED)
    choice = "" if picked == CONFIGURED else picked
    work = setting.choose_repeats(context.bot_context.desk, severity, choice, actor=context.actor)
    await context.defer_if_slow(work, thinking=False)


async def _ring(context: InteractionContext, draft: SetupDraft) -> None:
    """Call the people of a critical, in the channel where it would stand."""
    guild = context.member.guild
    channel_id = context.bot_context.desk.default_channel_id or draft.channel_id
    channel = guild.get_channel(channel_id)
    if not isinstance(channel, discord.TextChannel):
        raise ConflictError("Choose the channel for alerts first.")
    chosen = view_of(context).chosen.get(Severity.CRITICAL, ())
    configured = context.bot_context.options.resolve_ping
    ping = (
        Ping(roles=tuple(chosen))
        if chosen
        else configured(Severity.CRITICAL, channel_id, context.bot_context.desk.project.id)
    )
    if not ping:
        raise ConflictError("Nobody can be rung: is the role still there?")
    silent = [role for role in map(guild.get_role, ping.roles) if role is not None and not role.mentionable]
    if silent and not channel.permissions_for(guild.me).mention_everyone:
        raise ConflictError(f"The role {silent[0].name} cannot be pinged: allow anyone to @mention it.")
    try:
        await context.defer_if_slow(_send(channel, wake_card.proof(ping)), thinking=True)
    except discord.Forbidden as error:
        raise ConflictError(f"The bot may not post in <#{channel_id}>.") from error
    await context.reply_ephemeral(answer.done(f"Rung in <#{channel_id}>. Did your phone tell you?"))


async def _send(channel: discord.TextChannel, card: Card) -> None:
    """Send the one message of a cog that wakes people: whoever manages the desk asked for it."""
    roles = [discord.Object(role_id) for role_id in card.ping.roles]
    allowed = discord.AllowedMentions(everyone=card.ping.everyone, users=False, roles=roles)
    await channel.send(card.content, allowed_mentions=allowed)


def _page(context: InteractionContext, draft: SetupDraft) -> Card:
    return wake_card.wake_page(view_of(context), draft, context.bot_context.tag)
