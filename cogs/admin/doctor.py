"""``/doctor``: what `tocsin check` finds, for whoever manages the desk from Discord."""

from collections.abc import Sequence
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.admin import doctor as doctor_card
from bot.domain.finding import ReportSection
from cogs.context import BotContext
from cogs.interaction import InteractionContext
from cogs.rights import Capability


class DoctorCommand(commands.Cog):
    """The command."""

    def __init__(self, bot_context: BotContext) -> None:
        self._bot_context = bot_context

    @app_commands.command(name="doctor", description="What keeps alerts from reaching people, and the remedy")
    @app_commands.default_permissions(manage_guild=True)
    async def doctor(self, interaction: discord.Interaction[Any]) -> None:
        """``/doctor``."""
        context = InteractionContext.of(interaction)
        context.demand(Capability.MANAGE, "ask the doctor")
        sections = await context.defer_if_slow(self._examine(), thinking=True)
        await context.reply_ephemeral(doctor_card.render(sections))

    async def _examine(self) -> Sequence[ReportSection]:
        return await self._bot_context.options.diagnose()
