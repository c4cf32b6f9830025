"""Incident choice: which incident, action item or line somebody means, and what fits what they type."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeAlias

import discord
from discord import app_commands
from msgspec.structs import replace

from bot.cards.incident.style import sign, words
from bot.cards.limits import OPTION_TEXT
from bot.cards.style import SEPARATOR
from bot.cards.text import plain
from bot.domain.errors import InvalidInputError, TocsinError
from bot.domain.incident.incident import Incident, IncidentState, parse_ref
from bot.domain.incident.search import OPEN_INCIDENTS, IncidentFilter
from bot.domain.incident.timeline import CORRECTABLE
from bot.usecases.incident import action as actions
from bot.usecases.incident import query as incident_inspection
from bot.usecases.incident import thread as threads
from cogs.incident.button import LOOK
from cogs.interaction import InteractionContext
from cogs.rights import Capability

Click = discord.Interaction[Any]
Choice = app_commands.Choice[str]
Named: TypeAlias = tuple[str, str]  # a ref and what it is called

WHICH: Final = "Which incident; in its thread you may leave this out"
_CHOICES: Final = 25
_OVER: Final = IncidentFilter(states=(IncidentState.RESOLVED, IncidentState.CLOSED))
_MERGEABLE: Final = IncidentFilter(
    states=(IncidentState.OPEN, IncidentState.MITIGATING, IncidentState.RESOLVED)
)


async def locate(context: InteractionContext, text: str | None) -> int:
    """The incident of this ref; without one that of the thread in which it was asked, else the only open one.

    Raises:
        InvalidInputError: it is no ref, or there is none and several incidents may be meant.
    """
    if text is not None and text.strip():
        return parse_ref(text)
    here = context.interaction.channel_id
    living = None if here is None else await threads.living_in(context.bot_context.desk, here)
    if living is not None and living.project_id == context.bot_context.desk.project.id:
        return living.id
    seen = replace(OPEN_INCIDENTS, sight=context.sight)
    found = await incident_inspection.listing(context.bot_context.desk, seen, limit=2)
    if len(found.incidents) != 1:
        raise InvalidInputError("incident", "say which one, or ask in its thread")
    return found.incidents[0].id


async def suggest_open(interaction: Click, typed: str) -> list[Choice]:
    """Open incidents."""
    return await _suggest(interaction, typed, OPEN_INCIDENTS)


async def suggest_over(interaction: Click, typed: str) -> list[Choice]:
    """Suggest incidents that are resolved or closed."""
    return await _suggest(interaction, typed, _OVER)


async def suggest_mergeable(interaction: Click, typed: str) -> list[Choice]:
    """Suggest incidents that are not closed."""
    return await _suggest(interaction, typed, _MERGEABLE)


async def suggest_any(interaction: Click, typed: str) -> list[Choice]:
    """All incidents."""
    return await _suggest(interaction, typed, IncidentFilter())


async def suggest_line(interaction: Click, typed: str) -> list[Choice]:
    """People's own lines in the timeline of the incident that is named, or lives here; newest first."""

    async def do_suggest_line(context: InteractionContext) -> list[Named]:
        found = await incident_inspection.postmortem(context.bot_context.desk, await _meant(context))
        own = (line for line in reversed(found.lines) if line.kind in CORRECTABLE and not line.deleted)
        return [(f"E{line.id}", f"{line.actor.name}: {line.text}") for line in own]

    return await _fitting(interaction, typed, do_suggest_line)


async def suggest_action(interaction: Click, typed: str) -> list[Choice]:
    """Action items of the whole desk that are not done, the most urgent first."""

    async def do_suggest_action(context: InteractionContext) -> list[Named]:
        return [
            (each.ref, each.text) for each in await actions.waiting(context.bot_context.desk, context.sight)
        ]

    return await _fitting(interaction, typed, do_suggest_action)


async def suggest_member(interaction: Click, typed: str) -> list[Choice]:
    """Alerts of the incident that is named, or lives here."""

    async def do_suggest_member(context: InteractionContext) -> list[Named]:
        found = await incident_inspection.find(context.bot_context.desk, await _meant(context))
        return [(each.ref, each.name) for each in found.view.alerts]

    return await _fitting(interaction, typed, do_suggest_member)


def parse_line(text: str) -> int:
    """Read ``E12``, as the timeline shows it, or ``12``.

    Raises:
        InvalidInputError: it is neither.
    """
    digits = text.strip().lower().removeprefix("e").removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 19):  # noqa: PLR2004 -- int64
        raise InvalidInputError("entry", f"{text[:40]!r} is no entry; /incident timeline shows them as E12")
    return int(digits)


async def _meant(context: InteractionContext) -> int:
    """The incident of a command that is still being typed."""
    return await locate(context, getattr(context.interaction.namespace, "incident", None))


async def _suggest(interaction: Click, typed: str, which: IncidentFilter) -> list[Choice]:
    async def suggest_incident(context: InteractionContext) -> list[Choice]:
        seen = replace(which, sight=context.sight)
        found = await incident_inspection.suggest(context.bot_context.desk, typed, seen)
        return [Choice(name=_name(each), value=each.ref) for each in found]

    return await _quietly(interaction, suggest_incident)


async def _fitting(
    interaction: Click, typed: str, work: Callable[[InteractionContext], Awaitable[list[Named]]]
) -> list[Choice]:
    """The choices whose ref or name has what was typed in it."""
    wanted = typed.strip().lower()

    async def choose(context: InteractionContext) -> list[Choice]:
        named = [(ref, f"{ref} {name}") for ref, name in await work(context)]
        fitting = [(ref, name) for ref, name in named if wanted in name.lower()]
        return [Choice(name=plain(name, OPTION_TEXT), value=ref) for ref, name in fitting[:_CHOICES]]

    return await _quietly(interaction, choose)


async def _quietly(
    interaction: Click, work: Callable[[InteractionContext], Coroutine[Any, Any, list[Choice]]]
) -> list[Choice]:
    """None for somebody who may not look, or when nothing can be found in time."""
    context = InteractionContext.of(interaction)
    try:
        context.demand(Capability.VIEW, LOOK)
        return await context.within_deadline(work(context))
    except TocsinError:
        return []


def _name(incident: Incident) -> str:
    """``I-7 🔴 Checkout is down · P1 · OPEN``."""
    return plain(f"{incident.ref} {sign(incident)} {incident.title}{SEPARATOR}{words(incident)}", OPTION_TEXT)
