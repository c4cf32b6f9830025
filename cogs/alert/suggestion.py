"""Suggestion: alerts that fit what somebody is typing after ``/alert``."""

from typing import Any

import discord
from discord import app_commands
from msgspec.structs import replace

from bot.cards.limits import OPTION_TEXT
from bot.cards.style import SEPARATOR, sign
from bot.cards.text import plain
from bot.domain.alert.alert import Alert
from bot.domain.alert.search import AlertFilter
from bot.domain.errors import TocsinError
from bot.usecases.alert import query as alert_query
from cogs.interaction import InteractionContext
from cogs.reference import SEVERAL
from cogs.rights import Capability


async def suggest(
    interaction: discord.Interaction[Any], typed: str, which: AlertFilter
) -> list[app_commands.Choice[str]]:
    """At most 25 choices; none for somebody who may not look, or when the database is slow."""
    context = InteractionContext.of(interaction)
    try:
        context.demand(Capability.VIEW, "look at alerts")
        seen = replace(which, sight=context.sight)
        before, last = _parts(typed) if _names_several(interaction) else ("", typed)
        found = await context.within_deadline(alert_query.suggest(context.bot_context.desk, last, seen))
    except TocsinError:
        return []
    values = (f"{before}{alert.ref}" for alert in found)
    named = zip(found, values, strict=True)
    return [
        app_commands.Choice(name=plain(f"{before}{_name(alert)}", OPTION_TEXT), value=value)
        for alert, value in named
        if len(value) <= OPTION_TEXT
    ]


def _names_several(interaction: discord.Interaction[Any]) -> bool:
    return interaction.command is not None and interaction.command.qualified_name in SEVERAL


def _parts(typed: str) -> tuple[str, str]:
    """``A-2, A-3, di`` as what is done, ``A-2, A-3, ``, and what is still being typed."""
    done, comma, last = typed.rpartition(",")
    return (f"{done.strip()}, ", last.strip()) if comma else ("", typed)


def _name(alert: Alert) -> str:
    """``A-12 🔴 HighErrorRate · cart``."""
    place = alert.service or alert.target or alert.namespace
    words = f"{alert.ref} {sign(alert)} {alert.name}"
    return f"{words}{SEPARATOR}{place}" if place else words
