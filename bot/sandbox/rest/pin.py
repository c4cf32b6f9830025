"""Pinned messages."""

from datetime import datetime

from bot.sandbox.act import pin
from bot.sandbox.limit.form import Field, Form
from bot.sandbox.model.permission import Permission
from bot.sandbox.rest.route import DONE, Call, Reply, Route

PAGE = 50


def listing(call: Call) -> Reply:
    """A page of pins, the newest pin first."""
    channel = call.visible_channel()
    call.world.demand(call.bot, channel, Permission.READ_MESSAGE_HISTORY)
    limit = Field(Form(), call.query.get("limit"), ("limit",))
    before = Field(limit.form, call.query.get("before"), ("before",))
    count, moment = limit.integer(1, PAGE) or PAGE, before.timestamp()
    limit.form.settle()
    pins = sorted(channel.pinned_at.items(), key=lambda pinned: pinned[1], reverse=True)
    if moment is not None:
        pins = [pinned for pinned in pins if pinned[1] < datetime.fromisoformat(moment)]
    items = [
        {"pinned_at": at.isoformat(), "message": call.view(call.world.messages[message_id])}
        for message_id, at in pins[:count]
    ]
    return Reply(200, {"items": items, "has_more": len(pins) > count})


def add(call: Call) -> Reply:
    """Pin a message."""
    pin.add(call.world, call.bot, call.world.message(call.visible_channel(), call.id("message")))
    return DONE


def remove(call: Call) -> Reply:
    """Unpin a message."""
    pin.remove(call.world, call.bot, call.world.message(call.visible_channel(), call.id("message")))
    return DONE


PINS = "/channels/{channel}/messages/pins"
ROUTES = (
    Route("GET", PINS, listing, "read"),
    Route("PUT", f"{PINS}/{{message}}", add, "other"),
    Route("DELETE", f"{PINS}/{{message}}", remove, "other"),
)
