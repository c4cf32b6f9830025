"""Home: finding out and saying which server is the desk's own, and keeping silent on all others."""

from typing import Final

import discord
import structlog
from discord.ext import commands

from bot.usecases.admin import home
from cogs.context import BotContext

_log: Final = structlog.stdlib.get_logger(__name__)


class HomeServer(commands.Cog):
    """Whoever configured a channel said with it which server is theirs; else a code has to be typed there."""

    def __init__(self, bot_context: BotContext, client: discord.Client) -> None:
        self._bot_context = bot_context
        self._client = client

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Now channels are known, and links to messages can be made."""
        self._bot_context.enlist()
        await self._settle()
        self._client.dispatch("home_known")
        for guild in self._client.guilds:
            self._warn(guild)

    @commands.Cog.listener()
    async def on_home_settled(self) -> None:
        """``/setup`` brought the code along."""
        self._tell()
        self._look()
        self._client.dispatch("home_known")

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Anybody may invite a bot."""
        self._warn(guild)

    async def _settle(self) -> None:
        desk, known = self._bot_context.desk, self._bot_context.home
        if known is None:
            channel = self._client.get_channel(desk.default_channel_id or 0)
            if isinstance(channel, discord.abc.GuildChannel):
                known = channel.guild.id
        if known is not None:
            await home.remember(desk, known)
        elif code := home.setup_code(desk):
            _log.warning(
                "desk_without_server", remedy=f"on your server type /setup with the code {code}, once"
            )
        self._tell()
        self._look()

    @commands.Cog.listener()
    async def on_guild_channel_create(self, _: discord.abc.GuildChannel) -> None:
        """There is a channel more."""
        self._look()

    @commands.Cog.listener()
    async def on_guild_channel_update(
        self, _: discord.abc.GuildChannel, __: discord.abc.GuildChannel
    ) -> None:
        """A channel was opened or closed to people, or something else about it changed."""
        self._look()

    @commands.Cog.listener()
    async def on_guild_role_update(self, *_: discord.Role) -> None:
        """What everybody may has changed, perhaps."""
        self._look()

    def _tell(self) -> None:
        """Every project is on the desk's one server."""
        for desk in self._bot_context.desk.everybody:
            desk.guild_id = self._bot_context.home

    def _look(self) -> None:
        """Which channels everybody on the desk's server sees."""
        guild = self._client.get_guild(self._bot_context.home or 0)
        if guild is not None:
            everybody = guild.default_role
            seen = (each.id for each in guild.channels if each.permissions_for(everybody).view_channel)
            channels = frozenset(seen)
            for desk in self._bot_context.desk.everybody:
                desk.open_channels = channels

    def _warn(self, guild: discord.Guild) -> None:
        known = self._bot_context.home
        if known is not None and guild.id != known:
            _log.warning("strange_server", note="not this desk's: silent there", guild_id=guild.id)
