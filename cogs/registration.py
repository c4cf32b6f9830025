"""Registration: telling Discord which commands there are, only when they changed.

Commands of a server appear at once, global ones may take a while; and every new one counts against 200 a day.
The digest of what was sent last is kept in the database, so that a restart sends nothing.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.usecases import setting
from cogs.door import Door
from cogs.errand import UNREACHABLE

_log = structlog.stdlib.get_logger(__name__)


class Registration(commands.Cog):
    """Registers the commands in this desk's server, or in all that the bot is in while it knows none."""

    def __init__(self, door: Door, client: commands.Bot) -> None:
        self._door = door
        self._client = client

    async def cog_load(self) -> None:
        """A known server need not be waited for."""
        if self._door.options.guild_id is not None:
            await self.register([self._door.options.guild_id])

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Now the servers are known."""
        await self._register_found()

    @commands.Cog.listener()
    async def on_guild_join(self, _: discord.Guild) -> None:
        """Somebody invited the bot."""
        await self._register_found()

    async def _register_found(self) -> None:
        self._door.enlist()
        if self._door.options.guild_id is None:
            await self.register([guild.id for guild in self._client.guilds])

    async def register(self, guild_ids: Iterable[int]) -> None:
        """Send the commands unless exactly these were sent to exactly these servers."""
        guilds = [discord.Object(ident) for ident in sorted(guild_ids)]
        digest = self._digest(guilds)
        if not guilds or self._door.desk.project.settings.command_digest == digest:
            return
        tree = self._client.tree
        for guild in guilds:
            tree.copy_global_to(guild=guild)
            try:
                await tree.sync(guild=guild)
            except (app_commands.AppCommandError, *UNREACHABLE) as error:
                _log.error("commands_not_registered", guild_id=guild.id, reason=repr(error))
                return
        await setting.remember_commands(self._door.desk, digest)
        _log.info("commands_registered", guilds=len(guilds))

    def _digest(self, guilds: Iterable[discord.Object]) -> str:
        tree = self._client.tree
        payload: list[dict[str, Any]] = [command.to_dict(tree) for command in tree.get_commands()]
        payload.sort(key=lambda command: (command["type"], command["name"]))
        told = [self._client.application_id, [guild.id for guild in guilds], payload]
        return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()
