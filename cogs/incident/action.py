"""Incident action: ``/incident action``, what is promised after an incident, and the button *Done*.

Whoever may respond may promise, do and hand on; to look takes who may view.
"""

from types import MappingProxyType
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands
from msgspec import UNSET

from bot.cards import answer
from bot.cards.ids import CustomId, Verb
from bot.cards.incident import nudge as nudge_cards
from bot.cards.incident.listing import render_actions
from bot.domain import actor as actors
from bot.domain.errors import InvalidInputError
from bot.domain.incident.action import Action, parse_ref
from bot.domain.incident.incident import format_ref
from bot.usecases.incident import action as usecase
from bot.usecases.incident import reminder
from bot.usecases.incident.action import MAX_ACTION
from cogs.errand import Errand
from cogs.incident.button import LOOK
from cogs.incident.choice import WHICH, locate, suggest_action, suggest_any
from cogs.moment import DUE_HINT, read_due
from cogs.press import Acts
from cogs.rights import Capability

TASK: Final = "work on action items"
_ITEM: Final = "Which action item, like T-3"

Click = discord.Interaction[Any]


async def finish(errand: Errand, which: CustomId) -> None:
    """*Done* under a reminder, which then says so."""
    errand.demand(Capability.RESPOND, TASK)
    desk, message = errand.door.desk, errand.interaction.message
    done = await errand.patiently(
        usecase.finish(desk, which.number, actor=errand.actor), thinking=message is None
    )
    marker = None
    if message is not None and message.embeds:
        marker = nudge_cards.find_marker({"embeds": [message.embeds[0].to_dict()]})
    view = None if marker is None else await reminder.find(desk, marker[1])
    if view is None:
        await errand.whisper(answer.done(_said(done, "is done")))
    else:
        await errand.redraw(nudge_cards.render(view))


class ActionCommands(commands.Cog):
    """The sub-group; part of ``/incident``."""

    action = app_commands.Group(name="action", description="What is promised, by whom and until when")

    @action.command(name="add", description="Promise something; its owner is reminded when it is due")
    @app_commands.describe(
        text="What is to be done", owner="Who does it; you", due=f"Until when: {DUE_HINT}", incident=WHICH
    )
    @app_commands.autocomplete(incident=suggest_any)
    async def add_action(
        self,
        interaction: Click,
        text: app_commands.Range[str, 1, MAX_ACTION],
        owner: discord.Member | None = None,
        due: str = "none",
        incident: str = "",
    ) -> None:
        """``/incident action add``."""
        errand = _begin(interaction)
        due_at = read_due(due, errand.door.desk.clock.now())
        who = errand.actor if owner is None else actors.person(owner.id, owner.display_name)

        async def work() -> Action:
            incident_id = await locate(errand, incident)
            return await usecase.add(
                errand.door.desk, incident_id, actor=errand.actor, text=text, owner=who, due_at=due_at
            )

        added = await errand.patiently(work(), thinking=True)
        await errand.whisper(answer.done(_said(added, f"is on {who.mention}'s list")))

    @action.command(name="list", description="Action items of an incident, or all that wait on this desk")
    @app_commands.describe(incident="Which incident; all of them if nothing is said outside a thread")
    @app_commands.autocomplete(incident=suggest_any)
    async def list_actions(self, interaction: Click, incident: str = "") -> None:
        """``/incident action list``."""
        errand = Errand.of(interaction)
        errand.demand(Capability.VIEW, LOOK)

        async def work() -> tuple[str, list[Action]]:
            try:
                incident_id = await locate(errand, incident)
            except InvalidInputError:
                if incident:
                    raise
                return "Action items that wait", await usecase.waiting(errand.door.desk, errand.sight)
            found = await usecase.of_incident(errand.door.desk, incident_id)
            return f"Action items of {format_ref(incident_id)}", found

        title, found = await errand.patiently(work(), thinking=True)
        await errand.whisper(render_actions(found, title=title))

    @action.command(name="done", description="It is done")
    @app_commands.describe(action=_ITEM)
    @app_commands.autocomplete(action=suggest_action)
    async def finish_action(self, interaction: Click, action: str) -> None:
        """``/incident action done``."""
        errand = _begin(interaction)
        work = usecase.finish(errand.door.desk, parse_ref(action), actor=errand.actor)
        await errand.whisper(answer.done(_said(await errand.patiently(work, thinking=True), "is done")))

    @action.command(name="reopen", description="It was not done after all")
    @app_commands.describe(action=_ITEM)
    async def reopen_action(self, interaction: Click, action: str) -> None:
        """``/incident action reopen``."""
        errand = _begin(interaction)
        work = usecase.reopen(errand.door.desk, parse_ref(action), actor=errand.actor)
        await errand.whisper(answer.done(_said(await errand.patiently(work, thinking=True), "is open again")))

    @action.command(name="assign", description="Another owner or date; what you leave out stays")
    @app_commands.describe(action=_ITEM, owner="Who does it", due=f"Until when: {DUE_HINT}")
    @app_commands.autocomplete(action=suggest_action)
    async def assign_action(
        self, interaction: Click, action: str, owner: discord.Member | None = None, due: str = ""
    ) -> None:
        """``/incident action assign``."""
        errand = _begin(interaction)
        if owner is None and not due:
            raise InvalidInputError("owner", "say who does it, or until when")
        work = usecase.reassign(
            errand.door.desk,
            parse_ref(action),
            actor=errand.actor,
            owner=UNSET if owner is None else actors.person(owner.id, owner.display_name),
            due_at=read_due(due, errand.door.desk.clock.now()) if due else UNSET,
        )
        changed = await errand.patiently(work, thinking=True)
        holder = changed.owner.mention if changed.owner else "nobody"
        due_on = f", due {changed.due_at:%Y-%m-%d %H:%M} UTC" if changed.due_at else ""
        await errand.whisper(answer.done(_said(changed, f"is on {holder}'s list{due_on}")))


def _begin(interaction: Click) -> Errand:
    errand = Errand.of(interaction)
    errand.demand(Capability.RESPOND, TASK)
    return errand


def _said(action: Action, what: str) -> str:
    return f"{action.ref} {what}: {action.text}"


PRESSES: Final[Acts] = MappingProxyType({Verb.ACTION_DONE: finish})
