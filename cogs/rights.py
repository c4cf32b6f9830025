"""Rights: who may do what, by Discord roles, and see what, by channels; asked at every single act.

Discord's own command permissions are only defaults that every server can change, and know nothing of buttons
and emoji. To manage implies to respond, to respond implies to view; who administers the server may all.
Who sees a channel sees what is shown there, and nobody else does. What is shown in a channel that is gone is
seen by whoever may manage.
"""

from collections.abc import Iterable
from enum import IntEnum
from typing import TypeAlias

import discord
import msgspec

from bot.domain import actor as actors
from bot.domain.errors import InvalidInputError, TocsinError
from bot.domain.sight import EVERYTHING, Sight
from bot.usecases.desk import Desk

Place: TypeAlias = discord.abc.GuildChannel | discord.Thread


class Capability(IntEnum):
    """What roles give; each includes the lower ones."""

    VIEW = 0
    RESPOND = 1
    MANAGE = 2


class RoleWords(msgspec.Struct, frozen=True, kw_only=True):
    """Configured names or ids of roles; without ``view`` everyone who sees the channel may look."""

    view: tuple[str, ...] = ()
    respond: tuple[str, ...] = ()
    manage: tuple[str, ...] = ()


class RefusedError(TocsinError):
    """Says that this person may not do that; ``roles`` are the ids of those that could."""

    def __init__(self, task: str, roles: tuple[int, ...]) -> None:
        super().__init__(f"not allowed to {task}")
        self.task = task
        self.roles = roles


class Rights:
    """The words of the configuration and the roles picked in Discord, applied to members of a server."""

    def __init__(self, desk: Desk, words: RoleWords) -> None:
        self._desk = desk
        self._words = words

    def of(self, desk: Desk) -> "Rights":
        """The rights in another project."""
        return Rights(desk, self._words)

    @property
    def _own_words(self) -> RoleWords:
        """What the configuration says is about the first project; the others have what was picked."""
        is_first = self._desk.project.id == self._desk.everybody[0].project.id
        return self._words if is_first else RoleWords()

    def allows(self, member: discord.Member, capability: Capability) -> bool:
        """Whether the member may."""
        if member.guild_permissions.administrator or member.guild_permissions.manage_guild:
            return True
        if capability is Capability.VIEW and not (
            self._own_words.view or self._desk.project.settings.view_role_ids
        ):
            return True
        held = {role.id for role in member.roles}
        return any(
            held & set(self._granting(member.guild, each)) for each in Capability if each >= capability
        )

    def sees(self, member: discord.Member, channel_id: int, *, here: int | None = None) -> bool:
        """Whether the member sees a channel, or is in it (``here``); 0 is the desk's own."""
        if channel_id == here or member.guild_permissions.administrator:
            return True
        place = member.guild.get_channel_or_thread(channel_id or self._desk.default_channel_id or 0)
        if place is None:
            return self.allows(member, Capability.MANAGE)
        return _sees(member, place)

    def sight(self, member: discord.Member, *, here: int | None = None) -> Sight:
        """All channels that the member sees, for lists."""
        if member.guild_permissions.administrator:
            return EVERYTHING
        places = {each.id: each for each in (*member.guild.channels, *member.guild.threads)}
        seen = {ident for ident, place in places.items() if ident == here or _sees(member, place)}
        hidden = places.keys() - seen
        own = self._desk.default_channel_id
        if self.allows(member, Capability.MANAGE):
            return Sight(frozenset(hidden | {0} if own in hidden else hidden))
        seen |= {here} if here is not None else set()
        return Sight(frozenset(seen | {0} if own in seen else seen), beyond=False)

    def demand(self, member: discord.Member, capability: Capability, task: str) -> None:
        """Let pass who may do ``task``, e.g. ``resolve alerts``.

        Raises:
            RefusedError: the person has none of the roles.
        """
        if not self.allows(member, capability):
            raise RefusedError(task, self.roles(member.guild, capability))

    def roles(self, guild: discord.Guild, capability: Capability) -> tuple[int, ...]:
        """The roles to name to somebody who lacks ``capability``: the least that would do first."""
        found = (ident for each in Capability if each >= capability for ident in self._granting(guild, each))
        return tuple(dict.fromkeys(found))

    def _granting(self, guild: discord.Guild, capability: Capability) -> tuple[int, ...]:
        """The roles of this server that give exactly this capability, as configured and as picked."""
        settings = self._desk.project.settings
        words, picked = {
            Capability.VIEW: (self._own_words.view, settings.view_role_ids),
            Capability.RESPOND: (self._own_words.respond, settings.respond_role_ids),
            Capability.MANAGE: (self._own_words.manage, settings.manage_role_ids),
        }[capability]
        return (*_named(guild, words), *(ident for ident in picked if guild.get_role(ident)))


def responder(rights: Rights, member: discord.Member, field: str) -> actors.Actor:
    """Who is given something to do.

    Raises:
        InvalidInputError: the person may not respond, or is a bot.
    """
    if member.bot or not rights.allows(member, Capability.RESPOND):
        raise InvalidInputError(field, "may not respond to incidents: a role that may is needed first")
    return actors.person(member.id, member.display_name)


def _sees(member: discord.Member, place: Place) -> bool:
    """A thread is seen by whoever sees its channel; a private one only by whoever looks after threads."""
    if not isinstance(place, discord.Thread):
        return place.permissions_for(member).view_channel
    parent = place.parent
    if parent is None:
        return False
    allowed = parent.permissions_for(member)
    return allowed.view_channel and (not place.is_private() or allowed.manage_threads)


def _named(guild: discord.Guild, words: Iterable[str]) -> Iterable[int]:
    for word in words:
        wanted = word.strip().removeprefix("@").casefold()
        for role in guild.roles:
            if wanted in {str(role.id), role.name.removeprefix("@").casefold()}:
                yield role.id
