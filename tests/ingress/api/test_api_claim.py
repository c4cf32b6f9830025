"""Claims over HTTP: many at once, whose they are, what a late worker may do, and what comes back."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.domain.alert.signal import Severity
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import retry
from bot.usecases.desk import Rules
from tests.conftest import CHANNEL
from tests.ingress.door import Door
from tests.ingress.program import Program, admit, send
from tests.senders import ANNA, firing

CLAIM = "/v1/alerts/claim"
FENCED = ("renew", "release", "fail", "ack", "resolve")


@pytest.fixture
async def program(door: Door) -> Program:
    return await admit(door, "alerts.write")


async def claimed(program: Program, **wish: object) -> list[dict[str, Any]]:
    answer = await program.post(CLAIM, wish)
    assert answer.status == 200
    found: list[dict[str, Any]] = answer.json["alerts"]
    return found


async def test_several_at_once_come_the_oldest_critical_first(
    door: Door, program: Program, clock: ManualClock
) -> None:
    for name, severity in (("w", "warning"), ("c1", "critical"), ("c2", "critical"), ("i", "info")):
        await send(door, firing(name, Severity(severity)))
        clock.advance(timedelta(seconds=1))
    found = await claimed(program, limit=3, owner="worker-1", lock_ttl_seconds=90)
    assert [each["name"] for each in found] == ["c1", "c2", "w"]
    assert {each["owner"]["id"] for each in found} == {"program:ci/worker-1"}
    assert {each["lease_expires_at"] for each in found} == {"2026-11-21T02:01:34Z"}
    assert len({each["claim_token"] for each in found}) == 3
    assert [each["name"] for each in await claimed(program, limit=100)] == ["i"]
    assert await claimed(program) == []


async def test_only_what_fits_every_filter_is_claimed(
    door: Door, program: Program, clock: ManualClock
) -> None:
    await send(door, firing("old", labels={"env": "prod"}))
    clock.advance(timedelta(minutes=10))
    await send(
        door,
        firing("lag", service="shop", labels={"environment": "Prod", "note": '"env":"test"'}),
        firing("disk", namespace="prod"),
    )
    assert await claimed(program, env="test") == []
    assert await claimed(program, source="nobody", env="prod") == []
    wish = {"env": "prod", "source": "prod", "window_minutes": 5, "limit": 9}
    assert [each["name"] for each in await claimed(program, **wish, service="shop")] == ["lag"]
    assert [each["name"] for each in await claimed(program, **wish)] == ["disk"]
    assert [(each["name"], each["env"]) for each in await claimed(program)] == [("old", "prod")]


@pytest.mark.parametrize(
    "wish",
    [
        {"limit": 0},
        {"limit": 101},
        {"window_minutes": 0},
        {"window_minutes": 527_041},
        {"lock_ttl_seconds": 86_401},
        {"owner": "x" * 65},
        {"owner": "a\nb"},
    ],
    ids=str,
)
async def test_a_claim_beyond_its_bounds_is_refused_by_field(program: Program, wish: dict[str, Any]) -> None:
    answer = await program.post(CLAIM, wish)
    assert (answer.status, answer.json["field"]) == (400, *wish)


@pytest.mark.parametrize("action", FENCED)
async def test_without_the_claims_token_nothing_is_done_to_it(
    door: Door, program: Program, action: str
) -> None:
    await send(door, firing())
    (mine,) = await claimed(program, owner="worker-1")
    for body in ({}, {"claim_token": "claim_" + "x" * 32}, {"claim_token": mine["claim_token"][:-1]}):
        answer = await program.post(f"/v1/alerts/A-1/{action}", body)
        assert (answer.status, answer.json["owner"]) == (409, "program:ci/worker-1")
    done = await program.post(f"/v1/alerts/A-1/{action}", {"claim_token": mine["claim_token"]})
    assert done.status == 200
    assert "claim_token" not in done.json
    other = await admit(door, "alerts.write", name="other")
    late = await other.post(f"/v1/alerts/A-1/{action}", {"claim_token": mine["claim_token"]})
    assert late.status == 409


@pytest.mark.parametrize("action", FENCED)
async def test_a_late_worker_is_told_who_has_it_now(
    door: Door, program: Program, clock: ManualClock, action: str
) -> None:
    await send(door, firing())
    (first,) = await claimed(program, owner="worker-1", lock_ttl_seconds=10)
    clock.advance(timedelta(seconds=10))
    late = await program.post(f"/v1/alerts/A-1/{action}", {"claim_token": first["claim_token"]})
    assert (late.status, "run out" in late.json["detail"]) == (409, True)
    (second,) = await claimed(program, owner="worker-2", lock_ttl_seconds=10)
    late = await program.post(f"/v1/alerts/A-1/{action}", {"claim_token": first["claim_token"]})
    assert (late.status, late.json["state"], late.json["owner"]) == (409, "processing", "program:ci/worker-2")
    assert "worker-2" in late.json["detail"]
    assert (
        await program.post("/v1/alerts/A-1/resolve", {"claim_token": second["claim_token"]})
    ).status == 200
    late = await program.post(f"/v1/alerts/A-1/{action}", {"claim_token": first["claim_token"]})
    assert (late.status, late.json["owner"]) == (409, "program:ci/worker-2")
    history = (await program.get("/v1/alerts/A-1")).json["history"]
    assert [step["action"] for step in history] == ["claim", "lease_expire", "claim", "resolve"]


async def test_what_a_person_takes_meanwhile_is_theirs(door: Door, program: Program) -> None:
    await send(door, firing())
    (mine,) = await claimed(program)
    token = {"claim_token": mine["claim_token"]}
    await alerts.acknowledge(door.desk, 1, actor=ANNA)
    late = await program.post("/v1/alerts/A-1/resolve", token)
    assert (late.status, late.json["state"], late.json["owner"]) == (409, "acked", "person:1")
    for action in ("unack", "resolve"):
        refused = await program.post(f"/v1/alerts/A-1/{action}")
        assert (refused.status, refused.json["owner"]) == (409, "person:1")
    forced = await program.post("/v1/alerts/A-1/resolve", {"force": True, "note": "disk grown"})
    assert forced.json["note"] == "Forced by ci: Anna had it. disk grown"
    assert forced.json["state"] == "resolved"


async def test_two_workers_of_one_token_never_hold_the_same_alert(door: Door, program: Program) -> None:
    await send(door, firing())
    answers = await asyncio.gather(*(program.post("/v1/alerts/A-1/claim") for _ in range(4)))
    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
    named = await program.post("/v1/alerts/A-1/claim", {"owner": "worker-2"})
    assert named.status == 409


async def test_a_failed_attempt_comes_back_when_it_said_and_waits_for_a_person_in_the_end(
    door: Door, program: Program, clock: ManualClock
) -> None:
    door.desk.rules = Rules(default_channel_id=CHANNEL, max_attempts=2)
    await send(door, firing())
    (mine,) = await claimed(program)
    failure = {"error": "no route to db1", "retry_after_seconds": 30, "claim_token": mine["claim_token"]}
    failed = (await program.post("/v1/alerts/A-1/fail", failure)).json
    assert (failed["state"], failed["attempts"], failed["last_error"]) == ("failed", 1, "no route to db1")
    assert failed["retry_at"] == "2026-11-21T02:00:30Z"
    assert await claimed(program) == []
    assert await retry.retry_due(door.desk) == 0
    clock.advance(timedelta(seconds=30))
    (again,) = await claimed(program)  # due by now, whether or not the job was there before
    assert (again["attempts"], again["retry_at"]) == (1, None)
    last = (await program.post("/v1/alerts/A-1/fail", {**failure, "claim_token": again["claim_token"]})).json
    assert (last["attempts"], last["retry_at"]) == (2, None)
    clock.advance(timedelta(days=1))
    assert await retry.retry_due(door.desk) == 0
    fresh = (await program.post("/v1/alerts/A-1/retry")).json
    assert (fresh["state"], fresh["attempts"]) == ("new", 0)


async def test_the_job_makes_due_retries_new(door: Door, program: Program) -> None:
    await send(door, firing())
    (mine,) = await claimed(program)
    failure = {"retry_after_seconds": 0, "claim_token": mine["claim_token"]}
    assert (await program.post("/v1/alerts/A-1/fail", failure)).status == 200
    assert await retry.retry_due(door.desk) == 1
    told = (await program.get("/v1/alerts/A-1")).json
    assert (told["state"], told["history"][-1]["actor"]["id"]) == ("new", "job:retry")


async def test_the_same_request_again_is_answered_alike_and_another_is_refused(
    door: Door, program: Program
) -> None:
    await send(door, firing("a"), firing("b"))
    key = {"Idempotency-Key": "batch-1"}
    first = await program.post(CLAIM, {"limit": 1}, headers=key)
    again = await program.post(CLAIM, b'{ "limit":1 }', headers=key)
    assert (again.status, again.body) == (200, first.body)
    for path, body in ((CLAIM, {"limit": 2}), ("/v1/alerts/A-1/note", {"note": "x"})):
        other = await program.post(path, body, headers=key)
        assert (other.status, other.json["field"]) == (422, "Idempotency-Key")
    theirs = await (await admit(door, "alerts.write", name="other")).post(CLAIM, {"limit": 1}, headers=key)
    assert theirs.json["alerts"][0]["ref"] != first.json["alerts"][0]["ref"]


async def test_a_refusal_does_not_use_a_key_up_and_no_key_is_stored(door: Door, program: Program) -> None:
    key = {"Idempotency-Key": "nightly-7"}
    assert (await program.post("/v1/alerts/A-1/ack", headers=key)).status == 404
    await send(door, firing())
    assert (await program.post("/v1/alerts/A-1/ack", headers=key)).status == 200
    rows = await door.desk.storage.read(lambda tx: tx.run_raw("SELECT digest FROM idempotency").all())
    assert len(rows) == 1
    assert "nightly" not in rows[0].digest


async def test_an_owner_is_found_by_any_of_their_names(door: Door, program: Program) -> None:
    await send(door, firing("a"), firing("b"))
    await claimed(program, owner="worker-1")
    await alerts.acknowledge(door.desk, 2, actor=ANNA)
    for owner in ("program:ci/worker-1", "program:ci", "ci", "worker-1", "me"):
        found = (await program.get("/v1/alerts", owner=owner)).json["alerts"]
        assert [each["ref"] for each in found] == ["A-1"], owner
    for owner in ("Anna", "person:1"):
        found = (await program.get("/v1/alerts", owner=owner)).json["alerts"]
        assert [each["ref"] for each in found] == ["A-2"], owner
    assert (await program.get("/v1/alerts", owner="c")).json["alerts"] == []
