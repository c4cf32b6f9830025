"""A signed request counts once: who recorded it gets the same answer, and nothing happens."""

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from bot.clock import ManualClock
from bot.domain.errors import NotDurableError
from bot.usecases.intake.queue import Intake
from tests.conftest import START
from tests.ingress.conftest import OpenDoor
from tests.ingress.door import Door, alert, group, signed

NOW = int(START.timestamp())
FIRING = msgspec.json.encode(group(alert()))
RESOLVED = msgspec.json.encode(group(alert(status="resolved")))


async def _states(door: Door) -> list[str]:
    def work(tx: Any) -> list[str]:
        return [str(row.state) for row in tx.run_raw("SELECT state FROM alert ORDER BY id")]

    return await door.desk.storage.read(work)


async def test_a_replayed_resolve_does_not_close_what_fires_again(door: Door) -> None:
    secret = (await door.add()).signing_secret
    recorded = signed(secret, RESOLVED, NOW + 1)
    assert (await door.post(FIRING, headers=signed(secret, FIRING, NOW))).status == 202
    first = await door.post(RESOLVED, headers=recorded)
    again = msgspec.json.encode(group({**alert(), "startsAt": "2026-11-21T01:59:00Z"}))
    assert (await door.post(again, headers=signed(secret, again, NOW + 2))).status == 202
    before = await door.rows("event")
    replayed = await door.post(RESOLVED, headers=recorded)
    assert (replayed.status, replayed.json) == (202, first.json)
    assert await door.rows("event") == before
    assert "resolved" not in (await _states(door))[-1]


async def test_the_same_body_signed_anew_is_no_replay(door: Door) -> None:
    """It is looked at: that it tells nothing new is for intake to say."""
    secret = (await door.add()).signing_secret
    for second in range(3):
        answer = await door.post(FIRING, headers=signed(secret, FIRING, NOW + second))
        assert [each["ref"] for each in answer.json["alerts"]] == ["A-1"]


async def test_what_could_not_be_kept_may_be_sent_again(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = (await door.add()).signing_secret
    take, headers = Intake.take, signed(secret, FIRING, NOW)

    async def fail(*_: Any) -> Any:
        raise NotDurableError("The disk is full.")

    monkeypatch.setattr(Intake, "take", fail)
    assert (await door.post(FIRING, headers=headers)).status == 503
    monkeypatch.setattr(Intake, "take", take)
    assert (await door.post(FIRING, headers=headers)).json["accepted"] == 1
    assert await door.rows("event") == 1


async def test_of_many_at_once_one_counts(door: Door) -> None:
    secret = (await door.add()).signing_secret
    headers = signed(secret, FIRING, NOW)
    answers = await asyncio.gather(*(door.post(FIRING, headers=headers) for _ in range(8)))
    assert {answer.status for answer in answers} == {202}
    assert len({answer.body for answer in answers}) == 1
    assert await door.rows("event") == 1


async def test_a_restart_does_not_make_the_desk_forget(open_door: OpenDoor, clock: ManualClock) -> None:
    door = await open_door()
    secret = (await door.add()).signing_secret
    headers = signed(secret, FIRING, NOW)
    assert (await door.post(FIRING, headers=headers)).status == 202
    clock.advance(timedelta(minutes=1))
    later = await open_door()
    assert (await later.post(FIRING, headers=headers)).json["accepted"] == 0
    assert await later.rows("event") == 1
    unknown = msgspec.json.encode(group(alert("Other")))
    assert (await later.post(unknown, headers=signed(secret, unknown, NOW))).json["accepted"] == 1
