"""Registration: telling Discord which commands there are, only when they changed.

Commands of a server appear at once, global ones may take a while; and every new one counts against 200 a day.
The digest of what was sent last is kept in the database, so that a restart sends nothing.
"""

import asyncio
import hashlib
import json
from collections.abc import Iterable
from typing import Any, Final

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.usecases.admin import setting
from cogs.context import BotContext
from cogs.interaction import UNREACHABLE

_log: Final = structlog.stdlib.get_logger(__name__)


class Registration(commands.Cog):
    """Registers the commands in this desk's server and nowhere else; while none is known ``/setup`` alone."""

    def __init__(self, bot_context: BotContext, client: commands.Bot) -> None:
        self._bot_context = bot_context
        self._client = client
        self._alone = asyncio.Lock()

    async def cog_load(self) -> None:
        """A known server need not be waited for."""
        if self._bot_context.home is not None:
            await self.register()

    @commands.Cog.listener()
    async def on_home_known(self) -> None:
        """Now the servers are known, and which of them is the desk's, if any."""
        self._bot_context.enlist()
        await self.register()

    @commands.Cog.listener()
    async def on_guild_join(self, _: discord.Guild) -> None:
        """A server that invites the bot has none of its commands, even if it had them once."""
        self._bot_context.enlist()
        await self.register(anew=True)

    async def register(self, *, anew: bool = False) -> None:
        """Send the commands unless exactly these were sent to exactly these servers."""
        home = self._bot_context.home
        others = sorted(each.id for each in self._client.guilds if each.id != home)
        async with self._alone:
            digest = self._digest(home, others)
            told = [*([home] if home is not None else []), *others]
            if not told or (digest == self._bot_context.desk.project.settings.command_digest and not anew):
                return
            if all([await self._send(guild_id, home) for guild_id in told]):
                await setting.remember_commands(self._bot_context.desk, digest)
                _log.info("commands_registered", guilds=len(told))

    async def _send(self, guild_id: int, home: int | None) -> bool:
        """All commands for the desk's server; another gets none, or how to become the desk's."""
        guild, tree = discord.Object(guild_id), self._client.tree
        tree.clear_commands(guild=guild)
        setup = tree.get_command("setup")
        if guild_id == home:
            tree.copy_global_to(guild=guild)
        elif home is None and setup is not None:
            tree.add_command(setup, guild=guild)
        try:
            await tree.sync(guild=guild)
        except (app_commands.AppCommandError, *UNREACHABLE) as error:
            _log.error("commands_not_registered", guild_id=guild_id, reason=repr(error))
            return guild_id != home  # a stranger's server does not keep the desk from its own
        return True

    def _digest(self, home: int | None, others: Iterable[int]) -> str:
        tree = self._client.tree
        payload: list[dict[str, Any]] = [command.to_dict(tree) for command in tree.get_commands()]
        payload.sort(key=lambda command: (command["type"], command["name"]))
        told = [self._client.application_id, home, list(others), payload]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
