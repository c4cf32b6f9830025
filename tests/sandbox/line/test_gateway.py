"""The gateway: sessions, replay, refusals, and every way in which a line can break."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import discord
import pytest

from bot.sandbox.fault.fault import Effect, Rule
from bot.sandbox.line import gateway
from bot.sandbox.server import Sandbox
from tests.sandbox.desk import DEADLINE, Bot, Desk, redirected


class Line:
    """A gateway connection by hand."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, token: str) -> None:
        self._socket = socket
        self._token = token
        self.frames: list[dict[str, Any]] = []

    async def send(self, op: int, data: object) -> None:
        await self._socket.send_json({"op": op, "d": data})

    async def read(self) -> dict[str, Any]:
        async with asyncio.timeout(DEADLINE):
            frame: dict[str, Any] = await self._socket.receive_json()
        self.frames.append(frame)
        return frame

    async def read_until(self, name: str) -> dict[str, Any]:
        while (frame := await self.read())["t"] != name:
            pass
        return frame

    async def identify(
        self, *, intents: int = 1537, token: str | None = None, **more: object
    ) -> dict[str, Any]:
        await self.send(2, {"token": token or self._token, "intents": intents, "properties": {}} | more)
        await self.read_until("GUILD_CREATE")
        return next(frame for frame in self.frames if frame["t"] == "READY")

    async def resume(self, session_id: str, sequence: int) -> None:
        await self.send(6, {"token": self._token, "session_id": session_id, "seq": sequence})

    async def closed(self) -> int | None:
        async with asyncio.timeout(DEADLINE):
            while (await self._socket.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
        return self._socket.close_code

    async def close(self, code: int) -> None:
        await self._socket.close(code=code)


@asynccontextmanager
async def dial(sandbox: Sandbox) -> AsyncIterator[Line]:
    """A connection that has heard HELLO."""
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{sandbox.url}/gateway/?v=10") as socket,
    ):
        line = Line(socket, sandbox.bot_token)
        hello = await line.read()
        assert (hello["op"], hello["d"]["heartbeat_interval"]) == (10, sandbox.settings.heartbeat_ms)
        yield line


async def test_a_heartbeat_is_acknowledged(sandbox: Sandbox) -> None:
    async with dial(sandbox) as line:
        await line.send(1, None)
        assert (await line.read())["op"] == 11


async def test_an_acknowledgement_takes_its_time_as_on_a_real_line(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "ACK_DELAY", 0.5)
    async with dial(sandbox) as line:
        await line.send(1, None)
        await line.identify()
        assert 11 not in [frame["op"] for frame in line.frames]
        assert (await line.read())["op"] == 11


@pytest.mark.parametrize(
    ("op", "data", "code"),
    [
        (2, {"token": "wrong", "intents": 1}, 4004),
        (2, {"intents": 1 << 60}, 4013),
        (2, {"intents": 1 << 15}, 4014),
        (2, {"intents": 1, "shard": [1, 2]}, 4010),
        (2, "text", 4002),
        (3, {}, 4003),
        (99, {}, 4001),
        (1, "x" * 5000, 4002),
    ],
)
async def test_what_is_wrong_closes_the_line_with_its_code(
    sandbox: Sandbox, op: int, data: Any, code: int
) -> None:
    async with dial(sandbox) as line:
        if isinstance(data, dict):
            data = {"token": sandbox.bot_token} | data
        await line.send(op, data)
        assert await line.closed() == code


async def test_identifying_twice_closes_the_line(sandbox: Sandbox) -> None:
    async with dial(sandbox) as line:
        await line.identify()
        await line.send(2, {"token": sandbox.bot_token, "intents": 1})
        assert await line.closed() == 4005


async def test_too_many_frames_close_the_line(sandbox: Sandbox) -> None:
    async with dial(sandbox) as line:
        for _ in range(122):
            await line.send(1, None)
        assert await line.closed() == 4008


async def test_a_broken_line_resumes_with_what_it_missed(sandbox: Sandbox) -> None:
    async with dial(sandbox) as line:
        ready = await line.identify()
        await line.close(4000)
    sandbox.person("operator").say("meanwhile")
    async with dial(sandbox) as line:
        await line.resume(ready["d"]["session_id"], 2)
        missed = await line.read()
        assert (missed["t"], missed["s"]) == ("MESSAGE_CREATE", 3)
        assert (await line.read())["t"] == "RESUMED"


@pytest.mark.parametrize("code", [1000, 1001])
async def test_a_goodbye_ends_the_session(sandbox: Sandbox, code: int) -> None:
    async with dial(sandbox) as line:
        ready = await line.identify()
        await line.close(code)
    async with dial(sandbox) as line:
        await line.resume(ready["d"]["session_id"], 2)
        refused = await line.read()
        assert (refused["op"], refused["d"]) == (9, False)


async def test_a_replay_that_reaches_too_far_back_is_refused(desk: Desk) -> None:
    sandbox = await desk.sandbox(replay_events=2)
    async with dial(sandbox) as line:
        ready = await line.identify()
        await line.close(4000)
    for number in range(3):
        sandbox.person("operator").say(str(number))
    async with dial(sandbox) as line:
        await line.resume(ready["d"]["session_id"], 2)
        assert (await line.read())["op"] == 9


async def test_a_lost_session_is_forgotten_after_a_while(desk: Desk) -> None:
    sandbox = await desk.sandbox(session_life=0.0, sweep_interval=0.01)
    async with dial(sandbox) as line:
        ready = await line.identify()
        await line.close(4000)
    while sandbox.gateway.sessions:
        await sandbox.world.clock.sleep(0.01)
    async with dial(sandbox) as line:
        await line.resume(ready["d"]["session_id"], 2)
        assert (await line.read())["op"] == 9


async def test_a_sequence_from_the_future_closes_the_line(sandbox: Sandbox) -> None:
    async with dial(sandbox) as line:
        ready = await line.identify()
        await line.close(4000)
    async with dial(sandbox) as line:
        await line.resume(ready["d"]["session_id"], 99)
        assert await line.closed() == 4007


async def test_a_line_without_heartbeats_is_closed(desk: Desk) -> None:
    sandbox = await desk.sandbox(heartbeat_ms=20)
    async with dial(sandbox) as line:
        assert await line.closed() == 4009


async def test_intents_choose_what_is_heard(sandbox: Sandbox) -> None:
    async with dial(sandbox) as line:
        await line.identify(intents=1 << 10)
        message = sandbox.person("operator").say("unheard")
        sandbox.person("operator").react(message["id"], "✅")
        assert (await line.read())["t"] == "MESSAGE_REACTION_ADD"


async def test_a_channel_the_bot_may_not_view_is_silent(sandbox: Sandbox) -> None:
    async with dial(sandbox) as line:
        await line.identify()
        channel = sandbox.channels["ops"]
        overwrite = [{"target": "bot", "deny": ["VIEW_CHANNEL"]}]
        async with aiohttp.ClientSession(sandbox.url) as session:
            await session.put(f"/sandbox/channels/{channel}/overwrites", json=overwrite)
        assert (await line.read())["t"] == "CHANNEL_UPDATE"
        sandbox.person("operator").say("hidden", channel)
        sandbox.person("operator").say("seen", sandbox.channels["alerts"])
        assert (await line.read())["d"]["channel_id"] == str(sandbox.channels["alerts"])


async def test_granted_intents_bring_content_and_members(desk: Desk) -> None:
    sandbox = await desk.sandbox(privileged_intents=(1 << 15) | (1 << 1))
    async with dial(sandbox) as line:
        await line.identify(intents=1537 | (1 << 15) | (1 << 1))
        assert len(line.frames[-1]["d"]["members"]) == 4
        sandbox.person("visitor").say("words")
        assert (await line.read())["d"]["content"] == "words"


async def test_members_come_in_chunks_to_who_may_ask(desk: Desk) -> None:
    sandbox = await desk.sandbox(privileged_intents=1 << 1)
    with redirected(sandbox):
        bot = await desk.bot(sandbox, intents=discord.Intents(1537 | 1 << 1))
        guild = bot.get_guild(sandbox.guild_id)
        assert guild is not None
        assert {member.name for member in guild.members} == {"operator", "responder", "visitor", "tocsin"}
        found = await guild.query_members("resp")
        assert [member.name for member in found] == ["responder"]
        await desk.stop_bots()


async def test_two_bots_share_a_token_and_both_hear(desk: Desk, sandbox: Sandbox) -> None:
    first, second = await desk.bot(sandbox), await desk.bot(sandbox)
    message = await first.room(sandbox).send("x")
    assert (await second.hear("message")).id == message.id
    assert (await first.hear("message")).id == message.id


async def _write_meanwhile(sandbox: Sandbox, bot: Bot, rule: Rule) -> None:
    """Disturb the line and write at once: what was written must reach the bot."""
    sandbox.mischief.disturb(rule)
    message = sandbox.person("operator").say("meanwhile")
    await bot.until(lambda: [entry for entry in bot.events("message") if str(entry.id) == message["id"]])


@pytest.mark.parametrize(
    "rule",
    [
        Rule(effect=Effect.RECONNECT),
        Rule(effect=Effect.CLOSE, code=1000),
        Rule(effect=Effect.CLOSE, code=4009),
        Rule(effect=Effect.INVALID_SESSION, resumable=True),
    ],
    ids=lambda rule: f"{rule.effect}-{rule.code}",
)
async def test_discord_py_resumes_and_misses_nothing(desk: Desk, sandbox: Sandbox, rule: Rule) -> None:
    bot = await desk.bot(sandbox)
    await _write_meanwhile(sandbox, bot, rule)
    await bot.hear("resumed")
    assert len(bot.events("ready")) == 1


async def test_an_invalid_session_starts_anew_and_loses_what_came_between(
    desk: Desk, sandbox: Sandbox
) -> None:
    bot = await desk.bot(sandbox)
    sandbox.mischief.disturb(Rule(effect=Effect.INVALID_SESSION))
    lost = sandbox.person("operator").say("lost")
    await bot.hear("ready", count=2)
    sandbox.person("operator").say("heard")
    await bot.hear("message")
    assert lost["id"] not in [str(entry.id) for entry in bot.events("message")]


async def test_a_zombie_is_left_by_the_client_and_resumed(desk: Desk) -> None:
    sandbox = await desk.sandbox(heartbeat_ms=50)
    with redirected(sandbox):
        bot = await desk.bot(sandbox, heartbeat_timeout=0.2)
        await _write_meanwhile(sandbox, bot, Rule(effect=Effect.ZOMBIE))
        await bot.hear("resumed")
        await desk.stop_bots()


async def test_connection_faults_strike_at_an_event(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox)
    rule = Rule(effect=Effect.CLOSE, code=4000, route="MESSAGE_CREATE", nth=2)
    sandbox.mischief.arm(rule)
    for number in range(3):
        sandbox.person("operator").say(str(number))
    await bot.hear("resumed")
    await bot.hear("message", count=3)
    assert sandbox.mischief.hits() == {"1": 1}


async def test_an_identify_too_soon_is_turned_away(desk: Desk) -> None:
    sandbox = await desk.sandbox(identify_interval=60.0)
    async with dial(sandbox) as line:
        await line.identify()
    async with dial(sandbox) as line:
        await line.send(2, {"token": sandbox.bot_token, "intents": 1})
        assert (await line.read())["op"] == 9


async def test_privileged_intents_that_are_not_granted_end_discord_py(sandbox: Sandbox) -> None:
    bot = Bot(intents=discord.Intents(1537 | 1 << 15))
    with pytest.raises(discord.PrivilegedIntentsRequired):
        await bot.start(sandbox.bot_token)
    await bot.close()
