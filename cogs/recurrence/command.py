"""``/recurrence``: what comes back, what it costs, and what is to be done about it."""

from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards import answer
from bot.cards.limits import OPTION_TEXT
from bot.cards.look import SEPARATOR
from bot.cards.recurrence import recurrence as cards
from bot.cards.recurrence.recurrence import AdviceView
from bot.cards.recurrence.work import PlanView, render_handoff, render_plan
from bot.cards.text import plain
from bot.domain import actor as actors
from bot.domain.errors import TocsinError
from bot.domain.incident.action import parse_ref
from bot.domain.recurrence.ranking import Query, Sort, Window
from bot.domain.recurrence.recurrence import Recurrence
from bot.domain.recurrence.work import Handoff, HandoffKind
from bot.usecases.admin import source
from bot.usecases.alert.lifecycle import MAX_NOTE
from bot.usecases.recurrence import churn, work
from bot.usecases.recurrence import query as recurrence
from bot.usecases.recurrence.work import DryRun, Preview
from cogs.door import Door
from cogs.errand import Errand
from cogs.message import looks
from cogs.recurrence.button import TASK, locate, show_list, tell
from cogs.rights import Capability

_LONGEST_SEARCH: Final = 40
_WHICH: Final = "Which: pick one, or type R-12, or one of its alerts, A-1042"

Click = discord.Interaction[Any]
Choices = list[app_commands.Choice[str]]
Note = app_commands.Range[str, 1, MAX_NOTE]

_SORTS: Final = [app_commands.Choice(name=sort.value, value=sort.value) for sort in Sort]
_WINDOWS: Final = [app_commands.Choice(name=window.value, value=window.value) for window in Window]
_KINDS: Final = [
    app_commands.Choice(name=kind.value.replace("_", " "), value=kind.value) for kind in HandoffKind
]


class RecurrenceCommands(
    commands.GroupCog, group_name="recurrence", group_description="What comes back, and what it costs"
):
    """The group; every answer is a whisper, but for a hand-over that is to be seen."""

    def __init__(self, door: Door) -> None:
        self._door = door

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
        window: str = Window.MONTH.value,
        source: str = "",
        text: app_commands.Range[str, 0, _LONGEST_SEARCH] = "",
    ) -> None:
        """``/recurrence list``."""
        errand = Errand.of(interaction)
        errand.demand(Capability.VIEW, TASK)
        source_id = await errand.quickly(churn.source_id(self._door.desk, source)) if source else None
        query = Query(window=Window(window), sort=Sort(sort), text=text.strip(), source_id=source_id)
        await show_list(errand, query)

    @app_commands.command(description="Everything about one recurrence, with a picture")
    @app_commands.describe(recurrence=_WHICH)
    async def show(self, interaction: Click, recurrence: str) -> None:
        """``/recurrence show``."""
        errand = Errand.of(interaction)
        errand.demand(Capability.VIEW, TASK)
        await tell(errand, recurrence)

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
        errand = Errand.of(interaction)
        errand.demand(Capability.RESPOND, "mark recurrences as fixed")
        marked = await errand.patiently(self._mark(errand, recurrence, note, owner, action), thinking=True)
        await errand.whisper(answer.done(f"{marked.ref} marked as fixed: {marked.name}"))

    @app_commands.command(description="Labels that make many alerts of what is one")
    async def suggest(self, interaction: Click) -> None:
        """``/recurrence suggest``."""
        errand = Errand.of(interaction)
        errand.demand(Capability.VIEW, TASK)
        advice = await errand.patiently(churn.advise(self._door.desk, errand.sight), thinking=True)
        views = tuple(AdviceView(each.source.name, each.suggestions) for each in advice)
        await errand.whisper(cards.render_advice(views))

    @app_commands.command(description="Labels that tell a source's alerts apart no more")
    @app_commands.describe(
        source="Which source", labels="All of them, with blanks between; none to ignore none"
    )
    async def ignore(self, interaction: Click, source: str, labels: str = "") -> None:
        """``/recurrence ignore``."""
        errand = Errand.of(interaction)
        errand.demand(Capability.MANAGE, "change sources")
        names = frozenset(labels.replace(",", " ").split())
        changed = await errand.patiently(
            churn.ignore(self._door.desk, source, names, actor=errand.actor), thinking=True
        )
        ignored = ", ".join(sorted(changed.ignored_labels)) or "no label"
        await errand.whisper(answer.done(f"{changed.name} ignores {ignored}"))

    @app_commands.command(description="What would be done about it; writes nothing")
    @app_commands.describe(recurrence=_WHICH)
    async def preview(self, interaction: Click, recurrence: str) -> None:
        """``/recurrence preview``."""
        errand = Errand.of(interaction)
        errand.demand(Capability.VIEW, TASK)
        shown = await errand.patiently(self._preview(recurrence), thinking=True)
        await errand.whisper(render_plan(_plan(shown)))

    @app_commands.command(name="dry-run", description="The same, written down as a check")
    @app_commands.describe(recurrence=_WHICH)
    async def dry_run(self, interaction: Click, recurrence: str) -> None:
        """``/recurrence dry-run``."""
        errand = Errand.of(interaction)
        errand.demand(Capability.RESPOND, "check work items")
        told = await errand.patiently(self._dry_run(errand, recurrence), thinking=True)
        await errand.whisper(render_plan(_plan(told.preview, told.check_id)))

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
        errand = Errand.of(interaction)
        errand.demand(Capability.RESPOND, "hand work over")
        handing = self._hand_over(errand, recurrence, HandoffKind(kind), to, note)
        handed = await errand.patiently(handing, thinking=True)
        shown = render_handoff(handed)
        await errand.whisper(shown)
        if post:
            await interaction.followup.send(**looks(shown))

    @show.autocomplete("recurrence")
    @fixed.autocomplete("recurrence")
    @preview.autocomplete("recurrence")
    @dry_run.autocomplete("recurrence")
    @handoff.autocomplete("recurrence")
    async def _suggest_recurrence(self, interaction: Click, typed: str) -> Choices:
        errand = Errand.of(interaction)
        try:
            errand.demand(Capability.VIEW, TASK)
            found = await errand.quickly(recurrence.suggest(self._door.desk, typed, errand.sight))
        except TocsinError:
            return []
        return [app_commands.Choice(name=_name(each), value=each.ref) for each in found]

    @list_recurrences.autocomplete("source")
    @ignore.autocomplete("source")
    async def _suggest_source(self, interaction: Click, typed: str) -> Choices:
        errand = Errand.of(interaction)
        try:
            errand.demand(Capability.VIEW, TASK)
            found = await errand.quickly(source.listing(self._door.desk))
        except TocsinError:
            return []
        seen = [each.name for each in found if errand.sight.sees(each.channel_id or 0)]
        names = [name for name in seen if typed.strip().lower() in name]
        return [app_commands.Choice(name=name, value=name) for name in names[:25]]

    async def _preview(self, which: str) -> Preview:
        return await work.preview(self._door.desk, await locate(self._door.desk, which))

    async def _dry_run(self, errand: Errand, which: str) -> DryRun:
        recurrence_id = await locate(self._door.desk, which)
        return await work.dry_run(self._door.desk, recurrence_id, actor=errand.actor)

    async def _hand_over(
        self, errand: Errand, which: str, kind: HandoffKind, to: discord.Member | None, note: str
    ) -> Handoff:
        recurrence_id = await locate(self._door.desk, which)
        return await work.hand_over(
            self._door.desk, recurrence_id, kind, actor=errand.actor, assignee=_actor(to), note=note
        )

    async def _mark(
        self, errand: Errand, which: str, note: str, owner: discord.Member | None, action: str
    ) -> Recurrence:
        return await recurrence.mark_fixed(
            self._door.desk,
            await locate(self._door.desk, which),
            actor=errand.actor,
            owner=_actor(owner),
            note=note,
            action_id=parse_ref(action) if action.strip() else None,
        )


def _actor(member: discord.Member | None) -> actors.Actor | None:
    return None if member is None else actors.person(member.id, member.display_name)


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
