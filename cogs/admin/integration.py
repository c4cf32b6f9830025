"""``/integrations``: who sends, who could, and how."""

from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards.admin import integration as integration_card
from bot.cards.admin.integration import TOKEN, Integration
from bot.domain.errors import InvalidInputError
from bot.providers.registry import SENDERS
from bot.usecases.admin import source as sources
from cogs.context import BotContext
from cogs.interaction import InteractionContext
from cogs.rights import Capability

TASK: Final = "see how senders are set up"
_MOST: Final = 25  # choices that Discord takes


class IntegrationCommand(commands.Cog):
    """The command."""

    def __init__(self, bot_context: BotContext) -> None:
        self._bot_context = bot_context

    @app_commands.command(
        name="integrations", description="Who sends alerts here, and what to paste at a sender"
    )
    @app_commands.describe(sender="The program whose instructions to show")
    @app_commands.default_permissions(manage_guild=True)
    async def integrations(self, interaction: discord.Interaction[Any], sender: str = "") -> None:
        """``/integrations``."""
        context = InteractionContext.of(interaction)
        context.demand(Capability.MANAGE, TASK)
        if sender:
            await context.reply_ephemeral(self._instructions(sender.strip().lower()))
            return
        known = await context.defer_if_slow(sources.listing(context.bot_context.desk), thinking=True)
        here = [
            Integration(each.name, SENDERS[each.provider].title, each.last_event_at)
            for each in known
            if each.provider in SENDERS
        ]
        await context.reply_ephemeral(
            integration_card.overview(here, [each.title for each in SENDERS.values()])
        )

    @integrations.autocomplete("sender")
    async def complete(self, _: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
        """Senders whose name or title holds what was typed."""
        wanted = typed.strip().lower()
        found = [each for each in SENDERS.values() if wanted in each.name or wanted in each.title.lower()]
        return [app_commands.Choice(name=each.title, value=each.name) for each in found[:_MOST]]

    def _instructions(self, name: str) -> Any:
        sender = SENDERS.get(name)
        if sender is None:
            raise InvalidInputError("sender", f"there is {', '.join(SENDERS)}")
        url = sender.address(self._bot_context.options.public_url, 0, TOKEN)
        return integration_card.instructions(sender.title, url, sender.recipe(url, TOKEN))
