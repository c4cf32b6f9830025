"""Tocsin in the place of PagerDuty and of Opsgenie."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.alert.alert import State
from bot.domain.alert.search import AlertFilter
from bot.usecases.alert import query as alert_query
from tests.ingress.door import Answer, Door


async def states(door: Door) -> list[State]:
    page = await alert_query.listing(door.desk, AlertFilter())
    return [line.alert.state for line in reversed(page.lines)]


class TestPagerDuty:
    @pytest.fixture
    async def token(self, door: Door) -> str:
        return (await door.add("pd", "pagerduty")).token

    async def send(self, door: Door, token: str, **event: Any) -> Answer:
        return await door.ask("POST", "/v2/enqueue", json={"routing_key": token, **event})

    async def test_trigger_acknowledge_resolve_by_key(self, door: Door, token: str) -> None:
        payload = {"summary": "DB down", "source": "db-1", "severity": "critical"}
        answer = await self.send(door, token, event_action="trigger", dedup_key="db", payload=payload)
        assert (answer.status, answer.json) == (
            202,
            {"status": "success", "message": "Event processed", "dedup_key": "db"},
        )
        assert await states(door) == [State.NEW]
        for action, state in (
            ("acknowledge", State.ACKED),
            ("acknowledge", State.ACKED),
            ("resolve", State.RESOLVED),
        ):
            answer = await self.send(door, token, event_action=action, dedup_key="db")
            assert (answer.status, answer.json["dedup_key"]) == (202, "db")
            assert await states(door) == [state]

    async def test_unknown_keys_are_accepted_and_change_nothing(self, door: Door, token: str) -> None:
        for action in ("acknowledge", "resolve"):
            assert (await self.send(door, token, event_action=action, dedup_key="x")).status == 202
        assert await states(door) == []

    async def test_a_trigger_without_a_key_gets_one(self, door: Door, token: str) -> None:
        payload = {"summary": "x", "source": "y", "severity": "info"}
        keys = set()
        for _ in range(2):
            answer = await self.send(door, token, event_action="trigger", payload=payload)
            keys.add(answer.json["dedup_key"])
        assert len(keys) == 2
        assert await states(door) == [State.NEW, State.NEW]

    async def test_what_means_nothing_is_an_invalid_event(self, door: Door, token: str) -> None:
        for event in ({}, {"event_action": "trigger"}, {"event_action": "resolve"}):
            answer = await self.send(door, token, **event)
            assert (answer.status, answer.json["status"]) == (400, "invalid event")
            assert answer.json["errors"]
        answer = await self.send(door, "R0123456789", event_action="resolve", dedup_key="x")
        assert (answer.status, answer.json["errors"]) == (400, ["Invalid routing key"])
        assert (await door.ask("POST", "/v2/enqueue", data=b"{")).status == 400
        assert (await door.ask("GET", "/v2/enqueue")).status == 405

    async def test_the_routing_key_is_not_stored(self, door: Door, token: str) -> None:
        payload = {"summary": "x", "source": "y", "severity": "info"}
        await self.send(door, token, event_action="trigger", payload=payload)
        rows = await door.desk.storage.read(lambda tx: tx.run_raw("SELECT body FROM envelope").all())
        assert [row.body for row in rows if token in row.body or "routing_key" in row.body] == []

    async def test_version_1(self, door: Door, token: str) -> None:
        path = "/generic/2010-04-15/create_event.json"
        event = {"service_key": token, "event_type": "trigger", "incident_key": "k", "description": "down"}
        answer = await door.ask("POST", path, json=event)
        assert (answer.status, answer.json) == (
            200,
            {"status": "success", "message": "Event processed", "incident_key": "k"},
        )
        for kind, state in (("acknowledge", State.ACKED), ("resolve", State.RESOLVED)):
            await door.ask("POST", path, json={"service_key": token, "event_type": kind, "incident_key": "k"})
            assert await states(door) == [state]

    async def test_a_change_stands_on_the_cards_of_its_service(self, door: Door, token: str) -> None:
        payload = {"summary": "DB down", "source": "db-1", "severity": "critical"}
        await self.send(door, token, event_action="trigger", dedup_key="db", payload=payload)
        change = {"summary": "Deployed 1.2", "source": "ci", "timestamp": "2026-11-21T01:50:00Z"}
        answer = await door.ask("POST", "/v2/change/enqueue", json={"routing_key": token, "payload": change})
        assert (answer.status, answer.json["status"]) == (202, "success")
        found = await alert_query.find(door.desk, 1)
        assert [each.summary for each in found.view.changes] == ["Deployed 1.2"]
        bad = await door.ask("POST", "/v2/change/enqueue", json={"routing_key": token, "payload": {}})
        assert bad.status == 400


class TestOpsgenie:
    @pytest.fixture
    async def key(self, door: Door) -> dict[str, str]:
        return {"Authorization": f"GenieKey {(await door.add('og', 'opsgenie')).token}"}

    async def test_by_alias_with_a_slash(self, door: Door, key: dict[str, str]) -> None:
        body = {"message": "Disk full", "alias": "disk/nas-01", "priority": "P2", "tags": ["a", "b"]}
        made = await door.ask("POST", "/v2/alerts/", json=body, headers=key)
        assert (made.status, made.json["result"]) == (202, "Request will be processed")
        told = await door.ask("GET", f"/v2/alerts/requests/{made.json['requestId']}", headers=key)
        assert told.json["data"] == {
            **told.json["data"],
            "success": True,
            "isSuccess": True,
            "status": "Created alert",
            "alertId": "A-1",
            "alias": "disk/nas-01",
        }
        at = "/v2/alerts/disk%2Fnas-01"
        for action, state in (
            ("acknowledge", State.ACKED),
            ("unacknowledge", State.NEW),
            ("close", State.RESOLVED),
        ):
            answer = await door.ask(
                "POST", f"{at}/{action}?identifierType=alias", json={"user": "anna"}, headers=key
            )
            assert answer.status == 202
            assert await states(door) == [state]
        found = await alert_query.find(door.desk, 1)
        assert found.view.alert.resolved_by is not None
        assert found.view.alert.resolved_by.name == "anna (og)"

    async def test_by_id_and_tiny_and_what_can_be_read(self, door: Door, key: dict[str, str]) -> None:
        await door.ask("POST", "/v2/alerts", json={"message": "x", "details": {"region": "eu"}}, headers=key)
        shown = (await door.ask("GET", "/v2/alerts/A-1", headers=key)).json["data"]
        assert (shown["id"], shown["tinyId"], shown["status"], shown["details"], shown["priority"]) == (
            "A-1",
            "1",
            "open",
            {"region": "eu"},
            "P3",
        )
        await door.ask("POST", "/v2/alerts/1/acknowledge?identifierType=tiny", headers=key)
        listed = (await door.ask("GET", "/v2/alerts?query=status%3Aopen", headers=key)).json["data"]
        assert [(each["tinyId"], each["acknowledged"]) for each in listed] == [("1", True)]
        noted = await door.ask("POST", "/v2/alerts/A-1/notes", json={"note": "look"}, headers=key)
        assert noted.status == 202
        assert (await alert_query.find(door.desk, 1)).view.alert.note == "look"
        await door.ask("PUT", "/v2/alerts/A-1/message", json={"message": "y"}, headers=key)
        await door.ask("PUT", "/v2/alerts/A-1/priority", json={"priority": "P1"}, headers=key)
        alert = (await alert_query.find(door.desk, 1)).view.alert
        assert (alert.name, alert.severity.value) == ("y", "critical")
        await door.ask("POST", "/v2/alerts/A-1/close", json={"source": "z"}, headers=key)
        assert (await door.ask("GET", "/v2/alerts?query=status:open", headers=key)).json["data"] == []

    async def test_a_snooze_is_a_silence_of_this_alert_alone(self, door: Door, key: dict[str, str]) -> None:
        for alias in ("a", "b"):
            await door.ask("POST", "/v2/alerts", json={"message": "x", "alias": alias}, headers=key)
        at = "/v2/alerts/a/snooze?identifierType=alias"
        until = (door.desk.clock.now() + timedelta(hours=1)).isoformat()
        assert (
            await door.ask("POST", at, json={"endTime": until, "user": "anna"}, headers=key)
        ).status == 202
        shown = [
            (await door.ask("GET", f"/v2/alerts/{name}?identifierType=alias", headers=key)).json["data"]
            for name in ("a", "b")
        ]
        assert [each["snoozed"] for each in shown] == [True, False]
        for body in ({}, {"endTime": "soon"}, {"endTime": "2020-01-01T00:00:00Z"}):
            assert (await door.ask("POST", at, json=body, headers=key)).status == 422

    async def test_what_is_not_there(self, door: Door, key: dict[str, str]) -> None:
        closed = await door.ask("POST", "/v2/alerts/x/close?identifierType=alias", headers=key)
        assert closed.status == 202
        told = await door.ask("GET", f"/v2/alerts/requests/{closed.json['requestId']}", headers=key)
        assert (told.json["data"]["success"], told.json["data"]["status"]) == (False, "Alert does not exist")
        for path in ("/v2/alerts/x", "/v2/alerts/requests/x", "/v2/alerts/1/escalate"):
            assert (await door.ask("GET", path, headers=key)).status == 404
        assert (await door.ask("GET", "/v2/alerts?query=tag%3Ax", headers=key)).status == 422
        assert (await door.ask("POST", "/v2/alerts", json={"message": ""}, headers=key)).status == 422
        assert (await door.ask("POST", "/v2/alerts", data=b"{", headers=key)).status == 400
        stranger = await door.ask("POST", "/v2/alerts", headers={"Authorization": "GenieKey x"})
        assert (stranger.status, set(stranger.json)) == (401, {"message", "took", "requestId"})
