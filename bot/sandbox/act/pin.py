"""Pinned messages of a channel."""

from bot.sandbox.act.post import demand_open, enter, publish, reference_to
from bot.sandbox.model.channel import Channel
from bot.sandbox.model.error import ApiError, Refusal
from bot.sandbox.model.event import Event, Intent
from bot.sandbox.model.guild import Member
from bot.sandbox.model.message import Message, MessageType
from bot.sandbox.model.permission import Permission
from bot.sandbox.model.world import World

MAX_PINS = 250


def _publish(world: World, channel: Channel) -> None:
    data = {
        "guild_id": str(world.guild.id),
        "channel_id": str(channel.id),
        "last_pin_timestamp": None if channel.last_pin_at is None else channel.last_pin_at.isoformat(),
    }
    world.hub.publish(Event(name="CHANNEL_PINS_UPDATE", data=data, intent=Intent.GUILDS, channel=channel))


def add(world: World, member: Member, message: Message) -> None:
    """Pin a message; the channel says so.

    Raises:
        ApiError: 30003 beyond 250, 50001, 50013 or 50083.
    """
    channel = message.channel
    world.demand(member, channel, Permission.PIN_MESSAGES)
    demand_open(message)
    if message.is_pinned:
        return
    if len(channel.pinned_at) >= MAX_PINS:
        raise ApiError(Refusal.MAX_PINS)
    now = world.now()
    message.is_pinned, channel.pinned_at[message.id], channel.last_pin_at = True, now, now
    publish(world, "MESSAGE_UPDATE", message)
    _publish(world, channel)
    note = Message(world.ids.take(), channel, member.user, now, type=MessageType.PIN)
    note.reference, note.referenced = reference_to(world, message), message
    enter(world, note)


def remove(world: World, member: Member, message: Message) -> None:
    """Unpin a message.

    Raises:
        ApiError: 50001, 50013 or 50083.
    """
    world.demand(member, message.channel, Permission.PIN_MESSAGES)
    demand_open(message)
    if not message.is_pinned:
        return
    message.is_pinned = False
    del message.channel.pinned_at[message.id]
    publish(world, "MESSAGE_UPDATE", message)
    _publish(world, message.channel)
