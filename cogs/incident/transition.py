"""Incident transitions: the part of ``/incident`` that changes how an incident stands.

Whoever may respond may do all of it, but closing takes who may manage.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.incident import answer as answers
from bot.cards.incident.form import ask_resolve
from bot.domain.alert.signal import Severity
from bot.domain.incident.duration import Moment
from bot.domain.incident.incident import Incident, IncidentLevel, IncidentState, Role
from bot.domain.zone import words
from bot.usecases.incident import end, timeline
from bot.usecases.incident import lifecycle as incidents
from bot.usecases.incident.mutation import MAX_TEXT, MAX_TITLE, IncidentMutation, Shown, perform
from cogs.incident.button import CLOSE, WORK, Said, how_bad, how_it_stands, was_told, when_reminded, who_holds
from cogs.incident.choice import WHICH, locate, suggest_any, suggest_open, suggest_over
from cogs.interaction import InteractionContext
from cogs.rights import Capability, responder
from cogs.time_input import PAST_HINT, read_past

Click = discord.Interaction[Any]
Text = app_commands.Range[str, 1, MAX_TEXT]

_LEVELS: Final = [app_commands.Choice(name=level.value, value=level.value) for level in IncidentLevel]
_ROLES: Final = [app_commands.Choice(name=role.value, value=role.value) for role in Role]
_STATES: Final = [app_commands.Choice(name=state.value, value=state.value) for state in IncidentState]
_MOMENTS: Final = [app_commands.Choice(name=moment.words, value=moment.value) for moment in Moment]
_STEPS: Final[dict[IncidentState, Callable[..., IncidentMutation]]] = {
    IncidentState.OPEN: incidents.reopen,
    IncidentState.MITIGATING: incidents.mitigate,
    IncidentState.RESOLVED: incidents.resolve,
    IncidentState.CLOSED: incidents.close,
}


async def change(
    context: InteractionContext, incident: str, make: Callable[[int], IncidentMutation], said: Said
) -> None:
    """Do a step to the incident that is meant, and say that it is done."""

    async def change_incident() -> Shown:
        return await perform(context.bot_context.desk, make(await locate(context, incident)))

    done = (await context.defer_if_slow(change_incident(), thinking=True)).incident
    await context.reply_ephemeral(answers.done(done, said(done)))


class TransitionCommands(commands.Cog):
    """How an incident stands; part of ``/incident``."""

    @app_commands.command(description="Say how bad it is")
    @app_commands.describe(severity="P0 is the worst; its alerts set a limit", incident=WHICH)
    @app_commands.choices(severity=_LEVELS)
    @app_commands.autocomplete(incident=suggest_open)
    async def severity(self, interaction: Click, severity: str, incident: str = "") -> None:
        """``/incident severity``."""
        context = _begin(interaction)
        level = IncidentLevel(severity)
        await change(
            context,
            incident,
            lambda which: incidents.grade(which, actor=context.actor, severity=level),
            how_bad(level),
        )

    @app_commands.command(description="Say how far it is")
    @app_commands.describe(state="Open again, mitigating, resolved, or closed", incident=WHICH)
    @app_commands.choices(state=_STATES)
    @app_commands.autocomplete(incident=suggest_any)
    async def status(self, interaction: Click, state: str, incident: str = "") -> None:
        """``/incident status``."""
        wanted = IncidentState(state)
        context = _begin(interaction, closes=wanted is IncidentState.CLOSED)
        if wanted is IncidentState.RESOLVED:
            await _resolve(context, incident)
            return
        await change(
            context, incident, lambda which: _STEPS[wanted](which, actor=context.actor), how_it_stands
        )

    @app_commands.command(description="Tell everybody how it stands; the next update is due a while later")
    @app_commands.describe(text="What is affected, what is being done", incident=WHICH)
    @app_commands.autocomplete(incident=suggest_open)
    async def update(self, interaction: Click, text: Text, incident: str = "") -> None:
        """``/incident update``."""
        context = _begin(interaction)
        await change(
            context, incident, lambda which: incidents.tell(which, actor=context.actor, text=text), was_told
        )

    @app_commands.command(description="It is over")
    @app_commands.describe(note="What it was, what helped", incident=WHICH)
    @app_commands.autocomplete(incident=suggest_open)
    async def resolve(self, interaction: Click, note: Text = "", incident: str = "") -> None:
        """``/incident resolve``."""
        context = _begin(interaction)
        await _resolve(context, incident, note)

    @app_commands.command(description="It was not over, or not mitigated")
    @app_commands.describe(incident=WHICH)
    @app_commands.autocomplete(incident=suggest_any)
    async def reopen(self, interaction: Click, incident: str = "") -> None:
        """``/incident reopen``."""
        context = _begin(interaction)
        await change(
            context, incident, lambda which: incidents.reopen(which, actor=context.actor), how_it_stands
        )

    @app_commands.command(description="Its story is told; only what is resolved is closed")
    @app_commands.describe(incident=WHICH)
    @app_commands.autocomplete(incident=suggest_over)
    async def close(self, interaction: Click, incident: str = "") -> None:
        """``/incident close``."""
        context = _begin(interaction, closes=True)
        await change(
            context, incident, lambda which: incidents.close(which, actor=context.actor), how_it_stands
        )

    @app_commands.command(description="Call it something else; its thread keeps its name")
    @app_commands.describe(title="What is wrong", incident=WHICH)
    @app_commands.autocomplete(incident=suggest_any)
    async def title(
        self, interaction: Click, title: app_commands.Range[str, 1, MAX_TITLE], incident: str = ""
    ) -> None:
        """``/incident title``."""
        context = _begin(interaction)
        await change(
            context,
            incident,
            lambda which: incidents.rename(which, actor=context.actor, title=title),
            how_it_stands,
        )

    @app_commands.command(description="Take a role, lay yours down, or give it to somebody")
    @app_commands.describe(role="Which role", to="Who gets it; yourself if nobody is named", incident=WHICH)
    @app_commands.choices(role=_ROLES)
    @app_commands.autocomplete(incident=suggest_open)
    async def role(
        self, interaction: Click, role: str, to: discord.Member | None = None, incident: str = ""
    ) -> None:
        """``/incident role``."""
        context = _begin(interaction)
        which = Role(role)

        def make(incident_id: int) -> IncidentMutation:
            if to is None:
                return incidents.toggle(incident_id, actor=context.actor, role=which)
            holder = responder(context.bot_context.rights, to, "to")
            return incidents.assign(incident_id, actor=context.actor, role=which, holder=holder)

        await change(context, incident, make, who_holds(which))

    @app_commands.command(description="Correct one of its times, for honest durations")
    @app_commands.describe(moment="Which time", at=f"When it was: {PAST_HINT}", incident=WHICH)
    @app_commands.choices(moment=_MOMENTS)
    @app_commands.autocomplete(incident=suggest_any)
    async def times(self, interaction: Click, moment: str, at: str, incident: str = "") -> None:
        """``/incident times``."""
        context = _begin(interaction)
        which = Moment(moment)
        zone = await context.zone()
        when = read_past(at, context.bot_context.desk.clock.now(), zone)

        def said(changed: Incident) -> str:
            stands = getattr(changed.times, which.value)
            known = words(stands, zone) if stands else "unknown"
            return f"{changed.ref}: {which.words} {known}."

        await change(
            context,
            incident,
            lambda number: incidents.retime(number, actor=context.actor, moment=which, at=when),
            said,
        )

    @app_commands.command(description="No reminder for a while")
    @app_commands.describe(incident=WHICH)
    @app_commands.autocomplete(incident=suggest_open)
    async def snooze(self, interaction: Click, incident: str = "") -> None:
        """``/incident snooze``."""
        context = _begin(interaction)
        await change(
            context, incident, lambda which: incidents.snooze(which, actor=context.actor), when_reminded
        )


async def _resolve(context: InteractionContext, incident: str, note: str = "") -> None:
    """Resolve it, or ask like the button what is meant by that while alerts of it are open.

    The note, which no button carries, stands in the timeline at once.
    """
    desk = context.bot_context.desk

    async def look() -> tuple[Incident | None, Mapping[Severity, int]]:
        return await end.open_under(desk, await locate(context, incident))

    found, counts = await context.defer_if_slow(look(), thinking=True)
    if found is None or not found.state.open or not counts:
        await change(
            context,
            incident,
            lambda which: incidents.resolve(which, actor=context.actor, note=note),
            how_it_stands,
        )
        return
    if note:
        noting = timeline.note(desk, found.id, actor=context.actor, text=note)
        await context.defer_if_slow(noting, thinking=True)
    await context.question(ask_resolve(found, context.bot_context.tag, counts, noted=bool(note)))


def _begin(interaction: Click, *, closes: bool = False) -> InteractionContext:
    context = InteractionContext.of(interaction)
    if closes:
        context.demand(Capability.MANAGE, CLOSE)
    else:
        context.demand(Capability.RESPOND, WORK)
    return context
