"""Home: finding out and saying which server is the desk's own, and keeping silent on all others."""

import discord
import structlog
from discord.ext import commands

from bot.usecases.admin import home
from cogs.context import BotContext

_log = structlog.stdlib.get_logger(__name__)


class HomeServer(commands.Cog):
    """Whoever configured a channel said with it which server is theirs; else a code has to be typed there."""

    def __init__(self, bot_context: BotContext, client: discord.Client) -> None:
        self._door = bot_context
        self._client = client

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Now channels are known, and links to messages can be made."""
        self._door.enlist()
        await self._settle()
        self._client.dispatch("home_known")
        for guild in self._client.guilds:
            self._warn(guild)

    @commands.Cog.listener()
    async def on_home_settled(self) -> None:
        """``/setup`` brought the code along."""
        self._door.desk.guild_id = self._door.home
        self._client.dispatch("home_known")

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Anybody may invite a bot."""
        self._warn(guild)

    async def _settle(self) -> None:
        desk, known = self._door.desk, self._door.home
        if known is None:
            channel = self._client.get_channel(desk.default_channel_id or 0)
            if isinstance(channel, discord.abc.GuildChannel):
                known = channel.guild.id
        if known is not None:
            await home.remember(desk, known)
        elif code := home.setup_code(desk):
            _log.warning(
                f"no Discord server is this desk's yet: on yours type /setup with the code {code}", once=True
            )
        desk.guild_id = self._door.home

    def _warn(self, guild: discord.Guild) -> None:
        known = self._door.home
        if known is not None and guild.id != known:
            _log.warning("invited to a server that is not this desk's: silent there", guild_id=guild.id)
