"""``/silence``: let some alerts wake nobody for a while, see what is silenced, and end it."""

from datetime import timedelta
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards import answer
from bot.cards.silence import silence as silence_card
from bot.domain.errors import InvalidInputError, TocsinError
from bot.domain.silence.matcher import parse_matchers
from bot.domain.silence.silence import MAX_COMMENT, Silence
from bot.usecases.silence import silence as silences
from bot.usecases.silence.silence import Wish
from cogs.context import BotContext
from cogs.interaction import InteractionContext
from cogs.rights import Capability
from cogs.time_input import read_due

TASK: Final = "silence alerts"
LONGEST: Final = timedelta(days=365)
_MOST_TYPED: Final = 400
_CHOICES: Final = 25

Click = discord.Interaction[Any]
Choices = list[app_commands.Choice[str]]
Comment = app_commands.Range[str, 0, MAX_COMMENT]
Matchers = app_commands.Range[str, 1, _MOST_TYPED]


class SilenceCommands(
    commands.GroupCog, group_name="silence", group_description="Let some alerts wake nobody for a while"
):
    """The group; every answer is ephemeral, cards show the change to everybody."""

    def __init__(self, bot_context: BotContext) -> None:
        self._bot_context = bot_context

    @app_commands.command(description="Let the alerts that fit wake nobody for a while")
    @app_commands.describe(
        matchers='Which alerts: alertname="HighErrorRate", service=~"cart|shop"',
        until="For how long or until when: 2 h, tomorrow 9:00, 2026-03-31 14:05",
        comment="Why; it stands in the list",
    )
    async def add(self, interaction: Click, matchers: Matchers, until: str, comment: Comment = "") -> None:
        """``/silence add``."""
        context = InteractionContext.of(interaction)
        context.demand(Capability.RESPOND, TASK)
        desk = context.bot_context.desk
        now = desk.clock.now()
        ends_at = read_due(until, now, await context.zone(), field="until")
        if ends_at is None or ends_at - now > LONGEST:
            raise InvalidInputError("until", f"a silence lasts at most {LONGEST.days} days")
        wish = Wish(
            matchers=parse_matchers(matchers),
            starts_at=now,
            ends_at=ends_at,
            comment=comment,
            created_by=context.actor.name,
        )
        work = silences.put(desk, wish, actor=context.actor)
        made = await context.defer_if_slow(work, thinking=True)
        await context.reply_ephemeral(answer.done(_made(made)))

    @app_commands.command(name="list", description="What is silenced, until when and by whom")
    async def list_silences(self, interaction: Click) -> None:
        """``/silence list``."""
        context = InteractionContext.of(interaction)
        context.demand(Capability.VIEW, "look at silences")
        desk = context.bot_context.desk
        found = await context.defer_if_slow(silences.lasting(desk), thinking=True)
        await context.reply_ephemeral(silence_card.render(found, desk.clock.now()))

    @app_commands.command(description="End a silence; what still fires calls again")
    @app_commands.describe(silence="Which silence: pick one, or type S-4")
    async def expire(self, interaction: Click, silence: str) -> None:
        """``/silence expire``."""
        context = InteractionContext.of(interaction)
        context.demand(Capability.RESPOND, TASK)
        work = silences.expire(context.bot_context.desk, silence.strip(), actor=context.actor)
        ended = await context.defer_if_slow(work, thinking=True)
        said = f"{ended.ref} is over: {silence_card.matchers(ended)}"
        await context.reply_ephemeral(answer.done(said))

    @expire.autocomplete("silence")
    async def _suggest(self, interaction: Click, typed: str) -> Choices:
        context = InteractionContext.of(interaction)
        try:
            context.demand(Capability.RESPOND, TASK)
            found = await context.within_deadline(silences.lasting(context.bot_context.desk))
        except TocsinError:
            return []
        wanted = typed.strip().lower()
        labels = [(silence_card.label(each), each.ref) for each in found]
        fitting = [(name, ref) for name, ref in labels if wanted in name.lower()]
        return [app_commands.Choice(name=name, value=ref) for name, ref in fitting[:_CHOICES]]


def _made(silence: Silence) -> str:
    until = f"<t:{int(silence.ends_at.timestamp())}:f>"
    return f"{silence.ref}: {silence_card.matchers(silence)} wakes nobody until {until}"
