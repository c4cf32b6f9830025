"""Incident conduct: the part of ``/incident`` that changes how an incident stands.

Whoever may respond may do all of it, but closing takes who may manage.
"""

from collections.abc import Callable
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.incident import answer as answers
from bot.domain import actor as actors
from bot.domain.incident.duration import Moment
from bot.domain.incident.incident import Incident, Level, Role, State
from bot.usecases.incident import lifecycle as incidents
from bot.usecases.incident.mutation import MAX_TEXT, MAX_TITLE, Shown, Step, perform
from cogs.errand import Errand
from cogs.incident.button import CLOSE, WORK, Said, how_bad, how_it_stands, was_told, when_reminded, who_holds
from cogs.incident.choice import WHICH, locate, suggest_any, suggest_open, suggest_over
from cogs.moment import PAST_HINT, read_past
from cogs.rights import Capability

Click = discord.Interaction[Any]
Text = app_commands.Range[str, 1, MAX_TEXT]

_LEVELS: Final = [app_commands.Choice(name=level.value, value=level.value) for level in Level]
_ROLES: Final = [app_commands.Choice(name=role.value, value=role.value) for role in Role]
_STATES: Final = [app_commands.Choice(name=state.value, value=state.value) for state in State]
_MOMENTS: Final = [app_commands.Choice(name=moment.words, value=moment.value) for moment in Moment]
_STEPS: Final[dict[State, Callable[..., Step]]] = {
    State.OPEN: incidents.reopen,
    State.MITIGATING: incidents.mitigate,
    State.RESOLVED: incidents.resolve,
    State.CLOSED: incidents.close,
}


async def conduct(errand: Errand, incident: str, make: Callable[[int], Step], said: Said) -> None:
    """Do a step to the incident that is meant, and say that it is done."""

    async def work() -> Shown:
        return await perform(errand.door.desk, make(await locate(errand, incident)))

    done = (await errand.patiently(work(), thinking=True)).incident
    await errand.whisper(answers.done(done, said(done)))


class ConductCommands(commands.Cog):
    """How an incident stands; part of ``/incident``."""

    @app_commands.command(description="Say how bad it is")
    @app_commands.describe(severity="P0 is the worst; its alerts set a limit", incident=WHICH)
    @app_commands.choices(severity=_LEVELS)
    @app_commands.autocomplete(incident=suggest_open)
    async def severity(self, interaction: Click, severity: str, incident: str = "") -> None:
        """``/incident severity``."""
        errand = _begin(interaction)
        level = Level(severity)
        await conduct(
            errand,
            incident,
            lambda which: incidents.grade(which, actor=errand.actor, severity=level),
            how_bad,
        )

    @app_commands.command(description="Say how far it is")
    @app_commands.describe(state="Open again, mitigating, resolved, or closed", incident=WHICH)
    @app_commands.choices(state=_STATES)
    @app_commands.autocomplete(incident=suggest_any)
    async def status(self, interaction: Click, state: str, incident: str = "") -> None:
        """``/incident status``."""
        wanted = State(state)
        errand = _begin(interaction, closes=wanted is State.CLOSED)
        await conduct(
            errand, incident, lambda which: _STEPS[wanted](which, actor=errand.actor), how_it_stands
        )

    @app_commands.command(description="Tell everybody how it stands; the next update is due a while later")
    @app_commands.describe(text="What is affected, what is being done", incident=WHICH)
    @app_commands.autocomplete(incident=suggest_open)
    async def update(self, interaction: Click, text: Text, incident: str = "") -> None:
        """``/incident update``."""
        errand = _begin(interaction)
        await conduct(
            errand, incident, lambda which: incidents.tell(which, actor=errand.actor, text=text), was_told
        )

    @app_commands.command(description="It is over")
    @app_commands.describe(note="What it was, what helped", incident=WHICH)
    @app_commands.autocomplete(incident=suggest_open)
    async def resolve(self, interaction: Click, note: Text = "", incident: str = "") -> None:
        """``/incident resolve``."""
        errand = _begin(interaction)
        await conduct(
            errand,
            incident,
            lambda which: incidents.resolve(which, actor=errand.actor, note=note),
            how_it_stands,
        )

    @app_commands.command(description="It was not over, or not mitigated")
    @app_commands.describe(incident=WHICH)
    @app_commands.autocomplete(incident=suggest_any)
    async def reopen(self, interaction: Click, incident: str = "") -> None:
        """``/incident reopen``."""
        errand = _begin(interaction)
        await conduct(
            errand, incident, lambda which: incidents.reopen(which, actor=errand.actor), how_it_stands
        )

    @app_commands.command(description="Its story is told; only what is resolved is closed")
    @app_commands.describe(incident=WHICH)
    @app_commands.autocomplete(incident=suggest_over)
    async def close(self, interaction: Click, incident: str = "") -> None:
        """``/incident close``."""
        errand = _begin(interaction, closes=True)
        await conduct(
            errand, incident, lambda which: incidents.close(which, actor=errand.actor), how_it_stands
        )

    @app_commands.command(description="Call it something else; its thread keeps its name")
    @app_commands.describe(title="What is wrong", incident=WHICH)
    @app_commands.autocomplete(incident=suggest_any)
    async def title(
        self, interaction: Click, title: app_commands.Range[str, 1, MAX_TITLE], incident: str = ""
    ) -> None:
        """``/incident title``."""
        errand = _begin(interaction)
        await conduct(
            errand,
            incident,
            lambda which: incidents.rename(which, actor=errand.actor, title=title),
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
        errand = _begin(interaction)
        which = Role(role)

        def make(incident_id: int) -> Step:
            if to is None:
                return incidents.toggle(incident_id, actor=errand.actor, role=which)
            holder = actors.person(to.id, to.display_name)
            return incidents.assign(incident_id, actor=errand.actor, role=which, holder=holder)

        await conduct(errand, incident, make, who_holds(which))

    @app_commands.command(description="Correct one of its times, for honest durations")
    @app_commands.describe(moment="Which time", at=f"When it was: {PAST_HINT}", incident=WHICH)
    @app_commands.choices(moment=_MOMENTS)
    @app_commands.autocomplete(incident=suggest_any)
    async def times(self, interaction: Click, moment: str, at: str, incident: str = "") -> None:
        """``/incident times``."""
        errand = _begin(interaction)
        which = Moment(moment)
        when = read_past(at, errand.door.desk.clock.now())

        def said(changed: Incident) -> str:
            stands = getattr(changed.times, which.value)
            known = f"{stands:%Y-%m-%d %H:%M:%S} UTC" if stands else "unknown"
            return f"{changed.ref}: {which.words} {known}."

        await conduct(
            errand,
            incident,
            lambda number: incidents.retime(number, actor=errand.actor, moment=which, at=when),
            said,
        )

    @app_commands.command(description="No reminder for a while")
    @app_commands.describe(incident=WHICH)
    @app_commands.autocomplete(incident=suggest_open)
    async def snooze(self, interaction: Click, incident: str = "") -> None:
        """``/incident snooze``."""
        errand = _begin(interaction)
        await conduct(
            errand, incident, lambda which: incidents.snooze(which, actor=errand.actor), when_reminded
        )


def _begin(interaction: Click, *, closes: bool = False) -> Errand:
    errand = Errand.of(interaction)
    if closes:
        errand.demand(Capability.MANAGE, CLOSE)
    else:
        errand.demand(Capability.RESPOND, WORK)
    return errand
