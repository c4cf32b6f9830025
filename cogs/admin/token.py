"""``/token``: which programs may use the API, and letting one out at once."""

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.cards import answer
from bot.cards.admin import token as token_card
from bot.usecases.admin import token as tokens
from cogs.context import BotContext
from cogs.interaction import InteractionContext
from cogs.rights import Capability

_TASK = "look after API tokens"
_CHOICES = 25  # Discord's limit for autocomplete

Click = discord.Interaction[Any]


class TokenCommands(commands.GroupCog, group_name="token", group_description="Programs that use the API"):
    """The group; a token is made on the command line, for its secret has no place in a chat."""

    def __init__(self, bot_context: BotContext) -> None:
        self._bot_context = bot_context

    @app_commands.command(name="list", description="Which programs may use the API, and when they last did")
    async def list_tokens(self, interaction: Click) -> None:
        """``/token list``."""
        context = _begin(interaction)
        found = await context.defer_if_slow(tokens.of_project(context.bot_context.desk), thinking=True)
        await context.reply_ephemeral(token_card.listing(found, context.bot_context.desk.clock.now()))

    @app_commands.command(description="Let a program out, at once")
    @app_commands.describe(name="Which token")
    async def revoke(self, interaction: Click, name: app_commands.Range[str, 1, 64]) -> None:
        """``/token revoke``."""
        context = _begin(interaction)
        work = tokens.revoke(context.bot_context.desk, name.strip(), actor=context.actor)
        await context.defer_if_slow(work, thinking=True)
        await context.reply_ephemeral(answer.done(f"{name.strip()} opens nothing more."))

    @revoke.autocomplete("name")
    async def _suggest(self, interaction: Click, typed: str) -> list[app_commands.Choice[str]]:
        context = InteractionContext.of(interaction)
        context.demand(Capability.MANAGE, _TASK)
        found = await context.within_deadline(tokens.of_project(context.bot_context.desk))
        names = [each.name for each in found if typed.strip().lower() in each.name]
        return [app_commands.Choice(name=name, value=name) for name in names[:_CHOICES]]


def _begin(interaction: Click) -> InteractionContext:
    context = InteractionContext.of(interaction)
    context.demand(Capability.MANAGE, _TASK)
    return context
