"""The control API over plain HTTP: world, people, places, requests, stream, page, ready file."""

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest

from bot.sandbox.run import serve
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import Rest
from tests.sandbox.desk import Bot, Desk
from tests.waiting import until

ID_FIELDS = ("id", "guild_id", "channel_id")


async def wire(bot: Bot) -> None:
    @bot.tree.command(description="x")
    async def hi(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_message("hi", ephemeral=True)

    await bot.tree.sync()


async def test_the_world_is_told_whole(desk: Desk, sandbox: Sandbox, rest: Rest) -> None:
    await desk.bot(sandbox, wire)
    status, world = await rest.control("GET", "/world")
    assert status == 200
    assert world["guild"] == {"id": str(sandbox.guild_id), "name": "Tocsin sandbox"}
    assert world["bot"]["username"] == "tocsin"
    assert {entry["name"]: int(entry["id"]) for entry in world["channels"]} == sandbox.channels
    assert [entry["name"] for entry in world["people"]] == ["operator", "responder", "visitor"]
    responder = world["people"][1]
    names = {entry["id"]: entry["name"] for entry in world["roles"]}
    assert [names[role_id] for role_id in responder["roles"]] == ["responder", "on-call"]
    assert [entry["name"] for entry in world["roles"] if entry["mentionable"]] == ["on-call"]
    assert [entry["name"] for entry in world["commands"]] == ["hi"]
    assert "token" not in json.dumps(world["bot"])


async def test_an_interaction_over_http_returns_its_outcome(desk: Desk, sandbox: Sandbox, rest: Rest) -> None:
    await desk.bot(sandbox, wire)
    status, answer = await rest.control("POST", "/people/visitor/command", {"command": "/hi"})
    assert status == 200
    assert answer.keys() == {
        "interaction_id",
        "answered",
        "callback_type",
        "kind",
        "deferred",
        "ephemeral",
        "content",
        "message",
        "modal",
        "choices",
        "followups",
        "error",
    }
    assert (answer["callback_type"], answer["content"], answer["error"]) == (4, "hi", None)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/people/nobody/command", {"command": "hi"}, 404),
        ("/people/visitor/command", {"command": "none"}, 404),
        ("/people/visitor/command", {}, 400),
        ("/people/visitor/command", [], 400),
        ("/people/visitor/command", {"command": "hi", "channel_id": "5"}, 404),
        ("/people/visitor/command", {"command": "hi", "options": {"x": 1}}, 400),
        ("/people/visitor/click", {"message_id": "5", "custom_id": "x"}, 404),
        ("/people/visitor/react", {"message_id": "x", "emoji": "✅"}, 404),
        ("/people/visitor/say", {"content": "x" * 2001}, 400),
        ("/people/visitor/say", {"content": ""}, 400),
        ("/people/visitor/autocomplete", {"command": "hi"}, 400),
        ("/people/visitor/dance", {}, 404),
    ],
)
async def test_a_wrong_call_says_what_is_wrong(
    desk: Desk, sandbox: Sandbox, rest: Rest, path: str, body: Any, status: int
) -> None:
    await desk.bot(sandbox, wire)
    found, answer = await rest.control("POST", path, body)
    assert found == status
    assert path.endswith("dance") or answer["error"]


async def test_silence_is_a_504(rest: Rest, sandbox: Sandbox) -> None:
    sandbox.settings.answer_deadline = 0.05
    await rest(
        "PUT", f"/applications/{sandbox.world.bot.user.id}/commands", [{"name": "hi", "description": "d"}]
    )
    status, answer = await rest.control("POST", "/people/visitor/command", {"command": "hi"})
    assert (status, answer["error"]) == (504, "The application did not respond")


async def test_a_deferred_answer_that_never_comes_is_given_up(
    desk: Desk, sandbox: Sandbox, rest: Rest
) -> None:
    async def defer_only(bot: Bot) -> None:
        @bot.tree.command(description="x")
        async def wait(interaction: discord.Interaction[Any]) -> None:
            await interaction.response.defer()

        await bot.tree.sync()

    await desk.bot(sandbox, defer_only)
    status, answer = await rest.control("POST", "/people/visitor/command?timeout=0.05", {"command": "wait"})
    assert (status, answer["deferred"], answer["message"]) == (200, True, None)


async def test_people_talk_react_and_clean_up(rest: Rest) -> None:
    _, said = await rest.control("POST", "/people/visitor/say", {"content": "hello"})
    assert said["author"]["username"] == "visitor"
    react = {"channel_id": said["channel_id"], "message_id": said["id"], "emoji": "✅"}
    _, seen = await rest.control("POST", "/people/responder/react", react)
    assert [(entry["count"], entry["me"], entry["users"]) for entry in seen["reactions"]] == [
        (1, True, ["responder"])
    ]
    assert (await rest.control("POST", "/people/responder/react", react | {"on": False}))[1][
        "reactions"
    ] == []
    assert (await rest.control("POST", "/people/responder/delete", react))[0] == 403
    assert (await rest.control("POST", "/people/operator/delete", react))[0] == 200
    assert (await rest.control("GET", f"/messages/{said['id']}"))[0] == 404


async def test_pages_of_a_channel_and_of_a_thread(rest: Rest, sandbox: Sandbox) -> None:
    alerts = sandbox.channels["alerts"]
    sent = [sandbox.person("visitor").say(str(at))["id"] for at in range(5)]
    _, page = await rest.control("GET", f"/channels/{alerts}/messages?limit=2")
    assert [entry["id"] for entry in page] == sent[3:]
    _, page = await rest.control(
        "GET", f"/channels/{alerts}/messages?limit=2&before={sent[3]}&person=visitor"
    )
    assert [entry["id"] for entry in page] == sent[1:3]
    _, thread = await rest("POST", f"/channels/{alerts}/messages/{sent[0]}/threads", {"name": "t"})
    _, said = await rest.control("POST", "/people/visitor/say", {"content": "in", "thread": thread["id"]})
    _, page = await rest.control("GET", f"/channels/{thread['id']}/messages")
    assert page[-1]["id"] == said["id"]
    assert (await rest.control("GET", f"/channels/{alerts}/messages?limit=x"))[0] == 400
    assert (await rest.control("GET", "/channels/5/messages"))[0] == 404


async def test_requests_are_json_lines_without_the_version(rest: Rest, sandbox: Sandbox) -> None:
    path = f"/channels/{sandbox.channels['alerts']}/messages"
    await rest("POST", path, {"content": "x"})
    await rest("GET", f"{path}?limit=1")
    status, text = await rest.control("GET", "/requests")
    assert status == 200
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line | {"ts": 0} for line in lines] == [
        {
            "ts": 0,
            "method": "POST",
            "path": path,
            "query": {},
            "body": {"content": "x"},
            "status": 200,
            "retry_after": None,
        },
        {
            "ts": 0,
            "method": "GET",
            "path": path,
            "query": {"limit": "1"},
            "body": None,
            "status": 200,
            "retry_after": None,
        },
    ]
    assert lines[0]["ts"] <= lines[1]["ts"]
    await rest.control("DELETE", "/requests")
    assert (await rest.control("GET", "/requests"))[1] == ""


async def test_the_log_keeps_the_newest_requests(desk: Desk) -> None:
    sandbox = await desk.sandbox(kept_requests=3)
    async with aiohttp.ClientSession(sandbox.url) as session:
        for at in range(5):
            await session.get(f"/api/v10/gateway?{at}=1")
    assert [list(entry["query"]) for entry in sandbox.mischief.requests()] == [["2"], ["3"], ["4"]]


async def test_the_stream_tells_each_person_what_they_may_see(
    desk: Desk, sandbox: Sandbox, rest: Rest
) -> None:
    await desk.bot(sandbox, wire)
    url = f"{sandbox.url}/sandbox/stream?person="
    async with (
        rest.session.ws_connect(url + "visitor") as mine,
        rest.session.ws_connect(url + "operator") as other,
    ):
        assert (await mine.receive_json())["t"] == (await other.receive_json())["t"] == "READY"
        await sandbox.person("visitor").command("hi")
        whisper = await mine.receive_json()
        assert (whisper["t"], whisper["d"]["sandbox"]["ephemeral_for"]) == ("MESSAGE_CREATE", "visitor")
        said = sandbox.person("operator").say("all")
        sandbox.person("operator").react(said["id"], "✅")
        assert (await other.receive_json())["d"]["content"] == "all"
        reaction = await other.receive_json()
        assert reaction["t"] == "MESSAGE_REACTION_ADD"
        assert reaction["d"]["reactions"][0]["users"] == ["operator"]
    async with rest.session.get(f"{sandbox.url}/sandbox/stream?person=nobody") as refused:
        assert refused.status == 404


async def test_places_change_and_the_bot_hears_of_it(desk: Desk, sandbox: Sandbox, rest: Rest) -> None:
    bot = await desk.bot(sandbox)
    _, added = await rest.control("POST", "/channels", {"name": "new", "type": "forum"})
    assert (await bot.hear("guild_channel_create")).id == int(added["id"])
    await rest.control("PATCH", f"/channels/{added['id']}", {"name": "newer"})
    await bot.hear("guild_channel_update")
    thread = await (await bot.room(sandbox).send("x")).create_thread(name="t")
    await rest.control("PATCH", f"/channels/{thread.id}", {"archived": True, "locked": True})
    await bot.hear("raw_thread_update")
    assert (await rest.control("DELETE", f"/channels/{added['id']}"))[0] == 200
    assert (await bot.hear("guild_channel_delete")).name == "newer"
    for call in (
        rest.control("PUT", f"/channels/{thread.id}/overwrites", [{"target": "ghost"}]),
        rest.control("PATCH", "/roles/visitor", {"mentionable": True}),
    ):
        assert (await call)[0] == 404


async def test_the_page_and_its_parts_are_served(rest: Rest, sandbox: Sandbox) -> None:
    async with rest.session.get(sandbox.url) as page:
        assert (page.status, page.content_type) == (200, "text/html")
    async with rest.session.get(f"{sandbox.url}/static/../server.py") as escape:
        assert escape.status == 404


async def test_serving_writes_a_ready_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    task = asyncio.ensure_future(serve(ready_file=ready))
    await until(ready.exists, "the file")
    found = json.loads(ready.read_text())
    assert found.keys() == {"sandbox_url", "bot_token", "guild_id", "channels"}
    assert found["channels"].keys() == {"alerts", "alerts-low", "incidents-log", "ops", "incidents"}
    assert ready.stat().st_mode & 0o777 == 0o600
    headers = {"Authorization": f"Bot {found['bot_token']}"}
    url = f"{found['sandbox_url']}/api/v10/users/@me"
    async with aiohttp.ClientSession(headers=headers) as session, session.get(url) as answer:
        assert (await answer.json())["username"] == "tocsin"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await asyncio.to_thread(lambda: list(tmp_path.iterdir())) == [ready]
