"""Context: what every cog needs at hand."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias, TypeVar

import discord

from bot.cards.card import Ping
from bot.domain.alert.signal import Severity
from bot.domain.errors import ConflictError, NotDurableError
from bot.domain.finding import ReportSection
from bot.domain.process_health import ProcessHealth
from bot.usecases.desk import Desk
from bot.usecases.durability import OUTAGE, durably
from bot.usecases.outbox.mention import Rung
from cogs.double_press import RecentPresses
from cogs.rights import Rights, RoleWords

T = TypeVar("T")

SendTest: TypeAlias = Callable[[str, int], Awaitable[str]]
Diagnose: TypeAlias = Callable[[], Awaitable[Sequence[ReportSection]]]
ResolvePing: TypeAlias = Callable[..., Ping]
Lacking: TypeAlias = Callable[[discord.Permissions], Sequence[str]]


STRANGE: Final = "This alert desk belongs to another Discord server."
HOMELESS: Final = (
    "This alert desk does not know yet which Discord server it belongs to. Whoever manages the server types"
    " /setup with the code that `tocsin run` and `tocsin check` print."
)


async def _unexamined() -> Sequence[ReportSection]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BotOptions:
    """What the configuration and the rest of the program tell the cogs.

    ``guild_id`` is the server of this desk, None for what is written down; ``public_url`` is where senders
    reach us, without a slash at its end; ``send_test`` posts an alert over HTTP as the source of
    that name in a project and returns its ref (`TocsinError` when that fails); ``lacking`` names the
    permissions a card still needs; ``process_health`` says how the process is. ``ping_words`` are whom the
    configuration wakes, ``resolve_ping`` says whom a severity wakes in a project's channel; ``diagnose`` is
    the doctor; ``outage`` are the pauses of `BotContext.durably`.
    """

    public_url: str
    send_test: SendTest
    lacking: Lacking
    process_health: Callable[[], ProcessHealth] = ProcessHealth
    guild_id: int | None = None
    roles: RoleWords = field(default_factory=RoleWords)
    ping_words: Mapping[Severity, Sequence[str]] = field(default_factory=dict)
    resolve_ping: ResolvePing = lambda *_: Ping()
    diagnose: Diagnose = _unexamined
    outage: Sequence[float] = OUTAGE


@dataclass(frozen=True, slots=True)
class BotContext:
    """The desk, as seen from Discord; ``busy`` are the tasks that serve somebody now.

    ``presses`` remembers for two seconds who pressed what.
    """

    desk: Desk
    options: BotOptions
    rights: Rights
    busy: set[asyncio.Task[Any]] = field(default_factory=set)
    presses: RecentPresses = field(default_factory=RecentPresses)

    def of(self, desk: Desk) -> "BotContext":
        """The context of another project."""
        return self if desk is self.desk else replace(self, desk=desk, rights=self.rights.of(desk))

    def named(self, rung: Rung | None) -> Ping:
        """Whom the answer to a press goes on mentioning: those who were ``rung``."""
        return Ping() if rung is None else self.options.resolve_ping(*rung)

    async def durably(self, work: Callable[[], Awaitable[T]]) -> T:
        """What ``work`` gives: nobody sees that an emoji was not heard, so the database is waited for.

        Raises:
            NotDurableError: it stays out of reach.
        """
        return await durably(self.desk.clock, work, pauses=self.options.outage)

    @property
    def tag(self) -> str:
        """The mark of this desk's database in custom_ids."""
        return self.desk.project.tag

    @property
    def home(self) -> int | None:
        """The server of this desk, as configured or written down; None until somebody said which it is."""
        return self.options.guild_id or self.desk.everybody[0].project.settings.guild_id

    def enlist(self) -> None:
        """Note that the present task serves somebody: closing waits for it."""
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

    def is_home(self, guild_id: int | None) -> bool:
        """Whether this is the desk's own server; none is while it is not known."""
        return guild_id is not None and guild_id == self.home

    async def member(self, interaction: discord.Interaction[Any]) -> discord.Member:
        """Who asks, as a member of the desk's own server: a bot may be invited to others, and be written to.

        Raises:
            ConflictError: they are not one, or no server is known yet.
            NotDurableError: Discord has not told yet what the server is like.
        """
        if self.home is None:
            raise ConflictError(HOMELESS)
        if interaction.guild_id not in (None, self.home):
            raise ConflictError(STRANGE)
        asking: discord.abc.User | None = interaction.user
        if interaction.guild_id is None:
            asking = await self._fetch(interaction.client, interaction.user.id)
        if not isinstance(asking, discord.Member):
            raise ConflictError(STRANGE)
        if asking.guild.get_role(asking.guild.id) is None:
            raise NotDurableError("Discord has not told yet who may see what here.")
        return asking

    async def _fetch(self, client: discord.Client, user_id: int) -> discord.Member | None:
        """Whoever writes privately has the roles that they have on the server."""
        guild = client.get_guild(self.home or 0)
        try:
            return None if guild is None else await guild.fetch_member(user_id)
        except discord.NotFound:
            return None
