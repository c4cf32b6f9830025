"""Registration: telling Discord which commands there are, only when they changed.

Commands of a server appear at once, global ones may take a while; and every new one counts against 200 a day.
The digest of what was sent last is kept in the database, so that a restart sends nothing.
"""

import asyncio
import hashlib
import json
from collections.abc import Iterable
from typing import Any

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.usecases.admin import setting
from cogs.door import Door
from cogs.errand import UNREACHABLE

_log = structlog.stdlib.get_logger(__name__)


class Registration(commands.Cog):
    """Registers the commands in this desk's server, or in all that the bot is in while it knows none."""

    def __init__(self, door: Door, client: commands.Bot) -> None:
        self._door = door
        self._client = client
        self._alone = asyncio.Lock()

    async def cog_load(self) -> None:
        """A known server need not be waited for."""
        if self._door.options.guild_id is not None:
            await self.register()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Now the servers are known."""
        self._door.enlist()
        await self.register()

    @commands.Cog.listener()
    async def on_guild_join(self, _: discord.Guild) -> None:
        """A server that invites the bot has none of its commands, even if it had them once."""
        self._door.enlist()
        await self.register(anew=True)

    async def register(self, *, anew: bool = False) -> None:
        """Send the commands unless exactly these were sent to exactly these servers."""
        known = self._door.options.guild_id
        guild_ids = [known] if known is not None else sorted(each.id for each in self._client.guilds)
        async with self._alone:
            digest = self._digest(guild_ids)
            if not guild_ids or (digest == self._door.desk.project.settings.command_digest and not anew):
                return
            if all([await self._send(guild_id) for guild_id in guild_ids]):
                await setting.remember_commands(self._door.desk, digest)
                _log.info("commands_registered", guilds=len(guild_ids))

    async def _send(self, guild_id: int) -> bool:
        guild = discord.Object(guild_id)
        self._client.tree.copy_global_to(guild=guild)
        try:
            await self._client.tree.sync(guild=guild)
        except (app_commands.AppCommandError, *UNREACHABLE) as error:
            _log.error("commands_not_registered", guild_id=guild_id, reason=repr(error))
            return False
        return True

    def _digest(self, guild_ids: Iterable[int]) -> str:
        tree = self._client.tree
        payload: list[dict[str, Any]] = [command.to_dict(tree) for command in tree.get_commands()]
        payload.sort(key=lambda command: (command["type"], command["name"]))
        told = [self._client.application_id, list(guild_ids), payload]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
