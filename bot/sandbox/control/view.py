"""How the page and tests see the world: Discord's objects plus ``sandbox``, with what Discord hides."""

from typing import Any

import msgspec

from bot.sandbox.model.channel import Channel, Thread
from bot.sandbox.model.event import Event
from bot.sandbox.model.guild import Member
from bot.sandbox.model.message import Message
from bot.sandbox.model.permission import permissions_in_guild
from bot.sandbox.model.world import World

Json = dict[str, Any]


def message_view(world: World, message: Message, viewer: Member | None) -> Json:
    """A message as ``viewer`` sees it; reactions name their people, ``sandbox`` tells who was rung."""
    viewer_id = world.bot.user.id if viewer is None else viewer.user.id
    body = message.wire(viewer_id)
    body["reactions"] = reactions_view(message, viewer_id)
    origin = message.origin
    body["sandbox"] = {
        "pinged": message.pings.wire(),
        "ephemeral_for": None if message.ephemeral_for is None else message.ephemeral_for.username,
        "interaction": None if origin is None else {"user": origin.user.username, "name": origin.name},
    }
    return body


def reactions_view(message: Message, viewer_id: int) -> list[Json]:
    """Discord's reaction objects with the names of the people."""
    users = message.reactions.values()
    return [
        wire | {"users": [user.username for user in names.values()]}
        for wire, names in zip(message.reactions_wire(viewer_id), users, strict=True)
    ]


def event_view(world: World, event: Event, viewer: Member) -> Json:
    """An event's data for a page."""
    if event.message is None:
        return event.data
    if event.name in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
        return message_view(world, event.message, viewer)
    return event.data | {"reactions": reactions_view(event.message, viewer.user.id)}


def channel_view(channel: Channel) -> Json:
    """A channel or thread."""
    return channel.wire()


def world_view(world: World) -> Json:
    """The whole world but its messages."""
    guild = world.guild
    channels = [channel for channel in world.channels.values() if not isinstance(channel, Thread)]
    return {
        "guild": {"id": str(guild.id), "name": guild.name},
        "bot": {"id": str(world.bot.user.id), "username": world.bot.user.username},
        "channels": [channel_view(channel) for channel in channels],
        "threads": [channel_view(thread) for thread in world.threads()],
        "roles": [role.wire() for role in guild.roles.values()],
        "people": [person_view(world, name) for name in world.people],
        "commands": [command.wire() for command in world.commands.all()],
        "settings": msgspec.to_builtins(world.settings),
    }


def person_view(world: World, name: str) -> Json:
    """A person with roles and permissions in the guild."""
    member = world.people[name]
    return {
        "name": name,
        "id": str(member.user.id),
        "roles": [str(role_id) for role_id in member.role_ids],
        "permissions": str(permissions_in_guild(world.guild, member)),
    }
