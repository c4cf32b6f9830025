"""``/me``: what people choose for themselves."""

from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards import answer
from bot.domain.zone import LONGEST, suggest_zones, words
from bot.usecases import person as people
from cogs.interaction import InteractionContext
from cogs.rights import Capability

TASK: Final = "choose a time zone"
DESK: Final = "the desk's"
_CHOICES: Final = 25

Click = discord.Interaction[Any]


class MeCommands(commands.GroupCog, group_name="me", group_description="What you choose for yourself"):
    """The group; every answer is ephemeral."""

    @app_commands.command(description="In which time zone your times are read; without one: which it is now")
    @app_commands.describe(zone="Such as Europe/Berlin, or the desk's")
    async def zone(self, interaction: Click, zone: app_commands.Range[str, 0, LONGEST] = "") -> None:
        """``/me zone``."""
        context = InteractionContext.of(interaction)
        context.demand(Capability.VIEW, TASK)
        desk, user_id = context.bot_context.desk, interaction.user.id
        if zone:
            wanted = None if zone.strip().lower() == DESK else zone
            work = people.choose_zone(desk, user_id, wanted, actor=context.actor)
        else:
            work = people.zone_of(desk, user_id)
        found = await context.defer_if_slow(work, thinking=True)
        said = f"Your times are read in {found.key}; there it is {words(desk.clock.now(), found)}"
        await context.reply_ephemeral(answer.done(said))

    @zone.autocomplete("zone")
    async def _suggest(self, _: Click, typed: str) -> list[app_commands.Choice[str]]:
        found = [DESK, *suggest_zones(typed, _CHOICES - 1)] if typed.lower() in DESK else []
        found = found or suggest_zones(typed, _CHOICES)
        return [app_commands.Choice(name=each, value=each) for each in found]
