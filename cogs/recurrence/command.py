"""``/recurrence``: what comes back, what it costs, and what is to be done about it."""

from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards import answer
from bot.cards.limits import OPTION_TEXT
from bot.cards.recurrence import recurrence as recurrence_card
from bot.cards.recurrence.recurrence import AdviceView
from bot.cards.recurrence.work import PlanView, render_handoff, render_plan
from bot.cards.style import SEPARATOR
from bot.cards.text import plain
from bot.domain.actor import Actor
from bot.domain.errors import TocsinError
from bot.domain.incident.action import parse_ref
from bot.domain.recurrence.ranking import Query, RankingWindow, Sort
from bot.domain.recurrence.recurrence import Recurrence
from bot.domain.recurrence.work import Handoff, HandoffKind
from bot.usecases.admin import source as sources
from bot.usecases.alert.move import MAX_NOTE
from bot.usecases.recurrence import churn, work
from bot.usecases.recurrence import query as recurrences
from bot.usecases.recurrence.work import DryRun, Preview
from cogs.context import BotContext
from cogs.interaction import InteractionContext
from cogs.recurrence.announcement import announce
from cogs.recurrence.button import TASK, locate, show_list, tell
from cogs.rights import Capability, responder

_LONGEST_SEARCH: Final = 40
_WHICH: Final = "Which: pick one, or type R-12, or one of its alerts, A-1042"

Click = discord.Interaction[Any]
Choices = list[app_commands.Choice[str]]
Note = app_commands.Range[str, 1, MAX_NOTE]

_SORTS: Final = [app_commands.Choice(name=sort.value, value=sort.value) for sort in Sort]
_WINDOWS: Final = [app_commands.Choice(name=window.value, value=window.value) for window in RankingWindow]
_KINDS: Final = [
    app_commands.Choice(name=kind.value.replace("_", " "), value=kind.value) for kind in HandoffKind
]


class RecurrenceCommands(
    commands.GroupCog, group_name="recurrence", group_description="What comes back, and what it costs"
):
    """The group; every answer is ephemeral, but for a hand-over that is to be seen."""

    def __init__(self, bot_context: BotContext) -> None:
        self._bot_context = bot_context

    @app_commands.command(name="list", description="What fired, ranked by what it costs")
    @app_commands.describe(
        sort="By how often, by people's time, or by noise",
        window="How far back",
        source="Only from this source",
        text="Words in the name, service or target",
    )
    @app_commands.choices(sort=_SORTS, window=_WINDOWS)
    async def list_recurrences(
        self,
        interaction: Click,
        sort: str = Sort.OCCURRENCES.value,
        window: str = RankingWindow.MONTH.value,
        source: str = "",
        text: app_commands.Range[str, 0, _LONGEST_SEARCH] = "",
    ) -> None:
        """``/recurrence list``."""
        context = InteractionContext.of(interaction)
        context.demand(Capability.VIEW, TASK)
        source_id = (
            await context.within_deadline(churn.source_id(context.bot_context.desk, source))
            if source
            else None
        )
        query = Query(window=RankingWindow(window), sort=Sort(sort), text=text.strip(), source_id=source_id)
        await show_list(context, query)

    @app_commands.command(description="Everything about one recurrence, with a picture")
    @app_commands.describe(recurrence=_WHICH)
    async def show(self, interaction: Click, recurrence: str) -> None:
        """``/recurrence show``."""
        context = InteractionContext.of(interaction)
        context.demand(Capability.VIEW, TASK)
        await tell(context, recurrence)

    @app_commands.command(description="Say that it is mended: if it comes back, its card will say so")
    @app_commands.describe(
        recurrence=_WHICH,
        note="What mended it",
        owner="Who answers for it; you",
        action="The action item that did it, such as T-3; it is opened again with the recurrence",
    )
    async def fixed(
        self,
        interaction: Click,
        recurrence: str,
        note: Note = "",
        owner: discord.Member | None = None,
        action: str = "",
    ) -> None:
        """``/recurrence fixed``."""
        context = InteractionContext.of(interaction)
        context.demand(Capability.RESPOND, "mark recurrences as fixed")
        marked = await context.defer_if_slow(
            self._mark(context, recurrence, note, owner, action), thinking=True
        )
        await context.reply_ephemeral(answer.done(f"{marked.ref} marked as fixed: {marked.name}"))

    @app_commands.command(description="Labels that make many alerts of what is one")
    async def suggest(self, interaction: Click) -> None:
        """``/recurrence suggest``."""
        context = InteractionContext.of(interaction)
        context.demand(Capability.VIEW, TASK)
        advice = await context.defer_if_slow(
            churn.advise(context.bot_context.desk, context.sight), thinking=True
        )
        views = tuple(AdviceView(each.source.name, each.suggestions) for each in advice)
        await context.reply_ephemeral(recurrence_card.render_advice(views))

    @app_commands.command(description="Labels that tell a source's alerts apart no more")
    @app_commands.describe(
        source="Which source", labels="All of them, with blanks between; none to ignore none"
    )
    async def ignore(self, interaction: Click, source: str, labels: str = "") -> None:
        """``/recurrence ignore``."""
        context = InteractionContext.of(interaction)
        context.demand(Capability.MANAGE, "change sources")
        names = frozenset(labels.replace(",", " ").split())
        changed = await context.defer_if_slow(
            churn.ignore(context.bot_context.desk, source, names, actor=context.actor), thinking=True
        )
        ignored = ", ".join(sorted(changed.ignored_labels)) or "no label"
        await context.reply_ephemeral(answer.done(f"{changed.name} ignores {ignored}"))

    @app_commands.command(description="What would be done about it; writes nothing")
    @app_commands.describe(recurrence=_WHICH)
    async def preview(self, interaction: Click, recurrence: str) -> None:
        """``/recurrence preview``."""
        context = InteractionContext.of(interaction)
        context.demand(Capability.VIEW, TASK)
        shown = await context.defer_if_slow(self._preview(context, recurrence), thinking=True)
        await context.reply_ephemeral(render_plan(_plan(shown)))

    @app_commands.command(name="dry-run", description="The same, written down as a check")
    @app_commands.describe(recurrence=_WHICH)
    async def dry_run(self, interaction: Click, recurrence: str) -> None:
        """``/recurrence dry-run``."""
        context = InteractionContext.of(interaction)
        context.demand(Capability.RESPOND, "check work items")
        told = await context.defer_if_slow(self._dry_run(context, recurrence), thinking=True)
        await context.reply_ephemeral(render_plan(_plan(told.preview, told.check_id)))

    @app_commands.command(description="Propose a ticket, or give the work to a person")
    @app_commands.describe(
        recurrence=_WHICH,
        kind="What is handed over",
        to="Who gets it, when it is for a person; you",
        note="What they should know",
        post="Show it to everybody here, such as in a thread",
    )
    @app_commands.choices(kind=_KINDS)
    async def handoff(
        self,
        interaction: Click,
        recurrence: str,
        kind: str,
        to: discord.Member | None = None,
        note: Note = "",
        post: bool = False,
    ) -> None:
        """``/recurrence handoff``."""
        context = InteractionContext.of(interaction)
        context.demand(Capability.RESPOND, "hand work over")
        taker = None if to is None else responder(context.bot_context.rights, to, "to")
        handing = self._hand_over(context, recurrence, HandoffKind(kind), taker, note)
        handed = await context.defer_if_slow(handing, thinking=True)
        shown = render_handoff(handed)
        await context.reply_ephemeral(shown)
        await announce(context, shown, to, post=post)

    @show.autocomplete("recurrence")
    @fixed.autocomplete("recurrence")
    @preview.autocomplete("recurrence")
    @dry_run.autocomplete("recurrence")
    @handoff.autocomplete("recurrence")
    async def _suggest_recurrence(self, interaction: Click, typed: str) -> Choices:
        context = InteractionContext.of(interaction)
        try:
            context.demand(Capability.VIEW, TASK)
            found = await context.within_deadline(
                recurrences.suggest(context.bot_context.desk, typed, context.sight)
            )
        except TocsinError:
            return []
        return [app_commands.Choice(name=_name(each), value=each.ref) for each in found]

    @list_recurrences.autocomplete("source")
    @ignore.autocomplete("source")
    async def _suggest_source(self, interaction: Click, typed: str) -> Choices:
        context = InteractionContext.of(interaction)
        try:
            context.demand(Capability.VIEW, TASK)
            found = await context.within_deadline(sources.listing(context.bot_context.desk))
        except TocsinError:
            return []
        seen = [each.name for each in found if context.sight.sees(each.channel_id or 0)]
        names = [name for name in seen if typed.strip().lower() in name]
        return [app_commands.Choice(name=name, value=name) for name in names[:25]]

    async def _preview(self, context: InteractionContext, which: str) -> Preview:
        return await work.preview(context.bot_context.desk, await locate(context.bot_context.desk, which))

    async def _dry_run(self, context: InteractionContext, which: str) -> DryRun:
        recurrence_id = await locate(context.bot_context.desk, which)
        return await work.dry_run(context.bot_context.desk, recurrence_id, actor=context.actor)

    async def _hand_over(
        self, context: InteractionContext, which: str, kind: HandoffKind, to: Actor | None, note: str
    ) -> Handoff:
        recurrence_id = await locate(context.bot_context.desk, which)
        return await work.hand_over(
            context.bot_context.desk, recurrence_id, kind, actor=context.actor, assignee=to, note=note
        )

    async def _mark(
        self, context: InteractionContext, which: str, note: str, owner: discord.Member | None, action: str
    ) -> Recurrence:
        return await recurrences.mark_fixed(
            context.bot_context.desk,
            await locate(context.bot_context.desk, which),
            actor=context.actor,
            owner=None if owner is None else responder(context.bot_context.rights, owner, "owner"),
            note=note,
            action_id=parse_ref(action) if action.strip() else None,
        )


def _plan(shown: Preview, recorded: int = 0) -> PlanView:
    return PlanView(
        item=shown.item,
        name=shown.recurrence.name,
        steps=shown.steps,
        checks=shown.checks,
        recorded=recorded,
    )


def _name(known: Recurrence) -> str:
    """``R-12 HighErrorRate · cart``."""
    place = known.service or known.target or known.namespace
    words = f"{known.ref} {known.name}"
    return plain(f"{words}{SEPARATOR}{place}" if place else words, OPTION_TEXT)
