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
from bot.cards.incident import nudge as nudge_card
from bot.cards.incident.listing import render_actions
from bot.domain.errors import InvalidInputError
from bot.domain.incident.action import Action, parse_ref
from bot.domain.incident.incident import format_ref
from bot.domain.zone import words
from bot.usecases.incident import action as actions
from bot.usecases.incident import reminder
from bot.usecases.incident.action import MAX_ACTION
from cogs.incident.button import LOOK
from cogs.incident.choice import WHICH, locate, suggest_action, suggest_any
from cogs.interaction import InteractionContext
from cogs.press import Acts
from cogs.rights import Capability, responder
from cogs.time_input import DUE_HINT, read_due

TASK: Final = "work on action items"
_ITEM: Final = "Which action item, like T-3"

Click = discord.Interaction[Any]


async def finish(context: InteractionContext, which: CustomId) -> None:
    """*Done* under a reminder, which then says so."""
    context.demand(Capability.RESPOND, TASK)
    desk, message = context.bot_context.desk, context.interaction.message
    done = await context.defer_if_slow(
        actions.finish(desk, which.number, actor=context.actor), thinking=message is None
    )
    marker = None
    if message is not None and message.embeds:
        marker = nudge_card.find_marker({"embeds": [message.embeds[0].to_dict()]})
    view = None if marker is None else await reminder.find(desk, marker[1])
    if view is None:
        await context.reply_ephemeral(answer.done(_said(done, "is done")))
    else:
        await context.update_message(nudge_card.render(view))


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
        context = _begin(interaction)
        due_at = read_due(due, context.bot_context.desk.clock.now(), await context.zone())
        rights = context.bot_context.rights
        who = context.actor if owner is None else responder(rights, owner, "owner")

        async def do_add_action() -> Action:
            incident_id = await locate(context, incident)
            return await actions.add(
                context.bot_context.desk,
                incident_id,
                actor=context.actor,
                text=text,
                owner=who,
                due_at=due_at,
            )

        added = await context.defer_if_slow(do_add_action(), thinking=True)
        await context.reply_ephemeral(answer.done(_said(added, f"is on {who.mention}'s list")))

    @action.command(name="list", description="Action items of an incident, or all that wait on this desk")
    @app_commands.describe(incident="Which incident; all of them if nothing is said outside a thread")
    @app_commands.autocomplete(incident=suggest_any)
    async def list_actions(self, interaction: Click, incident: str = "") -> None:
        """``/incident action list``."""
        context = InteractionContext.of(interaction)
        context.demand(Capability.VIEW, LOOK)

        async def do_list_actions() -> tuple[str, list[Action]]:
            try:
                incident_id = await locate(context, incident)
            except InvalidInputError:
                if incident:
                    raise
                return "Action items that wait", await actions.waiting(
                    context.bot_context.desk, context.sight
                )
            found = await actions.of_incident(context.bot_context.desk, incident_id)
            return f"Action items of {format_ref(incident_id)}", found

        title, found = await context.defer_if_slow(do_list_actions(), thinking=True)
        await context.reply_ephemeral(render_actions(found, title=title))

    @action.command(name="done", description="It is done")
    @app_commands.describe(action=_ITEM)
    @app_commands.autocomplete(action=suggest_action)
    async def finish_action(self, interaction: Click, action: str) -> None:
        """``/incident action done``."""
        context = _begin(interaction)
        work = actions.finish(context.bot_context.desk, parse_ref(action), actor=context.actor)
        await context.reply_ephemeral(
            answer.done(_said(await context.defer_if_slow(work, thinking=True), "is done"))
        )

    @action.command(name="reopen", description="It was not done after all")
    @app_commands.describe(action=_ITEM)
    async def reopen_action(self, interaction: Click, action: str) -> None:
        """``/incident action reopen``."""
        context = _begin(interaction)
        work = actions.reopen(context.bot_context.desk, parse_ref(action), actor=context.actor)
        await context.reply_ephemeral(
            answer.done(_said(await context.defer_if_slow(work, thinking=True), "is open again"))
        )

    @action.command(name="assign", description="Another owner or date; what you leave out stays")
    @app_commands.describe(action=_ITEM, owner="Who does it", due=f"Until when: {DUE_HINT}")
    @app_commands.autocomplete(action=suggest_action)
    async def assign_action(
        self, interaction: Click, action: str, owner: discord.Member | None = None, due: str = ""
    ) -> None:
        """``/incident action assign``."""
        context = _begin(interaction)
        if owner is None and not due:
            raise InvalidInputError("owner", "say who does it, or until when")
        zone = await context.zone()
        work = actions.reassign(
            context.bot_context.desk,
            parse_ref(action),
            actor=context.actor,
            owner=UNSET if owner is None else responder(context.bot_context.rights, owner, "owner"),
            due_at=read_due(due, context.bot_context.desk.clock.now(), zone) if due else UNSET,
        )
        changed = await context.defer_if_slow(work, thinking=True)
        holder = changed.owner.mention if changed.owner else "nobody"
        due_on = f", due {words(changed.due_at, zone)}" if changed.due_at else ""
        await context.reply_ephemeral(answer.done(_said(changed, f"is on {holder}'s list{due_on}")))


def _begin(interaction: Click) -> InteractionContext:
    context = InteractionContext.of(interaction)
    context.demand(Capability.RESPOND, TASK)
    return context


def _said(action: Action, what: str) -> str:
    return f"{action.ref} {what}: {action.text}"


PRESSES: Final[Acts] = MappingProxyType({Verb.ACTION_DONE: finish})
