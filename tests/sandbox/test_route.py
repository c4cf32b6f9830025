"""Every route of the table answers, and every one of the table is tried here."""

import asyncio
from typing import Any

import discord
import pytest

from bot.sandbox.rest.door import TABLE
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import Rest
from tests.sandbox.desk import redirected

C, M, A = "/channels/{channel}", "/channels/{channel}/messages", "/applications/{application}"
NEW = {"name": "new", "description": "d"}
CALLS: list[tuple[str, str, Any, int]] = [
    ("GET", "/users/@me", None, 200),
    ("GET", "/users/@me/guilds", None, 200),
    ("GET", "/users/{user}", None, 200),
    ("GET", "/oauth2/applications/@me", None, 200),
    ("GET", "/applications/@me", None, 200),
    ("GET", "/gateway", None, 200),
    ("GET", "/gateway/bot", None, 200),
    ("GET", "/guilds/{guild}", None, 200),
    ("GET", "/guilds/{guild}/roles", None, 200),
    ("GET", "/guilds/{guild}/members/{user}", None, 200),
    ("GET", "/guilds/{guild}/channels", None, 200),
    ("GET", "/guilds/{guild}/threads/active", None, 200),
    ("GET", C, None, 200),
    ("PATCH", C, {"name": "renamed", "topic": "t"}, 200),
    ("POST", f"{C}/typing", None, 204),
    ("GET", M, None, 200),
    ("POST", M, {"content": "x"}, 200),
    ("GET", f"{M}/{{message}}", None, 200),
    ("PATCH", f"{M}/{{message}}", {"content": "y"}, 200),
    ("GET", f"{M}/pins", None, 200),
    ("PUT", f"{M}/pins/{{message}}", None, 204),
    ("DELETE", f"{M}/pins/{{message}}", None, 204),
    ("PUT", f"{M}/{{message}}/reactions/{{emoji}}/@me", None, 204),
    ("GET", f"{M}/{{message}}/reactions/{{emoji}}", None, 200),
    ("DELETE", f"{M}/{{message}}/reactions/{{emoji}}/@me", None, 204),
    ("DELETE", f"{M}/{{message}}/reactions/{{emoji}}/{{user}}", None, 204),
    ("DELETE", f"{M}/{{message}}/reactions/{{emoji}}", None, 204),
    ("DELETE", f"{M}/{{message}}/reactions", None, 204),
    ("POST", f"{M}/{{message}}/threads", {"name": "t"}, 201),
    ("POST", f"{C}/threads", {"name": "t"}, 201),
    ("GET", f"{C}/threads/archived/public", None, 200),
    ("PUT", "/channels/{thread}/thread-members/{user}", None, 204),
    ("GET", "/channels/{thread}/thread-members", None, 200),
    ("GET", "/channels/{thread}/thread-members/{user}", None, 200),
    ("DELETE", "/channels/{thread}/thread-members/{user}", None, 204),
    ("POST", f"{M}/bulk-delete", {"messages": [str(1 << 62), str(2 << 61)]}, 204),
    ("DELETE", f"{M}/{{message}}", None, 204),
    ("PUT", f"{A}/commands", [NEW], 200),
    ("GET", f"{A}/commands", None, 200),
    ("POST", f"{A}/commands", NEW | {"name": "newer"}, 201),
    ("GET", f"{A}/commands/{{command}}", None, 200),
    ("DELETE", f"{A}/commands/{{command}}", None, 204),
    ("PUT", f"{A}/guilds/{{guild}}/commands", [NEW], 200),
    ("GET", f"{A}/guilds/{{guild}}/commands", None, 200),
    ("POST", f"{A}/guilds/{{guild}}/commands", NEW, 200),
    ("GET", f"{A}/guilds/{{guild}}/commands/{{command}}", None, 200),
    ("DELETE", f"{A}/guilds/{{guild}}/commands/{{command}}", None, 204),
    ("POST", "/interactions/{interaction}/{token}/callback", {"type": 4}, 404),
    ("POST", "/webhooks/{webhook}/{token}", {"content": "x"}, 404),
    ("GET", "/webhooks/{webhook}/{token}/messages/{message}", None, 404),
    ("PATCH", "/webhooks/{webhook}/{token}/messages/{message}", {"content": "x"}, 404),
    ("DELETE", "/webhooks/{webhook}/{token}/messages/{message}", None, 404),
    ("DELETE", C, None, 200),
]


async def test_every_route_answers_as_it_should(rest: Rest, sandbox: Sandbox) -> None:
    world = sandbox.world
    world.guild.roles[world.bot.role_ids[0]].permissions |= 1 << 3
    alerts = sandbox.channels["alerts"]
    _, message = await rest("POST", f"/channels/{alerts}/messages", {"content": "x"})
    _, thread = await rest("POST", f"/channels/{alerts}/threads", {"name": "t"})
    known = {
        "user": sandbox.person("visitor").member.user.id,
        "guild": sandbox.guild_id,
        "channel": alerts,
        "message": message["id"],
        "thread": thread["id"],
        "emoji": "✅",
        "application": world.bot.user.id,
        "webhook": world.bot.user.id,
        "interaction": 1,
        "token": "t",
        "command": 1,
    }
    for method, template, body, expected in CALLS:
        status, answer = await rest(method, template.format(**known), body)
        assert (method, template, status) == (method, template, expected)
        if template.endswith("/commands") and method == "PUT":
            known["command"] = answer[0]["id"]
    tried = {
        (method, template.replace("/channels/{thread}", "/channels/{channel}"))
        for method, template, _, _ in CALLS
    }
    assert {(route.method, route.template) for route in TABLE.routes} == tried


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nowhere", 404), ("DELETE", "/users/@me", 405), ("GET", "/", 404)]
)
async def test_what_is_not_there_is_refused_as_json(rest: Rest, method: str, path: str, status: int) -> None:
    found, body = await rest(method, path)
    assert (found, body["code"]) == (status, 0)


async def test_a_sharded_client_finds_its_way(sandbox: Sandbox) -> None:
    with redirected(sandbox):
        bot = discord.AutoShardedClient(intents=discord.Intents(1537), guild_ready_timeout=0.02)
        async with bot:
            await bot.login(sandbox.bot_token)
            task = asyncio.ensure_future(bot.connect())
            await bot.wait_until_ready()
            assert [guild.name for guild in bot.guilds] == ["Tocsin sandbox"]
            await bot.close()
            await asyncio.gather(task, return_exceptions=True)
