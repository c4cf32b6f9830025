"""``/incident``: everything that can be done to incidents by typing.

In an incident's own thread nobody has to say which one. What changes an incident is in `incident_conduct`,
what belongs to it in `incident_record`, what is promised after it in `incident_action`.
"""

from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.ids import CustomId, Verb
from bot.cards.incident.listing import IncidentScope
from bot.domain.alert.alert import parse_ref as parse_alert
from bot.domain.incident.incident import IncidentLevel
from bot.usecases.incident.mutation import MAX_TEXT, MAX_TITLE
from bot.usecases.triage.open_request import OpenRequest
from cogs.incident import listing as incident_listing
from cogs.incident.action import ActionCommands
from cogs.incident.button import LOOK, show_timeline, tell, write_postmortem
from cogs.incident.choice import WHICH, locate, suggest_any
from cogs.incident.escalation import TASK, ask_about, ask_anew, escalate
from cogs.incident.record import RecordCommands, suggest_alert
from cogs.incident.transition import TransitionCommands
from cogs.interaction import InteractionContext
from cogs.rights import Capability

Click = discord.Interaction[Any]

_SCOPES: Final = [app_commands.Choice(name=scope.value, value=scope.value) for scope in IncidentScope]
_LEVELS: Final = [app_commands.Choice(name=level.value, value=level.value) for level in IncidentLevel]


class IncidentCommands(
    TransitionCommands,
    RecordCommands,
    ActionCommands,
    commands.GroupCog,
    group_name="incident",
    group_description="What people work on together",
):
    """The group; answers are ephemeral, the head and its thread show the change to everybody."""

    @app_commands.command(name="open", description="Open an incident, or have an open one take this in")
    @app_commands.describe(
        alert="Which alert it is about",
        title="What is wrong",
        severity="P0 is the worst; the alert sets a limit",
        note="What is known so far",
        service="What is hurt, when there is no alert",
    )
    @app_commands.choices(severity=_LEVELS)
    @app_commands.autocomplete(alert=suggest_alert)
    async def open_incident(
        self,
        interaction: Click,
        alert: str = "",
        title: app_commands.Range[str, 0, MAX_TITLE] = "",
        severity: str | None = None,
        note: app_commands.Range[str, 0, MAX_TEXT] = "",
        service: app_commands.Range[str, 0, MAX_TITLE] = "",
    ) -> None:
        """``/incident open``; what says too little opens the form."""
        context = InteractionContext.of(interaction)
        context.demand(Capability.RESPOND, TASK)
        alert_id = parse_alert(alert) if alert else None
        if alert_id is None and not title:
            await ask_anew(context)
        elif alert_id is not None and not (title or severity or note):
            await ask_about(context, alert_id)
        else:
            wish = OpenRequest(
                alert_id=alert_id,
                title=title,
                severity=IncidentLevel(severity) if severity else None,
                note=note,
                service=service,
                lenient=True,
            )
            await escalate(context, wish)

    @app_commands.command(name="list", description="Incidents that are open, or others")
    @app_commands.describe(state="Which states; open ones if nothing is said")
    @app_commands.choices(state=_SCOPES)
    async def list_incidents(self, interaction: Click, state: str = IncidentScope.OPEN.value) -> None:
        """``/incident list``."""
        await incident_listing.show(InteractionContext.of(interaction), IncidentScope(state))

    @app_commands.command(description="How an incident stands, with its buttons")
    @app_commands.describe(incident=WHICH)
    @app_commands.autocomplete(incident=suggest_any)
    async def show(self, interaction: Click, incident: str = "") -> None:
        """``/incident show``."""
        context = _look(interaction)
        await tell(context, await context.defer_if_slow(locate(context, incident), thinking=True))

    @app_commands.command(description="What happened, a page at a time")
    @app_commands.describe(incident=WHICH)
    @app_commands.autocomplete(incident=suggest_any)
    async def timeline(self, interaction: Click, incident: str = "") -> None:
        """``/incident timeline``."""
        context = _look(interaction)
        which = str(await context.defer_if_slow(locate(context, incident), thinking=True))
        await show_timeline(context, CustomId(Verb.INCIDENT_TIMELINE, context.bot_context.tag, which))

    @app_commands.command(description="A draft of the post-mortem, as a Markdown file")
    @app_commands.describe(incident=WHICH)
    @app_commands.autocomplete(incident=suggest_any)
    async def postmortem(self, interaction: Click, incident: str = "") -> None:
        """``/incident postmortem``."""
        context = _look(interaction)
        await write_postmortem(context, await context.defer_if_slow(locate(context, incident), thinking=True))


def _look(interaction: Click) -> InteractionContext:
    context = InteractionContext.of(interaction)
    context.demand(Capability.VIEW, LOOK)
    return context
