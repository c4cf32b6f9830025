"""Rate limits: families, sub-limits, the global one, the ban, and switching them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest

from bot.clock import ManualClock
from bot.sandbox.fault.bucket import Buckets, Ticket
from bot.sandbox.model.settings import Budget, Limits
from bot.sandbox.model.snowflake import SkewedClock, snowflake_at
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import Rest
from tests.sandbox.desk import Desk

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


def buckets(clock: ManualClock, **limits: Any) -> Buckets:
    return Buckets(Limits(**limits), SkewedClock(clock))


def take(found: Buckets, *families: str, major: str = "1", template: str = "/x") -> Ticket:
    return found.take(list(families), major, template)


@pytest.mark.parametrize(
    ("family", "calls", "seconds"),
    [
        ("message_create", 5, 5),
        ("message_edit", 5, 5),
        ("message_delete", 3, 1),
        ("old_message_delete", 30, 120),
        ("reaction", 1, 0.25),
        ("thread_create", 5, 10),
        ("webhook", 5, 2),
        ("commands", 5, 20),
        ("read", 10, 5),
        ("other", 10, 5),
    ],
)
def test_a_full_bucket_says_when_it_opens_again(
    clock: ManualClock, family: str, calls: int, seconds: float
) -> None:
    found = buckets(clock)
    for left in reversed(range(calls)):
        ticket = take(found, family)
        assert ticket.stop is None
        assert ticket.headers["X-RateLimit-Remaining"] == str(left)
    stop = take(found, family).stop
    assert stop is not None
    assert stop.retry_after == pytest.approx(seconds)
    assert take(found, family, major="2").stop is None
    clock.advance(timedelta(seconds=seconds))
    assert take(found, family).stop is None


def test_headers_tell_limit_reset_and_bucket(clock: ManualClock) -> None:
    found = buckets(clock)
    take(found, "message_create")
    clock.advance(timedelta(seconds=2))
    headers = take(found, "message_create").headers
    assert headers["X-RateLimit-Limit"] == "5"
    assert headers["X-RateLimit-Reset-After"] == "3.000"
    assert float(headers["X-RateLimit-Reset"]) == START.timestamp() + 5
    assert headers["X-RateLimit-Bucket"] == take(found, "message_create").headers["X-RateLimit-Bucket"]
    assert headers["X-RateLimit-Bucket"] != take(found, "message_edit").headers["X-RateLimit-Bucket"]


def test_reads_have_a_bucket_for_each_route(clock: ManualClock) -> None:
    found = buckets(clock, read=Budget(1, 5))
    assert take(found, "read", template="/a").stop is None
    assert take(found, "read", template="/b").stop is None
    assert take(found, "read", template="/a").stop is not None


def test_a_sub_limit_refuses_while_the_bucket_has_calls_left(clock: ManualClock) -> None:
    found = buckets(clock)
    for _ in range(3):
        assert take(found, "message_edit", "old_message_edit").stop is None
    ticket = take(found, "message_edit", "old_message_edit")
    assert ticket.stop is not None
    assert (ticket.stop.code, ticket.headers["X-RateLimit-Remaining"]) == (30046, "1")
    assert take(found, "message_edit").stop is None


def test_many_refusals_are_a_ban_for_a_while(clock: ManualClock) -> None:
    found = buckets(clock, invalid=Budget(3, 600))
    for _ in range(3):
        assert found.ban() is None
        found.note_invalid()
    ban = found.ban()
    assert ban is not None
    assert ban.is_ban
    clock.advance(timedelta(seconds=601))
    assert found.ban() is None


def test_switched_off_limits_still_promise_calls(clock: ManualClock) -> None:
    found = buckets(clock, enabled=False)
    for _ in range(100):
        ticket = take(found, "message_create")
        assert ticket.stop is None
        assert int(ticket.headers["X-RateLimit-Remaining"]) > 1000
    assert found.take_global() is None


async def post(rest: Rest, sandbox: Sandbox, name: str = "alerts") -> tuple[int, Any]:
    return await rest("POST", f"/channels/{sandbox.channels[name]}/messages", {"content": "x"})


async def test_the_sixth_message_in_five_seconds_waits(rest: Rest, sandbox: Sandbox) -> None:
    sandbox.mischief.set_limits(enabled=True)
    assert [(await post(rest, sandbox))[0] for _ in range(6)] == [200] * 5 + [429]
    assert rest.headers["Via"]
    assert rest.headers["X-RateLimit-Scope"] == "user"
    assert float(rest.headers["Retry-After"]) >= 1
    status, body = await post(rest, sandbox)
    assert (status, body["global"], 0 < body["retry_after"] <= 5) == (429, False, True)
    assert (await post(rest, sandbox, "ops"))[0] == 200
    logged = sandbox.mischief.requests()[-2]
    assert (logged["status"], logged["retry_after"]) == (429, body["retry_after"])


async def test_the_global_limit_spares_interactions(rest: Rest, sandbox: Sandbox) -> None:
    sandbox.mischief.set_limits(enabled=True, everything=Budget(2, 60), other=None)
    assert [(await rest("GET", "/users/@me"))[0] for _ in range(3)] == [200, 200, 429]
    assert rest.headers["X-RateLimit-Global"] == "true"
    assert (await rest("GET", "/webhooks/1/x/messages/@original"))[0] == 404


async def test_renaming_has_two_calls_in_ten_minutes(rest: Rest, sandbox: Sandbox) -> None:
    sandbox.mischief.set_limits(enabled=True)
    _, thread = await rest("POST", f"/channels/{sandbox.channels['alerts']}/threads", {"name": "t"})
    path = f"/channels/{thread['id']}"
    statuses = [(await rest("PATCH", path, {"name": f"n{at}"}))[0] for at in range(3)]
    assert statuses == [200, 200, 429]
    _, body = await rest("PATCH", path, {"name": "n"})
    assert body["retry_after"] > 500
    assert (await rest("PATCH", path, {"archived": True}))[0] == 200


async def test_edits_of_an_old_message_have_a_limit_of_their_own(rest: Rest, sandbox: Sandbox) -> None:
    sandbox.mischief.set_limits(enabled=True)
    _, message = await post(rest, sandbox)
    channel = sandbox.world.channels[sandbox.channels["alerts"]]
    found = sandbox.world.messages.pop(int(message["id"]))
    found.id = snowflake_at(sandbox.world.now() - timedelta(hours=2))
    sandbox.world.messages[found.id] = found
    path = f"/channels/{channel.id}/messages/{found.id}"
    answers = [await rest("PATCH", path, {"content": str(at)}) for at in range(4)]
    assert [status for status, _ in answers] == [200, 200, 200, 429]
    assert answers[3][1]["code"] == 30046


async def test_too_many_refused_calls_are_a_ban_without_via(rest: Rest, sandbox: Sandbox) -> None:
    sandbox.mischief.set_limits(enabled=True, invalid=Budget(2, 600))
    for _ in range(2):
        assert (await rest("GET", "/users/@me", token="wrong"))[0] == 401
    status, body = await rest("GET", "/users/@me")
    assert (status, body) == (429, "error code: 1015")
    assert "Via" not in rest.headers
    assert (await rest.control("GET", "/limits"))[1]["invalid_count"] == 2


async def test_limits_change_at_run_time(rest: Rest, sandbox: Sandbox) -> None:
    change = {"enabled": True, "message_create": {"calls": 1, "seconds": 60}}
    assert (await rest.control("PUT", "/limits", change))[0] == 200
    assert [(await post(rest, sandbox))[0] for _ in range(2)] == [200, 429]
    await rest.control("PUT", "/limits", {"message_create": None})
    assert [(await post(rest, sandbox))[0] for _ in range(9)] == [200] * 9
    assert (await rest.control("PUT", "/limits", {"unheard_of": None}))[0] == 400
    assert (await rest.control("PUT", "/limits", {"read": 5}))[0] == 400


async def test_discord_py_holds_back_by_itself(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.mischief.set_limits(enabled=True, message_create=Budget(2, 0.2))
    bot = await desk.bot(sandbox)
    for at in range(5):
        await bot.room(sandbox).send(str(at))
    posts = [entry["status"] for entry in sandbox.mischief.requests() if entry["method"] == "POST"]
    assert posts == [200] * 5


async def test_discord_py_waits_out_a_limit_it_could_not_foresee(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.mischief.set_limits(enabled=True, rename=Budget(1, 0.2))
    bot = await desk.bot(sandbox)
    thread = await (await bot.room(sandbox).send("x")).create_thread(name="a")
    await thread.edit(name="b")
    await thread.edit(name="c")
    fetched = await bot.fetch_channel(thread.id)
    assert isinstance(fetched, discord.Thread)
    assert fetched.name == "c"
    assert 429 in [entry["status"] for entry in sandbox.mischief.requests()]
