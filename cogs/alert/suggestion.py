"""Suggestion: alerts that fit what somebody is typing after ``/alert``."""

from typing import Any

import discord
from discord import app_commands
from msgspec.structs import replace

from bot.cards.limits import OPTION_TEXT
from bot.cards.style import SEPARATOR, sign
from bot.cards.text import plain
from bot.domain.alert.alert import Alert
from bot.domain.errors import TocsinError
from bot.usecases.alert import query as alert_query
from bot.usecases.alert.query import Filter
from cogs.interaction import InteractionContext
from cogs.rights import Capability


async def suggest(
    interaction: discord.Interaction[Any], typed: str, which: Filter
) -> list[app_commands.Choice[str]]:
    """At most 25 choices; none for somebody who may not look, or when the database is slow."""
    context = InteractionContext.of(interaction)
    try:
        context.demand(Capability.VIEW, "look at alerts")
        seen = replace(which, sight=context.sight)
        found = await context.within_deadline(alert_query.suggest(context.bot_context.desk, typed, seen))
    except TocsinError:
        return []
    return [app_commands.Choice(name=_name(alert), value=alert.ref) for alert in found]


def _name(alert: Alert) -> str:
    """``A-12 🔴 HighErrorRate · cart``."""
    place = alert.service or alert.target or alert.namespace
    words = f"{alert.ref} {sign(alert)} {alert.name}"
    return plain(f"{words}{SEPARATOR}{place}" if place else words, OPTION_TEXT)
