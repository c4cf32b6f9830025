"""Opening threads, their members, their lists."""

from datetime import datetime

from bot.sandbox.act import thread
from bot.sandbox.limit.form import Field, Form
from bot.sandbox.limit.message import read_draft
from bot.sandbox.limit.thread import read_thread
from bot.sandbox.model.channel import ChannelType, Thread
from bot.sandbox.model.error import ApiError, Refusal
from bot.sandbox.model.mention import ALL_ALLOWED
from bot.sandbox.model.permission import Permission
from bot.sandbox.rest.route import DONE, Call, Reply, Route


def _wire(call: Call, opened: Thread) -> dict[str, object]:
    body = opened.wire()
    if call.bot.user.id in opened.joined_at:
        body["member"] = opened.member_wire(call.bot.user.id)
    return body


def open_from(call: Call) -> Reply:
    """Open the thread of a message."""
    channel = call.visible_channel()
    message = call.world.message(channel, call.id("message"))
    body = call.field()
    draft = read_thread(body, channel.default_archive_minutes)
    body.form.settle()
    return Reply(201, _wire(call, thread.open_from(call.world, call.bot, message, draft)))


def open_bare(call: Call) -> Reply:
    """Open a thread of a text channel, or a post of a forum with its message."""
    channel = call.visible_channel()
    body = call.field()
    draft = read_thread(body, channel.default_archive_minutes)
    if channel.type is not ChannelType.FORUM:
        body["type"].one_of((10, 11, 12))
        body.form.settle()
        return Reply(201, _wire(call, thread.open_bare(call.world, call.bot, channel, draft)))
    body["message"].demand()
    body.form.settle()
    first = read_draft(body["message"], call.files, ALL_ALLOWED)
    opened, message = thread.open_post(call.world, call.bot, channel, draft, first)
    return Reply(201, _wire(call, opened) | {"message": call.view(message)})


def _thread(call: Call) -> Thread:
    channel = call.visible_channel()
    if not isinstance(channel, Thread):
        raise ApiError(Refusal.WRONG_CHANNEL_TYPE)
    return channel


def _user_id(call: Call) -> int:
    return call.bot.user.id if call.params.get("user", "@me") == "@me" else call.id("user")


def join(call: Call) -> Reply:
    """Add the bot, or somebody, to a thread."""
    thread.join(call.world, _thread(call), call.world.member(_user_id(call)).user)
    return DONE


def leave(call: Call) -> Reply:
    """Take the bot, or with MANAGE_THREADS somebody, out of a thread."""
    found, user_id = _thread(call), _user_id(call)
    if call.bot.user.id not in (user_id, found.owner_id):
        call.world.demand(call.bot, found, Permission.MANAGE_THREADS)
    thread.leave(call.world, found, call.world.member(user_id).user)
    return DONE


def member(call: Call) -> Reply:
    """One member of a thread."""
    found, user_id = _thread(call), _user_id(call)
    if user_id not in found.joined_at:
        raise ApiError(Refusal.UNKNOWN_MEMBER)
    return Reply(200, found.member_wire(user_id))


def members(call: Call) -> Reply:
    """All members of a thread."""
    found = _thread(call)
    return Reply(200, [found.member_wire(user_id) for user_id in found.joined_at])


def active(call: Call) -> Reply:
    """All threads of the guild that are not archived and that the bot may view."""
    if call.id("guild") != call.world.guild.id:
        raise ApiError(Refusal.UNKNOWN_GUILD)
    found = [
        entry
        for entry in call.world.threads()
        if not entry.is_archived and call.world.may_view(call.bot, entry)
    ]
    joined = [entry.member_wire(call.bot.user.id) for entry in found if call.bot.user.id in entry.joined_at]
    return Reply(200, {"threads": [_wire(call, entry) for entry in found], "members": joined})


def archived(call: Call) -> Reply:
    """Archived threads of a channel, the last archived first."""
    channel = call.visible_channel()
    call.world.demand(call.bot, channel, Permission.READ_MESSAGE_HISTORY)
    limit = Field(Form(), call.query.get("limit"), ("limit",))
    before = Field(limit.form, call.query.get("before"), ("before",))
    count, moment = limit.integer(1, 100) or 50, before.timestamp()
    limit.form.settle()
    found = [entry for entry in call.world.threads(channel) if entry.is_archived]
    if moment is not None:
        found = [entry for entry in found if entry.archived_at < datetime.fromisoformat(moment)]
    found.sort(key=lambda entry: entry.archived_at, reverse=True)
    page = [_wire(call, entry) for entry in found[:count]]
    return Reply(200, {"threads": page, "members": [], "has_more": len(found) > count})


MEMBERS = "/channels/{channel}/thread-members"
ROUTES = (
    Route("POST", "/channels/{channel}/messages/{message}/threads", open_from, "thread_create"),
    Route("POST", "/channels/{channel}/threads", open_bare, "thread_create"),
    Route("GET", MEMBERS, members, "read"),
    Route("GET", f"{MEMBERS}/{{user}}", member, "read"),
    Route("PUT", f"{MEMBERS}/{{user}}", join, "other"),
    Route("DELETE", f"{MEMBERS}/{{user}}", leave, "other"),
    Route("GET", "/guilds/{guild}/threads/active", active, "read"),
    Route("GET", "/channels/{channel}/threads/archived/public", archived, "read"),
)
