"""Tocsin in the place of an Alertmanager: what Prometheus pushes, what amtool and karma read and write."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.ingress.face.alertmanager import write_time
from bot.usecases.alert import expiry
from tests.ingress.door import Answer, Door

MINUTE = timedelta(minutes=1)


def pushed(name: str = "HighErrorRate", *, ends_at: datetime | None = None, **labels: str) -> dict[str, Any]:
    alert: dict[str, Any] = {
        "labels": {"alertname": name, "severity": "critical", **labels},
        "annotations": {"summary": f"{name} is on", "runbook_url": "https://runbooks.example.org/x"},
        "startsAt": "2026-11-21T01:59:00.123456789Z",
        "generatorURL": "http://prom.example.org/graph",
    }
    if ends_at is not None:
        alert["endsAt"] = write_time(ends_at)
    return alert


class Client:
    def __init__(self, door: Door, token: str) -> None:
        self.door = door
        self.headers = {"Authorization": f"Bearer {token}"}

    async def ask(self, method: str, path: str, body: object = None, **query: Any) -> Answer:
        more: dict[str, Any] = {} if body is None else {"json": body}
        return await self.door.ask(method, "/api/v2/" + path, headers=self.headers, params=query, **more)


@pytest.fixture
async def am(door: Door) -> Client:
    issued = await door.add("prom", "alertmanager-api")
    return Client(door, issued.token)


async def test_what_prometheus_pushes_fires_until_its_end_and_can_be_read(
    am: Client, clock: ManualClock
) -> None:
    soon = clock.now() + 4 * MINUTE
    answer = await am.ask("POST", "alerts", [pushed(ends_at=soon, instance="a"), pushed(ends_at=soon)])
    assert (answer.status, answer.json["accepted"]) == (200, 2)
    again = await am.ask("POST", "alerts", [pushed(ends_at=soon, instance="a")])
    assert again.json["deduped"] == 1
    found = (await am.ask("GET", "alerts")).json
    assert [each["status"]["state"] for each in found] == ["active", "active"]
    assert found[0]["labels"]["instance"] == "a"
    assert found[0]["endsAt"] == write_time(soon)
    assert found[0]["receivers"] == [{"name": "prom"}]
    assert found[0]["annotations"]["runbook_url"] == "https://runbooks.example.org/x"
    assert len(found[0]["fingerprint"]) == 16
    (group,) = (await am.ask("GET", "alerts/groups")).json
    assert (group["labels"], len(group["alerts"])) == ({"alertname": "HighErrorRate"}, 2)
    clock.advance(5 * MINUTE)
    assert await expiry.end_expired(am.door.desk) == 2
    assert (await am.ask("GET", "alerts")).json == []


async def test_an_end_in_the_past_resolves(am: Client, clock: ManualClock) -> None:
    await am.ask("POST", "alerts", [pushed(ends_at=clock.now() + MINUTE)])
    await am.ask("POST", "alerts/", [pushed(ends_at=clock.now() - MINUTE / 2)])
    assert (await am.ask("GET", "alerts")).json == []


async def test_without_an_end_an_alert_lasts_five_minutes(am: Client, clock: ManualClock) -> None:
    await am.ask("POST", "alerts", [pushed()])
    clock.advance(5 * MINUTE - timedelta(seconds=1))
    assert await expiry.end_expired(am.door.desk) == 0
    clock.advance(timedelta(seconds=1))
    assert await expiry.end_expired(am.door.desk) == 1


async def test_the_same_rule_at_two_severities_is_two_alerts_and_a_pair_of_senders_is_one(am: Client) -> None:
    await am.ask("POST", "alerts", [pushed(), pushed(severity="warning")])
    await am.ask("POST", "alerts", [pushed(prometheus_replica="a"), pushed(prometheus_replica="b")])
    assert len((await am.ask("GET", "alerts")).json) == 2


async def test_good_alerts_are_stored_beside_bad_ones_and_only_bad_ones_are_refused(am: Client) -> None:
    answer = await am.ask("POST", "alerts", [pushed(), {"labels": {}}, 5])
    assert (answer.status, answer.json["accepted"], len(answer.json["rejected"])) == (200, 1, 2)
    bodies: tuple[object, ...] = ([{"labels": {}}], {"alerts": []}, "x")
    for body in bodies:
        answer = await am.ask("POST", "alerts", body)
        assert answer.status == 400
        assert isinstance(answer.json, str)


async def test_filters(am: Client) -> None:
    await am.ask("POST", "alerts", [pushed(instance="a"), pushed("Other", instance="b")])

    async def names(**query: Any) -> list[str]:
        return [each["labels"]["alertname"] for each in (await am.ask("GET", "alerts", **query)).json]

    assert await names(filter='instance=~"a|c"') == ["HighErrorRate"]
    assert await names(filter='alertname!="Other"') == ["HighErrorRate"]
    assert await names(receiver="pr.m") == ["HighErrorRate", "Other"]
    assert await names(receiver="x") == []
    assert await names(active="false") == []
    assert (await am.ask("GET", "alerts", filter="(")).status == 400


async def test_status_and_receivers_have_what_clients_demand(am: Client) -> None:
    status = (await am.ask("GET", "status")).json
    assert set(status) == {"cluster", "config", "uptime", "versionInfo"}
    assert status["cluster"]["status"] == "disabled"
    assert set(status["versionInfo"]) == {
        "branch", "buildDate", "buildUser", "goVersion", "revision", "version",
    }  # fmt: skip
    assert (await am.ask("GET", "receivers")).json == [{"name": "prom"}]


async def test_a_silence_is_written_read_prolonged_and_ended(am: Client, clock: ManualClock) -> None:
    await am.ask("POST", "alerts", [pushed(), pushed("Other")])
    wish = {
        "comment": "deploy",
        "createdBy": "ops",
        "startsAt": write_time(clock.now()),
        "endsAt": write_time(clock.now() + 60 * MINUTE),
        "matchers": [{"name": "alertname", "value": "High.*", "isRegex": True, "isEqual": True}],
    }
    made = await am.ask("POST", "silences", wish)
    assert made.status == 200
    ident = made.json["silenceID"]
    (listed,) = (await am.ask("GET", "silences")).json
    assert listed == (await am.ask("GET", f"silence/{ident}")).json
    assert (listed["status"], listed["createdBy"], listed["comment"]) == (
        {"state": "active"},
        "ops",
        "deploy",
    )
    assert listed["matchers"] == wish["matchers"]
    states = {each["labels"]["alertname"]: each["status"] for each in (await am.ask("GET", "alerts")).json}
    assert states["HighErrorRate"]["state"] == "suppressed"
    assert states["HighErrorRate"]["silencedBy"] == [ident]
    assert states["Other"]["state"] == "active"
    assert len((await am.ask("GET", "alerts", silenced="false")).json) == 1
    longer = {**wish, "id": ident, "endsAt": write_time(clock.now() + 120 * MINUTE)}
    assert (await am.ask("POST", "silences", longer)).json == {"silenceID": ident}
    assert (await am.ask("GET", "silences", filter='alertname="High.*"')).json != []
    assert (await am.ask("GET", "silences", filter="alertname=x")).json == []
    assert (await am.ask("DELETE", f"silence/{ident}")).status == 200
    assert (await am.ask("DELETE", f"silence/{ident}")).status == 200
    assert (await am.ask("GET", f"silence/{ident}")).json["status"] == {"state": "expired"}


async def test_silences_that_make_no_sense_are_refused(am: Client, clock: ManualClock) -> None:
    good = {
        "startsAt": write_time(clock.now()),
        "endsAt": write_time(clock.now() + MINUTE),
        "matchers": [{"name": "a", "value": "b"}],
        "comment": "",
        "createdBy": "",
    }
    bad: tuple[dict[str, Any], ...] = (
        {"matchers": []},
        {"matchers": None},
        {"matchers": [{"name": "a", "value": "("} | {"isRegex": True}]},
        {"matchers": [{"name": "a", "value": "", "isEqual": True}]},
        {"matchers": [{"name": "a", "value": "b", "isRegex": "yes"}]},
        {"startsAt": "x"},
        {"endsAt": write_time(clock.now() - MINUTE)},
        {"comment": "x" * 1_001},
    )
    for each in bad:
        answer = await am.ask("POST", "silences", {**good, **each})
        assert (answer.status, type(answer.json)) == (400, str), each
    unknown = await am.ask("POST", "silences", {**good, "id": "5c3b0c5e-7e5d-4b5e-9c59-111111111111"})
    assert unknown.status == 404
    assert (await am.ask("GET", "silence/x")).status == 404
    assert (await am.ask("POST", "silences", good)).status == 200


async def test_one_source_sees_nothing_of_another(door: Door, am: Client) -> None:
    other = Client(door, (await door.add("second", "alertmanager-api")).token)
    await am.ask("POST", "alerts", [pushed()])
    assert (await other.ask("GET", "alerts")).json == []
    assert (await am.ask("GET", "alerts")).json != []


async def test_strangers_and_other_kinds_are_turned_away(door: Door) -> None:
    hook = await door.add("hook", "alertmanager")
    for headers in ({}, {"Authorization": "Bearer toc_x"}, {"Authorization": f"Bearer {hook.token}"}):
        answer = await door.ask("GET", "/api/v2/status", headers=headers)
        assert answer.status == 401
        assert "WWW-Authenticate" in answer.headers
    issued = await door.add("prom", "alertmanager-api")
    assert (await Client(door, issued.token).ask("GET", "nothing")).status in {401, 404}
    assert (await Client(door, issued.token).ask("DELETE", "alerts")).status == 405
