"""``/triage``: a brief on an alert, for its incident's thread or for whoever asks."""

from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards import triage as triage_card
from bot.cards.alert.alert import find_marker
from bot.cards.triage import BriefView
from bot.domain.alert.alert import parse_ref
from bot.domain.alert.search import AlertFilter
from bot.domain.errors import InvalidInputError
from bot.domain.outbox.kind import TRAITS
from bot.domain.recurrence.recurrence import format_ref
from bot.domain.sight import Subject, SubjectRef
from bot.usecases.outbox import card as outbox
from bot.usecases.triage import triage
from bot.usecases.triage.triage import TriageOutcome
from cogs.alert.suggestion import suggest
from cogs.interaction import InteractionContext
from cogs.recurrence.button import add_picture
from cogs.rights import Capability

TASK: Final = "ask for briefs"

Click = discord.Interaction[Any]


class TriageCommand(commands.Cog):
    """One command."""

    @app_commands.command(
        name="triage", description="What is known of an alert: what fired with it, what helped"
    )
    @app_commands.describe(alert="Which alert: pick one, or type A-1042")
    async def triage(self, interaction: Click, alert: str) -> None:
        """``/triage``."""
        await brief(InteractionContext.of(interaction), parse_ref(alert))

    @triage.autocomplete("alert")
    async def _suggest(self, interaction: Click, typed: str) -> list[app_commands.Choice[str]]:
        return await suggest(interaction, typed, AlertFilter())


async def brief(context: InteractionContext, alert_id: int) -> None:
    """Everybody is told in the thread of the alert's open incident; without one, who asked."""
    context.demand(Capability.RESPOND, TASK)
    await context.admit(SubjectRef(Subject.ALERT, alert_id))
    desk = context.bot_context.desk
    asked = await context.defer_if_slow(triage.ask(desk, alert_id, actor=context.actor), thinking=True)
    ref = asked.alert.ref
    if asked.brief is not None:
        view = BriefView(brief=asked.brief, tag=context.bot_context.tag)
        await context.reply_ephemeral(triage_card.render(view))
        await add_picture(context.interaction, view.chart, format_ref(asked.alert.recurrence_id))
    elif asked.outcome is TriageOutcome.POSTED:
        await context.reply_ephemeral(triage_card.say_posted(ref, asked.mention))
    else:
        rest = desk.rules.triage.cooldown
        await context.reply_ephemeral(triage_card.say_noted(ref, asked.mention, rest, asked.jump_url))


@app_commands.context_menu(name="Brief me on this alert")
async def brief_message(interaction: Click, message: discord.Message) -> None:
    """A right-click on a card."""
    context = InteractionContext.of(interaction)
    context.demand(Capability.RESPOND, TASK)
    place = await context.defer_if_slow(outbox.showing(context.bot_context.desk, message.id), thinking=True)
    if place is not None and TRAITS[place.kind].about is Subject.ALERT:
        await brief(context, place.subject_id)
        return
    marker = find_marker({"embeds": [embed.to_dict() for embed in message.embeds]})
    if marker is None or message.author != interaction.client.user or not context.enter_tagged(marker[0]):
        raise InvalidInputError("message", "this is no card of an alert on this desk")
    await brief(context, marker[1])
