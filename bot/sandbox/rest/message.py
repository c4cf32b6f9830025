"""Messages of a channel: create, read, edit, delete, typing."""

from datetime import timedelta

from bot.sandbox.act import post
from bot.sandbox.limit.form import Field, Form
from bot.sandbox.limit.message import Draft, read_draft, read_edit
from bot.sandbox.model.channel import Channel, Thread
from bot.sandbox.model.error import ApiError, Refusal
from bot.sandbox.model.event import Event, Intent
from bot.sandbox.model.mention import ALL_ALLOWED
from bot.sandbox.model.message import Message
from bot.sandbox.model.permission import Permission
from bot.sandbox.model.snowflake import moment_of
from bot.sandbox.rest.route import DONE, Call, Reply, Route

HISTORY_LIMIT = 100
OLD_FOR_EDIT = timedelta(hours=1)
OLD_FOR_DELETE = timedelta(days=14)
BULK_LOW, BULK_HIGH = 2, 100


def _known_nonce(call: Call, channel: Channel, draft: Draft) -> Message | None:
    """The message that was made with this nonce lately.

    Raises:
        ApiError: 10008 when it was, and is deleted.
    """
    if draft.nonce is None:
        return None
    now, nonces = call.world.clock.monotonic(), call.world.nonces
    while nonces and next(iter(nonces.values()))[0] <= now:
        del nonces[next(iter(nonces))]
    key = (call.bot.user.id, channel.id, str(draft.nonce))
    if not draft.enforce_nonce or key not in nonces:
        return None
    message = call.world.messages.get(nonces[key][1])
    if message is None:
        raise ApiError(Refusal.UNKNOWN_MESSAGE)
    return message


def create(call: Call) -> Reply:
    """Post a message, or give back the one that was posted with the same nonce."""
    channel = call.visible_channel()
    draft = read_draft(call.field(), call.files, ALL_ALLOWED)
    post.demand_send(call.world, call.bot, channel, draft)
    message = _known_nonce(call, channel, draft)
    if message is None:
        message = post.create(call.world, channel, call.bot, draft)
        if draft.nonce is not None:
            key = (call.bot.user.id, channel.id, str(draft.nonce))
            call.world.nonces.pop(key, None)
            until = call.world.clock.monotonic() + call.world.settings.nonce_window
            call.world.nonces[key] = (until, message.id)
    body = call.view(message)
    return Reply(200, body if draft.nonce is None else body | {"nonce": draft.nonce})


def _readable(call: Call) -> Channel:
    channel = call.visible_channel()
    call.world.demand(call.bot, channel, Permission.READ_MESSAGE_HISTORY)
    return channel


def read(call: Call) -> Reply:
    """One message."""
    return Reply(200, call.view(call.world.message(_readable(call), call.id("message"))))


def _page(call: Call, channel: Channel, limit: int) -> list[int]:
    """The ids of a history page, newest first."""
    for key in ("before", "after", "around"):
        field = Field(Form(), call.query.get(key), (key,))
        value = field.snowflake()
        field.form.settle()
        if value is None:
            continue
        if key == "before":
            return channel.before(value, limit)[::-1]
        if key == "after":
            return channel.after(value, limit)[::-1]
        half = limit // 2
        return (channel.before(value, half) + channel.after(value - 1, limit - half))[::-1]
    return channel.message_ids[-limit:][::-1]


def history(call: Call) -> Reply:
    """Up to 100 messages, newest first; empty without READ_MESSAGE_HISTORY."""
    channel = call.visible_channel()
    limit = Field(Form(), call.query.get("limit"), ("limit",))
    count = limit.integer(1, HISTORY_LIMIT)
    limit.form.settle()
    if not call.world.has(call.bot, channel, Permission.READ_MESSAGE_HISTORY):
        return Reply(200, [])
    ids = _page(call, channel, count or 50)
    return Reply(200, [call.view(call.world.messages[message_id]) for message_id in ids])


def edit(call: Call) -> Reply:
    """Change an own message."""
    channel = call.visible_channel()
    message = call.world.message(channel, call.id("message"))
    draft = read_edit(call.field(), call.files, ALL_ALLOWED, message)
    post.demand_edit(call.world, call.bot, message, draft)
    return Reply(200, call.view(post.edit(call.world, message, draft)))


def delete(call: Call) -> Reply:
    """Delete an own message, or somebody's with MANAGE_MESSAGES."""
    channel = call.visible_channel()
    message = call.world.message(channel, call.id("message"))
    post.demand_delete(call.world, call.bot, message)
    post.delete(call.world, message)
    return DONE


def bulk_delete(call: Call) -> Reply:
    """Delete 2 to 100 messages younger than 14 days."""
    channel = call.visible_channel()
    call.world.demand(call.bot, channel, Permission.MANAGE_MESSAGES)
    body = call.field()
    ids = [found for entry in body["messages"].items(10_000) if (found := entry.snowflake()) is not None]
    body.form.settle()
    if not BULK_LOW <= len(ids) <= BULK_HIGH:
        raise ApiError(Refusal.BAD_DELETE_COUNT)
    if any(call.world.now() - moment_of(message_id) > OLD_FOR_DELETE for message_id in ids):
        raise ApiError(Refusal.MESSAGE_TOO_OLD)
    gone = [message_id for message_id in ids if message_id in channel.message_ids]
    for message_id in gone:
        call.world.messages.pop(message_id, None)
        channel.forget(message_id)
    data = {
        "ids": [str(message_id) for message_id in gone],
        "channel_id": str(channel.id),
        "guild_id": str(call.world.guild.id),
    }
    call.world.hub.publish(
        Event(name="MESSAGE_DELETE_BULK", data=data, intent=Intent.GUILD_MESSAGES, channel=channel)
    )
    return DONE


def typing(call: Call) -> Reply:
    """Show that the bot is typing."""
    channel = call.visible_channel()
    needed = Permission.SEND_MESSAGES_IN_THREADS if isinstance(channel, Thread) else Permission.SEND_MESSAGES
    call.world.demand(call.bot, channel, needed)
    data = {
        "channel_id": str(channel.id),
        "guild_id": str(call.world.guild.id),
        "user_id": str(call.bot.user.id),
        "timestamp": int(call.world.now().timestamp()),
        "member": call.bot.wire(),
    }
    call.world.hub.publish(
        Event(name="TYPING_START", data=data, intent=Intent.GUILD_MESSAGE_TYPING, channel=channel)
    )
    return DONE


def _age(call: Call) -> timedelta:
    text = call.params["message"]
    return call.world.now() - moment_of(int(text)) if text.isdecimal() else timedelta()


def edit_families(call: Call) -> list[str]:
    """Edits of messages over an hour old have a sub-limit."""
    return ["message_edit", "old_message_edit"] if _age(call) > OLD_FOR_EDIT else ["message_edit"]


def delete_families(call: Call) -> list[str]:
    """Messages over two weeks old have a bucket of their own."""
    return ["old_message_delete"] if _age(call) > OLD_FOR_DELETE else ["message_delete"]


MESSAGES = "/channels/{channel}/messages"
ROUTES = (
    Route("POST", MESSAGES, create, "message_create"),
    Route("GET", MESSAGES, history, "read"),
    Route("POST", f"{MESSAGES}/bulk-delete", bulk_delete, "message_delete"),
    Route("GET", f"{MESSAGES}/{{message}}", read, "read"),
    Route("PATCH", f"{MESSAGES}/{{message}}", edit, edit_families),
    Route("DELETE", f"{MESSAGES}/{{message}}", delete, delete_families),
    Route("POST", "/channels/{channel}/typing", typing, "other"),
)
