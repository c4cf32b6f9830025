"""Channels and threads as such: read, change, delete."""

from bot.sandbox.act import thread
from bot.sandbox.limit.thread import read_tags, read_thread_edit
from bot.sandbox.model.channel import Channel, ChannelType, Thread
from bot.sandbox.model.permission import Permission
from bot.sandbox.rest.route import Call, Reply, Route


def read(call: Call) -> Reply:
    """A channel or thread."""
    return Reply(200, _wire(call, call.visible_channel()))


def _wire(call: Call, channel: Channel) -> dict[str, object]:
    body: dict[str, object] = channel.wire()
    if isinstance(channel, Thread) and call.bot.user.id in channel.joined_at:
        body["member"] = channel.member_wire(call.bot.user.id)
    return body


def edit(call: Call) -> Reply:
    """Change a thread, or name and topic of a channel and the tags of a forum."""
    channel = call.visible_channel()
    if isinstance(channel, Thread):
        return Reply(
            200, _wire(call, thread.change(call.world, call.bot, channel, read_thread_edit(call.field())))
        )
    call.world.demand(call.bot, channel, Permission.MANAGE_CHANNELS)
    body = call.field()
    name = body["name"].text(100, low=1)
    topic = body["topic"].text(4096 if channel.tags else 1024)
    tags = read_tags(body) if channel.type is ChannelType.FORUM else None
    body.form.settle()
    if tags is not None:
        thread.set_tags(call.world, channel, tags)
    channel.name = channel.name if name is None else name
    channel.topic = topic if "topic" in body else channel.topic
    call.world.publish_channel("CHANNEL_UPDATE", channel)
    return Reply(200, channel.wire())


def delete(call: Call) -> Reply:
    """Delete a channel or thread."""
    channel = call.visible_channel()
    needed = Permission.MANAGE_THREADS if isinstance(channel, Thread) else Permission.MANAGE_CHANNELS
    call.world.demand(call.bot, channel, needed)
    body = channel.wire()
    thread.delete(call.world, channel)
    return Reply(200, body)


def edit_families(call: Call) -> list[str]:
    """A new name or topic has a sub-limit of its own."""
    renames = isinstance(call.body, dict) and (call.body.keys() & {"name", "topic"})
    return ["other", "rename"] if renames else ["other"]


def listing(call: Call) -> Reply:
    """The channels of the guild without its threads."""
    channels = [entry for entry in call.world.channels.values() if not isinstance(entry, Thread)]
    return Reply(200, [channel.wire() for channel in channels])


ROUTES = (
    Route("GET", "/channels/{channel}", read, "read"),
    Route("PATCH", "/channels/{channel}", edit, edit_families),
    Route("DELETE", "/channels/{channel}", delete, "other"),
    Route("GET", "/guilds/{guild}/channels", listing, "read"),
)
