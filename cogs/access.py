"""Access: who asks, which project it is about, and what of it they may see.

Law: `Access.admit` comes first: nothing is done or told before it is known who asks, that the desk's
server is theirs, and that they see the channels of all they ask for. What was not admitted may demand
nothing.
"""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import discord

from bot.domain.errors import ConflictError, NotDurableError
from bot.domain.sight import Sight, SubjectRef
from bot.usecases import person as people
from bot.usecases.admin import audience
from bot.usecases.desk import Desk
from cogs.context import STRANGE, BotContext
from cogs.rights import Capability

T = TypeVar("T")

PATIENCE: Final = 1.5
"""Seconds until Discord has to hear something, which gives up after three."""

_LEAST: Final = 0.25


class Access:
    """What an interaction may be about; its clock runs from the beginning."""

    def __init__(self, bot_context: BotContext, interaction: discord.Interaction[Any]) -> None:
        self.bot_context = bot_context
        self.interaction = interaction
        self._begun = bot_context.desk.clock.monotonic()
        self._member: discord.Member | None = None
        self._admitted: set[SubjectRef] = set()
        self._entered = False

    @property
    def member(self) -> discord.Member:
        """Who asked, as a member of the desk's server.

        Raises:
            ConflictError: they were not admitted.
        """
        if self._member is None:
            raise ConflictError(STRANGE)
        return self._member

    @property
    def sight(self) -> Sight:
        """The channels that the person sees, for lists."""
        return self.bot_context.rights.sight(self.member, here=self._here)

    async def zone(self) -> ZoneInfo:
        """The zone in which this person's times are read.

        Raises:
            NotDurableError: that cannot be told in time.
        """
        return await self.within_deadline(people.zone_of(self.bot_context.desk, self.interaction.user.id))

    async def admit(self, *asked: SubjectRef) -> None:
        """Let pass a member of the desk's server who sees all that is asked for.

        Raises:
            ConflictError: it is not this desk's server.
            NotFoundError: something is not there, or not for these eyes; nobody can tell which.
            NotDurableError: that cannot be told in time.
        """
        if self._member is None:
            self._member = await self.bot_context.member(self.interaction)
            await self._enter_place()
        wanted = [each for each in asked if each not in self._admitted]
        hidden = await self.hidden(wanted)
        if hidden is not None:
            raise audience.missing(hidden)
        self._admitted |= set(wanted)

    async def hidden(self, asked: Iterable[SubjectRef]) -> SubjectRef | None:
        """The first of these that is not there or not for the eyes of this person."""
        wanted = list(asked)
        seen = set(await self.visible(wanted))
        return next((each for each in wanted if each not in seen), None)

    async def visible(self, asked: Iterable[SubjectRef]) -> list[SubjectRef]:
        """The refs among these that are there and that this person may see."""
        wanted, member = list(asked), self.member
        await self._enter_named(wanted)
        rights = self.bot_context.rights
        if not wanted or member.guild_permissions.administrator:
            return wanted
        places = await self.within_deadline(audience.channels(self.bot_context.desk, wanted))
        return [
            each
            for each, channels in zip(wanted, places, strict=True)
            if any(rights.sees(member, channel_id, here=self._here) for channel_id in channels)
        ]

    def enter(self, desk: Desk) -> None:
        """From here on it is about the project of this desk and no other."""
        self._entered = True
        self.bot_context = self.bot_context.of(desk)

    def enter_tagged(self, tag: str) -> bool:
        """Enter the project whose tag a message bears; False for another database's."""
        desk = self.bot_context.desk.tagged(tag)
        if desk is not None:
            self.enter(desk)
        return desk is not None

    async def _enter_place(self) -> None:
        """Unless it names something: the project of the channel, else one that the person answers for."""
        if self._entered or len(self.bot_context.desk.projects) == 1:
            return
        channel, here = self.interaction.channel, self._here
        ids = [each for each in (here, getattr(channel, "parent_id", None)) if each is not None]
        desk = self.bot_context.desk
        found = await self.within_deadline(audience.of_channels(desk, ids)) if ids else None
        if found is None:
            rights = ((each, self.bot_context.rights.of(each)) for each in desk.everybody)
            able = (each for each, theirs in rights if theirs.allows(self.member, Capability.RESPOND))
            found = next(able, desk.everybody[0])
        self.bot_context = self.bot_context.of(found)
        if found is not found.everybody[0]:
            self.demand(Capability.VIEW, f"look into the project {found.project.name}")

    async def _enter_named(self, asked: Sequence[SubjectRef]) -> None:
        """What is named first says which project it is about, if the person may look there."""
        desk = self.bot_context.desk
        if self._entered or not asked or len(desk.projects) == 1:
            return
        for each in await self.within_deadline(audience.owners(desk, asked)):
            if self.bot_context.rights.of(each).allows(self.member, Capability.VIEW):
                self.enter(each)
                return

    def demand(self, capability: Capability, task: str) -> None:
        """Let pass who may do ``task`` on this desk.

        Raises:
            RefusedError: the person has not the role.
            ConflictError: they were not admitted.
        """
        self.bot_context.rights.demand(self.member, capability, task)

    @property
    def _here(self) -> int | None:
        """The channel where it was asked, into which the person looks; a private message is none."""
        return self.interaction.channel_id if self.interaction.guild_id is not None else None

    async def within_deadline(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of ``work`` that no sign of life may precede: forms and completions.

        Raises:
            NotDurableError: it takes too long.
        """
        try:
            async with asyncio.timeout(max(self._left, _LEAST)):
                return await work
        except TimeoutError:
            raise NotDurableError("The database is slow to answer.") from None

    @property
    def _left(self) -> float:
        """Seconds until Discord has to hear something."""
        return self._begun + PATIENCE - self.bot_context.desk.clock.monotonic()
