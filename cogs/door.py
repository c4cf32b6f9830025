"""Door: what every cog needs at hand."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import discord

from bot.domain.errors import ConflictError
from bot.domain.vitals import Vitals
from bot.usecases.desk import Desk
from cogs.double_press import RecentPresses
from cogs.rights import Rights, RoleWords

SendTest: TypeAlias = Callable[[str], Awaitable[str]]
Lacking: TypeAlias = Callable[[discord.Permissions], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BotOptions:
    """What the configuration and the rest of the house tell this door.

    ``guild_id`` is the server of this desk, None to find it out; ``public_url`` is where senders reach us,
    without a slash at its end; ``send_test`` posts an alert through the real door as the source of that name
    and returns its ref (`TocsinError` when that fails); ``lacking`` names the permissions a card still needs;
    ``vitals`` says how the process is.
    """

    public_url: str
    send_test: SendTest
    lacking: Lacking
    vitals: Callable[[], Vitals] = Vitals
    guild_id: int | None = None
    roles: RoleWords = field(default_factory=RoleWords)


@dataclass(frozen=True, slots=True)
class Door:
    """The desk, as seen from Discord; ``busy`` are the tasks that serve somebody now.

    ``presses`` remembers for two seconds who pressed what.
    """

    desk: Desk
    options: BotOptions
    rights: Rights
    busy: set[asyncio.Task[Any]] = field(default_factory=set)
    presses: RecentPresses = field(default_factory=RecentPresses)

    @property
    def tag(self) -> str:
        """The mark of this desk's database in custom_ids."""
        return self.desk.project.tag

    def home(self, client: discord.Client) -> int | None:
        """The server of this desk: configured, or that of its channel; None while nothing is set up."""
        settled = self.options.guild_id or self.desk.project.settings.guild_id
        channel_id = self.desk.default_channel_id
        if settled is not None or channel_id is None:
            return settled
        channel = client.get_channel(channel_id)
        return channel.guild.id if isinstance(channel, discord.abc.GuildChannel | discord.Thread) else None

    def enlist(self) -> None:
        """The present task serves somebody: the door closes behind it, not on it."""
        task = asyncio.current_task()
        if task is not None and task not in self.busy:
            self.busy.add(task)
            task.add_done_callback(self.busy.discard)

    async def empty(self, seconds: float) -> None:
        """Return when everybody is served, at the latest after ``seconds``; then whoever is left must go."""
        if self.busy:
            await asyncio.wait(self.busy, timeout=seconds)
        for task in self.busy:
            task.cancel()
        await asyncio.gather(*self.busy, return_exceptions=True)

    def demand_home(self, interaction: discord.Interaction[Any]) -> None:
        """Let pass what comes from the desk's own server: a bot may be invited to others.

        Raises:
            ConflictError: it comes from elsewhere.
        """
        home = self.home(interaction.client)
        if home is not None and interaction.guild_id != home:
            raise ConflictError("This alert desk belongs to another Discord server.")
