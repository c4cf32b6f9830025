"""Incident record: the part of ``/incident`` about what belongs to one: its timeline's words and its alerts.

Whoever may respond may write, correct, link and unlink. To withdraw words and to merge incidents takes who
may manage, for that takes something away from everybody.
"""

from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards import answer
from bot.cards.incident import answer as answers
from bot.domain.alert.search import OPEN_ALERTS
from bot.domain.errors import InvalidInputError
from bot.domain.incident.incident import Incident, parse_ref
from bot.domain.incident.timeline import TimelineEntry
from bot.domain.zone import words
from bot.usecases.incident import membership, timeline
from bot.usecases.incident import query as incident_inspection
from bot.usecases.incident.mutation import MAX_TEXT, Shown
from cogs.alert.several import act_on_each
from cogs.alert.suggestion import suggest
from cogs.incident.button import WORK
from cogs.incident.choice import (
    WHICH,
    locate,
    parse_line,
    suggest_any,
    suggest_line,
    suggest_member,
    suggest_mergeable,
    suggest_open,
)
from cogs.interaction import InteractionContext
from cogs.rights import Capability
from cogs.time_input import PAST_HINT, read_past

Click = discord.Interaction[Any]
Choices = list[app_commands.Choice[str]]
Text = app_commands.Range[str, 1, MAX_TEXT]

WITHDRAW: Final = "withdraw words from a timeline"
MERGE: Final = "merge incidents"
_ENTRY: Final = "Which entry: pick one, or type E12 as the timeline shows it"
_ALERTS: Final = "Which: pick one, or type A-2,A-3, or paste links of cards"


async def suggest_alert(interaction: Click, typed: str) -> Choices:
    """Open alerts."""
    return await suggest(interaction, typed, OPEN_ALERTS)


class RecordCommands(commands.Cog):
    """What belongs to an incident; part of ``/incident``."""

    @app_commands.command(description="Write a line into the timeline")
    @app_commands.describe(
        text="What happened, what you found", at=f"When, if not now: {PAST_HINT}", incident=WHICH
    )
    @app_commands.autocomplete(incident=suggest_any)
    async def note(self, interaction: Click, text: Text, at: str = "now", incident: str = "") -> None:
        """``/incident note``."""
        context = _begin(interaction)
        desk = context.bot_context.desk
        zone = await context.zone()
        when = read_past(at, desk.clock.now(), zone)

        async def note_once() -> Incident:
            incident_id = await locate(context, incident)
            await timeline.note(desk, incident_id, actor=context.actor, text=text, at=when)
            return (await incident_inspection.find(desk, incident_id)).incident

        noted = await context.defer_if_slow(note_once(), thinking=True)
        await context.reply_ephemeral(
            answers.done(noted, f"Your note stands in the timeline of {noted.ref}.")
        )

    @app_commands.command(description="Correct what people wrote into the timeline; that shows")
    @app_commands.describe(
        entry=_ENTRY, text="What it should read", at=f"When it was: {PAST_HINT}", incident=WHICH
    )
    @app_commands.autocomplete(entry=suggest_line, incident=suggest_any)
    async def correct(
        self, interaction: Click, entry: str, text: Text = "", at: str = "", incident: str = ""
    ) -> None:
        """``/incident correct``."""
        context = _begin(interaction)
        desk, entry_id = context.bot_context.desk, parse_line(entry)
        zone = await context.zone()
        when = read_past(at, desk.clock.now(), zone) if at else None
        if at and when is None:
            raise InvalidInputError("at", "an entry has to have a time")

        async def correct_incident() -> TimelineEntry:
            incident_id = await locate(context, incident)
            return await timeline.correct(
                desk, incident_id, entry_id, actor=context.actor, text=text or None, at=when
            )

        fixed = await context.defer_if_slow(correct_incident(), thinking=True)
        said = f"E{entry_id} reads now, at {words(fixed.draft.at, zone)}: {fixed.draft.text}"
        await context.reply_ephemeral(answer.done(said))

    @app_commands.command(description="Take back what people wrote; that there was something stays visible")
    @app_commands.describe(entry=_ENTRY, incident=WHICH)
    @app_commands.autocomplete(entry=suggest_line, incident=suggest_any)
    async def withdraw(self, interaction: Click, entry: str, incident: str = "") -> None:
        """``/incident withdraw``."""
        context = InteractionContext.of(interaction)
        context.demand(Capability.MANAGE, WITHDRAW)
        entry_id = parse_line(entry)

        async def withdraw_incident() -> None:
            incident_id = await locate(context, incident)
            await timeline.withdraw(context.bot_context.desk, incident_id, entry_id, actor=context.actor)

        await context.defer_if_slow(withdraw_incident(), thinking=True)
        await context.reply_ephemeral(answer.done(f"E{entry_id} was withdrawn; the timeline says so."))

    @app_commands.command(description="Alerts belong to it")
    @app_commands.describe(alert=_ALERTS, incident=WHICH)
    @app_commands.autocomplete(alert=suggest_alert, incident=suggest_mergeable)
    async def link(self, interaction: Click, alert: str, incident: str = "") -> None:
        """``/incident link``."""
        context = _begin(interaction)
        incidents: list[Incident] = []

        async def do(alert_id: int) -> str:
            incident_id = await locate(context, incident)
            desk = context.bot_context.desk
            shown = await membership.link(desk, incident_id, alert_id, actor=context.actor)
            incidents.append(shown.incident)
            return f"A-{alert_id} is part of {shown.incident.ref} now."

        await act_on_each(context, alert, do, "linked", lambda words: answers.done(incidents[-1], words))

    @app_commands.command(description="Alerts do not belong to it after all")
    @app_commands.describe(alert=_ALERTS, incident=WHICH)
    @app_commands.autocomplete(alert=suggest_member, incident=suggest_any)
    async def unlink(self, interaction: Click, alert: str, incident: str = "") -> None:
        """``/incident unlink``."""
        context = _begin(interaction)
        incidents: list[Incident] = []

        async def do(alert_id: int) -> str:
            incident_id = await locate(context, incident)
            desk = context.bot_context.desk
            shown = await membership.unlink(desk, incident_id, alert_id, actor=context.actor)
            incidents.append(shown.incident)
            return f"A-{alert_id} is not part of {shown.incident.ref} any more."

        await act_on_each(context, alert, do, "unlinked", lambda words: answers.done(incidents[-1], words))

    @app_commands.command(description="Close an incident in favour of another, which speaks for both")
    @app_commands.describe(into="Which one goes on", incident=f"Which one ends. {WHICH}")
    @app_commands.autocomplete(into=suggest_mergeable, incident=suggest_open)
    async def merge(self, interaction: Click, into: str, incident: str = "") -> None:
        """``/incident merge``."""
        context = InteractionContext.of(interaction)
        context.demand(Capability.MANAGE, MERGE)
        into_id = parse_ref(into)

        async def merge_incident() -> tuple[int, Shown]:
            incident_id = await locate(context, incident)
            return incident_id, await membership.merge(
                context.bot_context.desk, incident_id, into_id, actor=context.actor
            )

        merged_id, shown = await context.defer_if_slow(merge_incident(), thinking=True)
        said = f"I-{merged_id} went into {shown.incident.ref}: {shown.incident.title}"
        await context.reply_ephemeral(answers.done(shown.incident, said))


def _begin(interaction: Click) -> InteractionContext:
    context = InteractionContext.of(interaction)
    context.demand(Capability.RESPOND, WORK)
    return context
