"""When more comes than can be stored, senders come back later, before memory grows; what is over gets in."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest

from bot import metrics
from bot.ingress import admission
from bot.usecases.intake.backlog import Bounds
from tests.ingress.conftest import OpenDoor
from tests.ingress.door import alert, group, held
from tests.waiting import until

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@on_sqlite
async def test_more_requests_than_may_be_in_flight_are_asked_to_come_back(
    open_door: OpenDoor, database_url: str
) -> None:
    door = await open_door(max_in_flight=2)
    token = (await door.add()).token
    await door.post(group(), token)
    with held(database_url):
        pending = [asyncio.create_task(door.post(group(alert(f"Alert{n}")), token)) for n in range(2)]
        await until(lambda: door.intake.waiting == 2)
        refused = await door.post(group(alert()), token)
    assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
    assert {(await each).status for each in pending} == {202}


@on_sqlite
async def test_what_is_over_gets_in_where_firing_alerts_are_asked_to_come_back(
    open_door: OpenDoor, database_url: str
) -> None:
    door = await open_door(max_in_flight=4)
    token = (await door.add()).token
    await door.post(group(alert("Old")), token)
    before = metrics.total(metrics.TURNED_AWAY)
    with held(database_url):
        pending = [asyncio.create_task(door.post(group(alert(f"Alert{n}")), token)) for n in range(4)]
        await until(lambda: door.intake.waiting == 4)
        refused = await door.post(group(alert()), token)
        over = asyncio.create_task(door.post(group(alert("Old", "resolved")), token))
        await until(lambda: door.intake.waiting == 5)
    assert (refused.status, refused.json["type"]) == (503, "urn:tocsin:problem:overloaded")
    assert metrics.total(metrics.TURNED_AWAY) > before
    assert {(await each).status for each in (*pending, over)} == {202}
    assert (await over).json["alerts"][0]["state"] == "resolved"


@on_sqlite
async def test_a_flood_of_refusals_is_a_line_in_the_log(
    open_door: OpenDoor, database_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    door = await open_door()
    door.intake._backlog._bounds = Bounds(signals=1)
    token = (await door.add()).token
    await door.post(group(), token)
    with held(database_url):
        pending = asyncio.create_task(door.post(group(alert("First")), token))
        await until(lambda: door.intake.waiting == 1)
        refused = [await door.post(group(alert(f"Alert{n}")), token) for n in range(5)]
    assert {(each.status, each.headers["Retry-After"]) for each in refused} == {(503, "5")}
    assert (await pending).status == 202
    assert capfd.readouterr().out.count("more alerts wait") == 1


async def test_bodies_on_their_way_in_are_bounded_by_their_bytes(
    open_door: OpenDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "MOST_READING", 3_000)
    door = await open_door(max_body=2_000)
    token = (await door.add()).token
    gate = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield msgspec.json.encode(group(alert()) | {"filler": "x" * 1_500})
        await gate.wait()

    slow = asyncio.create_task(door.post(slowly(), token))
    await until(lambda: door.ingress._hook.admission.reading.taken >= 1_500)
    refused = await door.post(group(alert("Other")) | {"filler": "x" * 1_200}, token)
    assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
    assert (await door.post(group(alert("Small")), token)).status == 202
    gate.set()
    assert (await slow).status == 202
    assert door.ingress._hook.admission.reading.taken == 0


async def test_a_group_that_is_too_large_is_told_for_its_alerts_are_lost(open_door: OpenDoor) -> None:
    door = await open_door(max_body=2_000)
    token = (await door.add()).token
    refused = await door.post(group(alert()) | {"filler": "x" * 3_000}, token)
    assert refused.status == 413
    (told,) = door.intake.losses.told(door.desk.clock.now())
    assert told.startswith("1 request refused: alertmanager, larger than http.max_body")
