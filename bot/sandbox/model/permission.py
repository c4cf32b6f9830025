"""Who may do what where: Discord's permission bits and how roles and overwrites combine to them.

The order is Discord's: @everyone, roles, administrator; then the channel's overwrites for @everyone, for
the roles together, for the member; then the implicit denials.
"""

from enum import IntFlag

from bot.sandbox.model.channel import Channel, Thread
from bot.sandbox.model.error import ApiError, Refusal
from bot.sandbox.model.guild import Guild, Member


class Permission(IntFlag):
    """The bits that mean something in the sandbox."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    MANAGE_ROLES = 1 << 28
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    SEND_MESSAGES_IN_THREADS = 1 << 38
    SEND_POLLS = 1 << 49
    PIN_MESSAGES = 1 << 51


EVERYTHING = (1 << 53) - 1
SEND_SILENCES = (
    Permission.EMBED_LINKS | Permission.ATTACH_FILES | Permission.MENTION_EVERYONE | Permission.SEND_POLLS
)


def permissions_in_guild(guild: Guild, member: Member) -> int:
    """The bits a member's roles grant before any channel speaks."""
    if member.user.id == guild.owner_id:
        return EVERYTHING
    granted = guild.roles[guild.id].permissions
    for role_id in member.role_ids:
        granted |= guild.roles[role_id].permissions
    return EVERYTHING if granted & Permission.ADMINISTRATOR else granted


def permissions_in(guild: Guild, member: Member, channel: Channel) -> int:
    """The bits a member really has in a channel; a thread asks its parent."""
    granted = permissions_in_guild(guild, member)
    if granted == EVERYTHING:
        return granted
    speaking = Permission.SEND_MESSAGES
    if isinstance(channel, Thread):
        channel, speaking = channel.parent, Permission.SEND_MESSAGES_IN_THREADS
    allow = deny = 0
    for overwrite in channel.overwrites.values():
        if overwrite.id == guild.id:
            granted = granted & ~overwrite.deny | overwrite.allow
        elif overwrite.id in member.role_ids:
            allow |= overwrite.allow
            deny |= overwrite.deny
    granted = granted & ~deny | allow
    own = channel.overwrites.get(member.user.id)
    if own is not None:
        granted = granted & ~own.deny | own.allow
    if not granted & Permission.VIEW_CHANNEL:
        return 0
    return granted if granted & speaking else granted & ~SEND_SILENCES


def may_view(guild: Guild, member: Member, channel: Channel) -> bool:
    """Whether the channel exists at all for this member."""
    return bool(permissions_in(guild, member, channel) & Permission.VIEW_CHANNEL)


def demand(guild: Guild, member: Member, channel: Channel, *needed: Permission) -> None:
    """Let pass who has every one of the bits.

    Raises:
        ApiError: 50001 without VIEW_CHANNEL, 50013 without one of the others.
    """
    granted = permissions_in(guild, member, channel)
    if not granted & Permission.VIEW_CHANNEL:
        raise ApiError(Refusal.MISSING_ACCESS)
    if any(not granted & bit for bit in needed):
        raise ApiError(Refusal.MISSING_PERMISSIONS)
