"""Each fault of the list, named after it, as the real discord.py meets it."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import discord
import pytest

from bot.sandbox.fault.fault import Effect, Faults, Rule
from bot.sandbox.model.snowflake import moment_of
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import Rest
from tests.sandbox.desk import DEADLINE, Bot, Desk
from tests.waiting import until

CREATE = "POST /channels/{c}/messages"


def contents(sandbox: Sandbox, name: str = "alerts") -> list[str]:
    return [entry["content"] for entry in sandbox.messages(sandbox.channels[name])]


async def test_lost_answer_500_is_retried_by_discord_py_without_a_double(
    desk: Desk, sandbox: Sandbox
) -> None:
    bot = await desk.bot(sandbox)
    sandbox.mischief.arm(Rule(effect=Effect.LOST_ANSWER_500, route=CREATE, times=1))
    message = await bot.room(sandbox).send("once", nonce="n")
    assert [str(message.id)] == [entry["id"] for entry in sandbox.messages(sandbox.channels["alerts"])]
    statuses = [entry["status"] for entry in sandbox.mischief.requests() if entry["method"] == "POST"]
    assert statuses == [500, 200]


async def test_lost_answer_reset_is_safe_to_repeat_with_the_same_nonce(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox)
    room = bot.room(sandbox)
    sandbox.mischief.arm(Rule(effect=Effect.LOST_ANSWER_RESET, route=CREATE, times=1))
    with pytest.raises(aiohttp.ClientError):
        await room.send("once", nonce="n")
    await room.send("once", nonce="n")
    assert contents(sandbox) == ["once"]
    await bot.hear("message")
    sandbox.mischief.arm(Rule(effect=Effect.LOST_ANSWER_RESET, route=CREATE, times=1))
    with pytest.raises(aiohttp.ClientError):
        await room.send("twice")
    await room.send("twice")
    assert contents(sandbox) == ["once", "twice", "twice"]


async def test_lost_answer_hang_never_answers_but_tells(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox)
    sandbox.mischief.arm(Rule(effect=Effect.LOST_ANSWER_HANG, route=CREATE, times=1))
    sending = asyncio.ensure_future(bot.room(sandbox).send("there", nonce="n"))
    heard = await bot.hear("message")
    assert (heard.content, sending.done()) == ("there", False)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)


@pytest.mark.parametrize(
    ("status", "error"), [(503, discord.DiscordServerError), (400, discord.HTTPException)]
)
async def test_status_answers_without_doing(
    desk: Desk, sandbox: Sandbox, status: int, error: type[Exception]
) -> None:
    bot = await desk.bot(sandbox)
    sandbox.mischief.arm(Rule(effect=Effect.STATUS, status=status, route=CREATE, times=1))
    with pytest.raises(error):
        await bot.room(sandbox).send("x")
    assert contents(sandbox) == []


async def test_rate_limit_with_via_is_slept_out(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox)
    sandbox.mischief.arm(Rule(effect=Effect.RATE_LIMIT, route=CREATE, times=1, retry_after=0.05))
    await bot.room(sandbox).send("x")
    posts = [entry for entry in sandbox.mischief.requests() if entry["method"] == "POST"]
    assert [(entry["status"], entry["retry_after"]) for entry in posts] == [(429, 0.05), (200, None)]


async def test_rate_limit_without_via_is_cloudflare_and_raised_at_once(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox)
    sandbox.mischief.arm(Rule(effect=Effect.RATE_LIMIT, route=CREATE, times=1, via=False))
    with pytest.raises(discord.HTTPException) as caught:
        await bot.room(sandbox).send("x")
    assert caught.value.status == 429


async def test_global_rate_limit_stops_what_starts_later(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox)
    sandbox.mischief.arm(Rule(effect=Effect.GLOBAL_RATE_LIMIT, route=CREATE, times=1, retry_after=0.2))
    first = asyncio.ensure_future(bot.room(sandbox).send("first"))
    await until(lambda: sandbox.mischief.hits()["1"], "the limit to be hit")
    while not bot.http._global_over.is_set():
        await bot.room(sandbox, "ops").send("second")
    await first
    posts = [entry for entry in sandbox.mischief.requests() if entry["method"] == "POST"]
    assert posts[0]["status"] == 429
    assert posts[1]["ts"] - posts[0]["ts"] >= 0.19


async def test_forbidden_for_one_channel(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox)
    sandbox.mischief.arm(Rule(effect=Effect.FORBIDDEN, channel=str(sandbox.channels["ops"])))
    with pytest.raises(discord.Forbidden) as caught:
        await bot.room(sandbox, "ops").send("x")
    assert caught.value.code == 50013
    await bot.room(sandbox).send("x")


async def test_not_found_for_channels_and_messages(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox)
    room = bot.room(sandbox)
    message = await room.send("x")
    sandbox.mischief.arm(Rule(effect=Effect.NOT_FOUND))
    codes = []
    for call in (room.send("y"), room.get_partial_message(message.id).edit(content="y")):
        with pytest.raises(discord.NotFound) as caught:
            await call
        codes.append(caught.value.code)
    assert codes == [10003, 10008]


async def test_delete_message_strikes_after_a_post_and_before_an_edit(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox)
    room = bot.room(sandbox)
    kept = await room.send("kept")
    sandbox.mischief.arm(Rule(effect=Effect.DELETE_MESSAGE, route=CREATE, times=1))
    gone = await room.send("gone", nonce="g")
    assert (await bot.hear("raw_message_delete")).message_id == gone.id
    with pytest.raises(discord.NotFound) as caught:
        await room.send("gone", nonce="g")
    assert caught.value.code == 10008
    sandbox.mischief.arm(Rule(effect=Effect.DELETE_MESSAGE, route="PATCH /channels/{c}/messages/{m}"))
    with pytest.raises(discord.NotFound):
        await room.get_partial_message(kept.id).edit(content="y")


async def test_drop_event_and_double_event(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox)
    message = await bot.room(sandbox).send("x")
    sandbox.mischief.arm(
        Rule(effect=Effect.DROP_EVENT, route="MESSAGE_REACTION_ADD", nth=1),
        Rule(effect=Effect.DOUBLE_EVENT, route="MESSAGE_REACTION_ADD", nth=2),
    )
    for emoji in ("✅", "👀"):
        sandbox.person("responder").react(message.id, emoji)
    await bot.hear("raw_reaction_add", count=2)
    assert [str(entry.emoji) for entry in bot.events("raw_reaction_add")] == ["👀", "👀"]


async def test_late_event_comes_after_what_happened_later(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox)
    sandbox.mischief.arm(Rule(effect=Effect.LATE_EVENT, route="MESSAGE_CREATE", nth=1, delay=0.05))
    first, second = sandbox.person("visitor").say("1"), sandbox.person("visitor").say("2")
    await bot.hear("message", count=2)
    assert [str(entry.id) for entry in bot.events("message")] == [second["id"], first["id"]]


async def test_callback_503_after_accept_makes_the_retry_meet_40060(desk: Desk, sandbox: Sandbox) -> None:
    async def wire(bot: Bot) -> None:
        @bot.tree.command(description="x")
        async def hi(interaction: discord.Interaction[Any]) -> None:
            with pytest.raises(discord.HTTPException) as caught:
                await interaction.response.send_message("hi")
            bot.dispatch("refused", (caught.value.code, interaction.response.is_done()))

        await bot.tree.sync()

    bot = await desk.bot(sandbox, wire)
    sandbox.mischief.arm(Rule(effect=Effect.CALLBACK_503_AFTER_ACCEPT, times=1))
    answer = await sandbox.person("visitor").command("hi")
    assert (answer["answered"], answer["content"]) == (True, "hi")
    assert await bot.hear("refused") == (40060, False)


async def test_latency_delays_the_answer(
    rest: Rest, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(sandbox.world.clock, "sleep", sleep)
    sandbox.mischief.arm(Rule(effect=Effect.LATENCY, seconds=40, times=1))
    assert (await rest("GET", "/users/@me"))[0] == 200
    assert slept == [20, 20]  # half on the way there, half on the way back


async def test_clock_skew_moves_date_header_and_snowflakes(rest: Rest, sandbox: Sandbox) -> None:
    sandbox.mischief.arm(Rule(effect=Effect.CLOCK_SKEW, seconds=3600))
    _, message = await rest("POST", f"/channels/{sandbox.channels['alerts']}/messages", {"content": "x"})
    ahead = datetime.now(UTC) + timedelta(minutes=59)  # noqa: TID251 -- compared with the machine's clock
    assert parsedate_to_datetime(rest.headers["Date"]) > ahead
    assert moment_of(int(message["id"])) > ahead
    sandbox.mischief.arm()
    assert sandbox.world.now() < ahead


async def test_an_outage_refuses_rest_and_gateway_and_ends(desk: Desk, sandbox: Sandbox, rest: Rest) -> None:
    bot = await desk.bot(sandbox)
    await rest.control("PUT", "/outage", {"on": True})
    with pytest.raises(aiohttp.ClientError):
        await rest("GET", "/users/@me")
    await rest.control("PUT", "/outage", {"on": True, "status": 503})
    assert (await rest("GET", "/users/@me"))[0] == 503
    message = sandbox.person("operator").say("meanwhile")
    await rest.control("PUT", "/outage", {"on": False})
    assert (await bot.hear("message")).id == int(message["id"])


async def test_faults_are_listed_with_hits_added_and_cleared(rest: Rest) -> None:
    rule = {"effect": "status", "status": 503, "route": "GET /users/@me", "nth": 2, "times": 2, "id": "flaky"}
    status, found = await rest.control("PUT", "/faults", [rule])
    assert status == 200
    assert [(await rest("GET", "/users/@me"))[0] for _ in range(4)] == [200, 503, 503, 200]
    await rest.control("POST", "/faults", {"effect": "latency", "seconds": 0})
    _, found = await rest.control("GET", "/faults")
    assert [(entry["id"], entry["matches"], entry["hits"]) for entry in found["rules"]] == [
        ("flaky", 4, 2),
        ("1", 0, 0),
    ]
    assert (await rest.control("DELETE", "/faults"))[0] == 204
    assert (await rest.control("GET", "/faults"))[1]["rules"] == []
    assert (await rest.control("PUT", "/faults", [{"effect": "gremlins"}]))[0] == 400
    assert (await rest.control("POST", "/gateway", {"effect": "status"}))[0] == 400


def test_a_probability_strikes_the_same_way_for_the_same_seed() -> None:
    def strikes(seed: int) -> list[bool]:
        faults = Faults()
        faults.arm([Rule(effect=Effect.DROP_EVENT, probability=0.5, seed=seed)])
        return [bool(faults.of_event("X", None)) for _ in range(64)]

    assert strikes(7) == strikes(7)
    assert strikes(7) != strikes(8)
    assert 10 < sum(strikes(7)) < 54


async def test_a_faulty_call_can_be_named_by_a_pattern(rest: Rest, sandbox: Sandbox) -> None:
    sandbox.mischief.arm(Rule(effect=Effect.STATUS, route=r"GET /users/.*", status=502))
    assert (await rest("GET", "/users/@me"))[0] == 502
    assert (await rest("GET", "/gateway/bot"))[0] == 200


async def test_a_hanging_answer_ends_with_its_caller(rest: Rest, sandbox: Sandbox) -> None:
    sandbox.mischief.arm(Rule(effect=Effect.LOST_ANSWER_HANG))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(rest("GET", "/users/@me"), 0.1)
    async with asyncio.timeout(DEADLINE):
        await sandbox.stop()
