"""Reading channels and changing the world for tests: overwrites, channels, threads."""

from http import HTTPStatus
from typing import Any, Literal

import msgspec

from bot.sandbox.act import thread
from bot.sandbox.control.option import channel_of
from bot.sandbox.control.view import channel_view, message_view
from bot.sandbox.limit.message import field_of
from bot.sandbox.limit.thread import read_thread_edit
from bot.sandbox.model.channel import Channel, ChannelType, Overwrite, Thread
from bot.sandbox.model.error import ControlError
from bot.sandbox.model.guild import Member
from bot.sandbox.model.permission import Permission
from bot.sandbox.model.world import World

Json = dict[str, Any]
NEWEST = (1 << 64) - 1
MAX_PAGE = 1000


class OverwriteInput(msgspec.Struct):
    """``target``: an id, a role's or person's name, or ``bot``; bits as a number, a digit string or names."""

    target: str
    allow: int | str | list[str] = 0
    deny: int | str | list[str] = 0


def _bits(value: int | str | list[str]) -> int:
    if isinstance(value, list):
        try:
            return int(sum(Permission[name.upper()] for name in value))
        except KeyError as error:
            raise ControlError(f"There is no permission {error.args[0]}") from error
    if isinstance(value, str) and not value.isdecimal():
        raise ControlError("Permission bits are a number or a list of names")
    return int(value)


def _target(world: World, name: str) -> tuple[int, int]:
    """Id and type (0 role, 1 member) of whom an overwrite is for."""
    for role in world.guild.roles.values():
        if name in (str(role.id), role.name):
            return role.id, 0
    if name == "bot":
        return world.bot.user.id, 1
    for member in world.guild.members.values():
        if name in (str(member.user.id), member.user.username):
            return member.user.id, 1
    raise ControlError(f"There is no role or person {name!r}", status=HTTPStatus.NOT_FOUND)


def overwrite(world: World, channel_id: str, wishes: list[OverwriteInput]) -> Json:
    """Replace a channel's overwrites; the channel as it is then.

    Raises:
        ControlError: 404 for an unknown channel or target, 400 for unknown permissions.
    """
    channel = channel_of(world, channel_id)
    found: dict[int, Overwrite] = {}
    for wish in wishes:
        target_id, kind = _target(world, wish.target)
        found[target_id] = Overwrite(target_id, kind, _bits(wish.allow), _bits(wish.deny))
    channel.overwrites = found
    world.publish_channel("CHANNEL_UPDATE", channel)
    return channel_view(channel)


class ChannelInput(msgspec.Struct):
    """A channel to add: ``text`` or ``forum``."""

    name: str
    type: Literal["text", "forum"] = "text"


class RoleInput(msgspec.Struct):
    """Changes to a role; what is left out stays."""

    permissions: int | str | list[str] | None = None
    mentionable: bool | None = None


def add(world: World, wish: ChannelInput) -> Json:
    """Add a channel; it as it is then."""
    channel = world.add_channel(wish.name, ChannelType[wish.type.upper()])
    world.publish_channel("CHANNEL_CREATE", channel)
    return channel_view(channel)


def change_role(world: World, role_id: str, wish: RoleInput) -> Json:
    """Change what a role may or whether it can be mentioned.

    Raises:
        ControlError: 404 for an unknown role, 400 for unknown permissions.
    """
    found, kind = _target(world, role_id)
    if kind:
        raise ControlError(f"{role_id!r} is a person, not a role", status=HTTPStatus.NOT_FOUND)
    role = world.guild.roles[found]
    role.permissions = role.permissions if wish.permissions is None else _bits(wish.permissions)
    role.is_mentionable = role.is_mentionable if wish.mentionable is None else wish.mentionable
    world.publish_role(role)
    return role.wire()


def give_roles(world: World, member: Member, names: list[str]) -> Json:
    """Replace a member's roles, given by id or name.

    Raises:
        ControlError: 404 for an unknown role.
    """
    targets = [_target(world, name) for name in names]
    member.role_ids = [target_id for target_id, kind in targets if kind == 0 and target_id != world.guild.id]
    world.publish_member(member)
    return member.wire()


def delete(world: World, channel_id: str) -> Json:
    """Delete a channel or thread.

    Raises:
        ControlError: 404.
    """
    channel = channel_of(world, channel_id)
    thread.delete(world, channel)
    return {"deleted": channel_id}


def change(world: World, channel_id: str, body: Json) -> Json:
    """Change a thread as an operator would (``archived``, ``locked``, ``name``) or rename a channel.

    Raises:
        ControlError: 404.
        ApiError: 50035.
    """
    channel = channel_of(world, channel_id)
    edit = read_thread_edit(field_of(body))
    if isinstance(channel, Thread):
        thread.apply(world, channel, edit)
    elif isinstance(edit.name, str):
        channel.name = edit.name
        world.publish_channel("CHANNEL_UPDATE", channel)
    return channel_view(channel)


def messages(
    world: World, channel: Channel, viewer: Member | None, *, limit: int = 50, before: int | None = None
) -> list[Json]:
    """A channel's messages, newest last, with what was whispered to the viewer."""
    limit, end = max(1, min(limit, MAX_PAGE)), NEWEST if before is None else before
    ids = channel.before(end, limit)
    if viewer is not None:
        whispers = world.whispers.get((channel.id, viewer.user.id), [])
        seen = [message_id for message_id in whispers if message_id < end and message_id in world.messages]
        ids = sorted([*ids, *seen])[-limit:]
    return [message_view(world, world.messages[message_id], viewer) for message_id in ids]
