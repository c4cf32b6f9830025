"""What the door says besides taking alerts, to whom, and how it closes."""

import asyncio
from datetime import timedelta

import aiohttp
import msgspec
import pytest

from bot.clock import ManualClock
from bot.domain.errors import NotDurableError
from bot.ingress.options import IngressOptions
from bot.ingress.readiness import Probe
from bot.ingress.server import Ingress
from bot.providers.registry import PROVIDERS
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import Intake
from tests.ingress.conftest import OpenDoor
from tests.ingress.door import Door, alert, group, held
from tests.waiting import until

PROXIED = {"X-Forwarded-For": "203.0.113.9"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One engine is enough for what does not store."""
    return sqlite_url


async def fine() -> None:
    return None


async def broken() -> str:
    return "the gateway at 10.0.0.9 is silent"


async def raising() -> str:
    raise NotDurableError("disk full")


async def test_the_process_lives_whatever_else_does(open_door: OpenDoor) -> None:
    door = await open_door(probes=(Probe("gateway", broken),))
    assert (await door.ask("GET", "/healthz")).status == 200


async def test_ready_is_who_can_really_deliver(open_door: OpenDoor) -> None:
    door = await open_door(probes=(Probe("database", fine), Probe("gateway", fine)))
    answer = await door.ask("GET", "/readyz")
    assert (answer.status, answer.json) == (
        200,
        {"ready": True, "probes": [{"name": "database", "ok": True}, {"name": "gateway", "ok": True}]},
    )


async def test_who_is_not_ready_says_why_to_those_who_run_it(open_door: OpenDoor) -> None:
    door = await open_door(
        probes=(Probe("database", raising), Probe("gateway", broken), Probe("cards", fine))
    )
    ours, strangers = await door.ask("GET", "/readyz"), await door.ask("GET", "/readyz", headers=PROXIED)
    confused = await door.ask("GET", "/readyz", headers={**PROXIED, "Authorization": "Negotiate"})
    assert [answer.status for answer in (ours, strangers, confused)] == [503, 503, 503]
    assert [each.get("words") for each in ours.json["probes"]] == [
        "disk full",
        "the gateway at 10.0.0.9 is silent",
        None,
    ]
    assert strangers.json["probes"] == [
        {"name": "database", "ok": False},
        {"name": "gateway", "ok": False},
        {"name": "cards", "ok": True},
    ]


async def test_probes_are_asked_once_for_all_who_come_meanwhile(open_door: OpenDoor) -> None:
    asked = 0
    gate = asyncio.Event()

    async def slow() -> None:
        nonlocal asked
        asked += 1
        await gate.wait()

    door = await open_door(probes=(Probe("slow", slow),))
    asking = [asyncio.create_task(door.ask("GET", "/readyz")) for _ in range(5)]
    await until(lambda: asked == 1)
    assert not (await asyncio.wait(asking, timeout=0.05))[0]
    gate.set()
    assert [(await each).status for each in asking] == [200] * 5
    assert asked == 1


async def test_metrics_are_for_this_machine_and_for_those_with_a_token(door: Door) -> None:
    token = (await door.add()).token
    await door.post(group(alert()), token)
    here = await door.ask("GET", "/metrics")
    through_a_proxy = await door.ask("GET", "/metrics", headers=PROXIED)
    with_token = await door.ask("GET", "/metrics", headers={**PROXIED, "Authorization": f"Bearer {token}"})
    assert [answer.status for answer in (here, through_a_proxy, with_token)] == [200, 401, 200]
    assert 'tocsin_requests_total{code="202",provider="alertmanager"}' in here.body.decode()


async def test_label_values_stay_bounded_whatever_is_asked_for(door: Door) -> None:
    for name in ("smoke", "%F0%9F%92%A9", "a/b", "x" * 500):
        assert (await door.post(b"", provider=name)).status == 404
    body = (await door.ask("GET", "/metrics")).body.decode()
    assert 'provider="unknown"' in body
    assert "smoke" not in body


async def test_refusals_stand_in_the_log_but_do_not_flood_it(
    door: Door, clock: ManualClock, capfd: pytest.CaptureFixture[str]
) -> None:
    for _ in range(5):
        await door.ask("POST", "/v1/hooks/grafana", data=b"what was said")
    clock.advance(timedelta(seconds=10))
    await door.ask("POST", "/v1/hooks/grafana")
    lines = [line for line in "".join(capfd.readouterr()).splitlines() if "refused" in line]
    assert ["left_out=0" in lines[0], "left_out=4" in lines[1], len(lines)] == [True, True, 2]
    assert all("grafana" in line and "401" in line and "what was said" not in line for line in lines)


async def test_the_index_leads_everywhere(door: Door) -> None:
    index = (await door.ask("GET", "/")).json
    assert index["hooks"] == {name: f"/v1/hooks/{name}" for name in PROVIDERS}
    for path in index["links"].values():
        assert (await door.ask("GET", path)).status == 200
        assert (await door.ask("HEAD", path)).status == 200


async def test_elsewhere_is_nothing(door: Door) -> None:
    for path in ("/v1", "/v1/hooks", "/v1/hooks/", "/metrics/", "//", "/..%2f..%2fetc/passwd"):
        answer = await door.ask("GET", path)
        assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")


async def test_the_document_describes_what_is_really_answered(door: Door) -> None:
    document = (await door.ask("GET", "/openapi.json")).json
    assert document["openapi"].startswith("3.1")
    schemas = document["components"]["schemas"]
    token = (await door.add()).token
    accepted = (await door.post(group(alert(), {"labels": 1}), token)).json
    problem = (await door.post(b"", token)).json
    outcome, rejected = accepted["alerts"][0], accepted["rejected"][0]
    for name, value in (
        ("Accepted", accepted),
        ("ProblemDocument", problem),
        ("ReceiptLine", outcome),
        ("Rejected", rejected),
    ):
        assert set(value) <= set(schemas[name]["properties"])
        assert set(schemas[name]["required"]) <= set(value)
    for provider in PROVIDERS:
        operation = document["paths"][f"/v1/hooks/{provider}"]["post"]
        good = str(PROVIDERS[provider].success)
        assert set(operation["responses"]) == {good, "400", "401", "405", "408", "413", "415", "429", "503"}


async def test_every_reference_in_the_document_leads_somewhere(door: Door) -> None:
    body = (await door.ask("GET", "/openapi.json")).body
    document = msgspec.json.decode(body)

    def follow(value: object) -> None:
        if isinstance(value, dict):
            if "$ref" in value:
                assert (
                    value["$ref"].removeprefix("#/components/schemas/") in document["components"]["schemas"]
                )
            for inner in value.values():
                follow(inner)
        elif isinstance(value, list):
            for inner in value:
                follow(inner)

    follow(document)


async def test_closing_waits_for_what_is_under_way(desk: Desk, database_url: str) -> None:
    intake = Intake(desk)
    ingress = Ingress(desk, intake, options=IngressOptions(port=0))
    url = await ingress.start()
    async with aiohttp.ClientSession() as session:
        door = Door(desk, intake, ingress, url, session)
        token = (await door.add()).token
        await door.post(group(), token)
        with held(database_url):
            pending = asyncio.create_task(door.post(group(alert()), token))
            await until(lambda: intake.waiting == 1)
            closing = asyncio.create_task(ingress.stop())
            assert not (await asyncio.wait({pending, closing}, timeout=0.1))[0]
            with pytest.raises(aiohttp.ClientConnectionError):
                async with aiohttp.ClientSession() as late:
                    await late.get(url + "/healthz")
        assert (await pending).status == 202
        await closing
        assert await door.rows("alert") == 1


async def test_closing_twice_is_closing_once(desk: Desk) -> None:
    ingress = Ingress(desk, Intake(desk), options=IngressOptions(port=0))
    await ingress.stop()
    await ingress.start()
    await ingress.stop()
    await ingress.stop()


async def test_a_port_that_is_taken_is_an_error_at_the_start(door: Door, desk: Desk) -> None:
    port = int(door.url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        await Ingress(desk, Intake(desk), options=IngressOptions(port=port)).start()
