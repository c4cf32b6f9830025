"""Who the bot is, where its gateway is, what guild it is in."""

from bot.sandbox.model.error import ApiError, Refusal
from bot.sandbox.model.guild import Guild
from bot.sandbox.model.permission import permissions_in_guild
from bot.sandbox.rest.route import Call, Reply, Route


def me(call: Call) -> Reply:
    """The bot's own user."""
    more = {"mfa_enabled": False, "verified": True, "email": None, "locale": "en-US"}
    return Reply(200, call.bot.user.wire() | more)


def user(call: Call) -> Reply:
    """Any user."""
    return Reply(200, call.world.member(call.id("user")).user.wire())


def application(call: Call) -> Reply:
    """The bot's application."""
    owner = call.world.member(call.world.guild.owner_id).user.wire()
    user_id = str(call.bot.user.id)
    body: dict[str, object] = {
        "id": user_id,
        "name": call.bot.user.username,
        "description": "",
        "icon": None,
        "bot_public": False,
        "bot_require_code_grant": False,
        "owner": owner,
        "team": None,
        "verify_key": "0" * 64,
        "flags": 0,
        "bot": call.bot.user.wire(),
        "integration_types_config": {"0": {}},
        "approximate_guild_count": 1,
        "summary": "",
    }
    return Reply(200, body)


def gateway(call: Call) -> Reply:
    """Where the gateway is."""
    return Reply(200, {"url": gateway_url(call)})


def gateway_bot(call: Call) -> Reply:
    """Where the gateway is, and how many may connect."""
    limits = {
        "total": 1000,
        "remaining": 1000,
        "reset_after": 86_400_000,
        "max_concurrency": 1,
    }
    return Reply(200, {"url": gateway_url(call), "shards": 1, "session_start_limit": limits})


def gateway_url(call: Call) -> str:
    """The websocket address of this sandbox."""
    return call.world.base_url.replace("http", "ws", 1) + "/gateway"


def _guild(call: Call) -> Guild:
    if call.id("guild") != call.world.guild.id:
        raise ApiError(Refusal.UNKNOWN_GUILD)
    return call.world.guild


def guild(call: Call) -> Reply:
    """The guild."""
    found = _guild(call)
    return Reply(200, found.wire() | {"approximate_member_count": len(found.members)})


def guilds(call: Call) -> Reply:
    """The guilds the bot is in: the one."""
    found = call.world.guild
    granted = permissions_in_guild(found, call.bot)
    entry: dict[str, object] = {
        "id": str(found.id),
        "name": found.name,
        "icon": None,
        "banner": None,
        "owner": False,
        "permissions": str(granted),
        "features": [],
        "approximate_member_count": len(found.members),
    }
    after = call.query.get("after", "0")
    return Reply(200, [entry] if after.isdecimal() and int(after) < found.id else [])


def roles(call: Call) -> Reply:
    """The roles of the guild."""
    return Reply(200, [role.wire() for role in _guild(call).roles.values()])


def member(call: Call) -> Reply:
    """A member of the guild."""
    found = _guild(call).members.get(call.id("user"))
    if found is None:
        raise ApiError(Refusal.UNKNOWN_MEMBER)
    return Reply(200, found.wire())


ROUTES = (
    Route("GET", "/users/@me", me, "other"),
    Route("GET", "/users/@me/guilds", guilds, "read"),
    Route("GET", "/users/{user}", user, "read"),
    Route("GET", "/oauth2/applications/@me", application, "other"),
    Route("GET", "/applications/@me", application, "other"),
    Route("GET", "/gateway", gateway, "other", needs_token=False),
    Route("GET", "/gateway/bot", gateway_bot, "other"),
    Route("GET", "/guilds/{guild}", guild, "read"),
    Route("GET", "/guilds/{guild}/roles", roles, "read"),
    Route("GET", "/guilds/{guild}/members/{user}", member, "read"),
)
