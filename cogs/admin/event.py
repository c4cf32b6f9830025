"""``/event``: what senders sent, for whoever looks after the desk."""

from datetime import timedelta
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.admin import event as event_card
from bot.cards.admin.event import CoverageRow, EventRow, EventSheet
from bot.domain.alert.alert import format_ref, parse_ref
from bot.domain.alert.ref import correlation
from bot.domain.errors import InvalidInputError
from bot.domain.incident.incident import format_ref as format_incident
from bot.domain.sight import Subject, SubjectRef
from bot.domain.snowflake import is_snowflake
from bot.usecases.admin import event as events
from bot.usecases.admin import event_list
from bot.usecases.admin.event import EventDossier
from bot.usecases.admin.event_list import EventLine
from cogs.context import BotContext
from cogs.interaction import InteractionContext
from cogs.reference import spelled
from cogs.rights import Capability

_TASK = "look into events"
_LOOKED_AT = 100  # events, of which those are shown that one may see

Click = discord.Interaction[Any]


class EventCommands(commands.GroupCog, group_name="event", group_description="See what senders sent"):
    """The group; every answer is seen by who asked alone."""

    def __init__(self, bot_context: BotContext) -> None:
        self._bot_context = bot_context

    @app_commands.command(description="The last events that came in")
    @app_commands.describe(provider="Only of providers whose name begins so")
    async def recent(self, interaction: Click, provider: app_commands.Range[str, 0, 40] = "") -> None:
        """``/event recent``."""
        context = _begin(interaction)
        work = event_list.recent(context.bot_context.desk, prefix=provider.strip(), limit=_LOOKED_AT)
        found = await context.defer_if_slow(work, thinking=True)
        lines = [line for line in found if await context.hidden([_about(line)]) is None]
        rows = [
            EventRow(
                id=line.listed.event.id,
                at=line.listed.event.received_at,
                source=line.listed.source,
                verdict=line.listed.event.verdict,
                preview=line.listed.event.reason or line.listed.event.preview,
                ref=format_ref(line.listed.event.alert_id) if line.listed.event.alert_id else "",
                redacted=line.redacted,
                refs=tuple(dict.fromkeys(ref.kind for ref in line.refs)),
            )
            for line in lines[: event_card.LINES]
        ]
        await context.reply_ephemeral(event_card.recent(rows))

    @app_commands.command(description="All about one event, or the last one of an alert")
    @app_commands.describe(which="The number of an event, an alert such as A-1042, or its card's link")
    async def dossier(self, interaction: Click, which: app_commands.Range[str, 1, 120]) -> None:
        """``/event dossier``."""
        context = _begin(interaction)
        asked, desk = await spelled(context, which, Subject.ALERT), context.bot_context.desk
        if is_snowflake(asked):
            work = events.find(desk, int(asked))
        elif asked[:1] in "aA#":
            work = events.find_of_alert(desk, parse_ref(asked))
        else:
            raise InvalidInputError("which", "give the number of an event, or an alert such as A-1042")
        found = await context.defer_if_slow(work, thinking=True)
        await context.admit(
            SubjectRef(Subject.ALERT, found.alert.id)
            if found.alert
            else SubjectRef(Subject.SOURCE, found.source_name)
        )
        await context.reply_ephemeral(event_card.dossier(_sheet(found)))

    @app_commands.command(description="How well each provider tells where its alerts come from")
    @app_commands.describe(days="How far back to look")
    async def coverage(self, interaction: Click, days: app_commands.Range[int, 1, 90] = 7) -> None:
        """``/event coverage``."""
        context = _begin(interaction)
        work = event_list.coverage(context.bot_context.desk, window=timedelta(days=days))
        found = await context.defer_if_slow(work, thinking=True)
        rows = [
            CoverageRow(
                provider=provider,
                total=each.total,
                duplicates=each.duplicates,
                redacted=each.redacted,
                missing_refs=each.missing_refs,
                refs=each.refs,
                latest=each.latest,
            )
            for provider, each in found.items()
        ]
        await context.reply_ephemeral(event_card.coverage(rows, f"{days} days"))


def _begin(interaction: Click) -> InteractionContext:
    context = InteractionContext.of(interaction)
    context.demand(Capability.MANAGE, _TASK)
    return context


def _about(line: EventLine) -> SubjectRef:
    """Where an event is shown: with its alert, else where its source speaks."""
    if line.listed.event.alert_id:
        return SubjectRef(Subject.ALERT, line.listed.event.alert_id)
    return SubjectRef(Subject.SOURCE, line.listed.source)


def _sheet(found: EventDossier) -> EventSheet:
    event, envelope = found.event, found.envelope
    logs = correlation(found.refs)
    kept = "" if envelope is None else f"{envelope.original_length} bytes, SHA-256 {envelope.original_sha256}"
    taken = "" if envelope is None else f"{envelope.redactions}, by rules {envelope.rules_version}"
    return EventSheet(
        id=event.id,
        at=event.received_at,
        source=found.source_name,
        stage=found.stage,
        facts=(
            ("What became of it", f"{event.verdict.replace('_', ' ')} {event.reason}".strip()),
            ("Alert", "" if found.alert is None else f"{found.alert.ref}, {found.alert.state}"),
            ("Incident", "" if found.incident_id is None else format_incident(found.incident_id)),
            ("Runs", ", ".join(f"{run.agent} {run.state}" for run in found.runs[:5])),
            ("In logs", ", ".join(f"{kind} {ident}" for kind, ident in logs.items())),
            ("Request", kept),
            ("Taken out", taken),
        ),
        links=tuple((ref.kind, ref.url) for ref in found.refs if ref.url),
        body="" if envelope is None else envelope.body,
    )
