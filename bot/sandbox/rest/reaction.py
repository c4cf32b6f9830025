"""Reactions of a message."""

from bot.sandbox.act import reaction
from bot.sandbox.limit.form import Field, Form
from bot.sandbox.model.message import Message
from bot.sandbox.model.permission import Permission
from bot.sandbox.rest.route import DONE, Call, Reply, Route


def _message(call: Call) -> Message:
    return call.world.message(call.visible_channel(), call.id("message"))


def add(call: Call) -> Reply:
    """Set an own emoji."""
    reaction.add(call.world, call.bot, _message(call), call.params["emoji"])
    return DONE


def remove_own(call: Call) -> Reply:
    """Take back an own emoji."""
    reaction.remove(call.world, call.bot, _message(call), call.params["emoji"], call.bot.user)
    return DONE


def remove_theirs(call: Call) -> Reply:
    """Take away somebody's emoji."""
    message = _message(call)
    user = call.world.member(call.id("user")).user
    reaction.remove(call.world, call.bot, message, call.params["emoji"], user)
    return DONE


def users(call: Call) -> Reply:
    """Who set an emoji, by id, up to 100 a page."""
    message = _message(call)
    call.world.demand(call.bot, message.channel, Permission.READ_MESSAGE_HISTORY)
    reaction.demand_emoji(call.params["emoji"])
    limit = Field(Form(), call.query.get("limit"), ("limit",))
    after = Field(limit.form, call.query.get("after"), ("after",))
    count, start = limit.integer(1, 100) or 25, after.snowflake() or 0
    limit.form.settle()
    found = sorted(message.reactions.get(call.params["emoji"], {}).items())
    return Reply(200, [user.wire() for user_id, user in found if user_id > start][:count])


def clear_emoji(call: Call) -> Reply:
    """Remove everybody's reactions of one emoji."""
    reaction.demand_emoji(call.params["emoji"])
    reaction.clear(call.world, call.bot, _message(call), call.params["emoji"])
    return DONE


def clear(call: Call) -> Reply:
    """Remove all reactions."""
    reaction.clear(call.world, call.bot, _message(call))
    return DONE


REACTIONS = "/channels/{channel}/messages/{message}/reactions"
ROUTES = (
    Route("DELETE", REACTIONS, clear, "reaction"),
    Route("GET", f"{REACTIONS}/{{emoji}}", users, "read"),
    Route("DELETE", f"{REACTIONS}/{{emoji}}", clear_emoji, "reaction"),
    Route("PUT", f"{REACTIONS}/{{emoji}}/@me", add, "reaction"),
    Route("DELETE", f"{REACTIONS}/{{emoji}}/@me", remove_own, "reaction"),
    Route("DELETE", f"{REACTIONS}/{{emoji}}/{{user}}", remove_theirs, "reaction"),
)
