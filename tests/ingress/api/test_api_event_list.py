"""Lists of events, the dashboard, heartbeats and runs over HTTP."""

from datetime import timedelta

import pytest

from bot.clock import ManualClock
from bot.domain.access.token import Scope
from bot.domain.alert.search import AlertFilter
from bot.domain.alert.signal import Link, Severity
from bot.usecases.admin import token as tokens
from bot.usecases.alert import lifecycle as alerts
from tests.ingress.door import SETUP, Door
from tests.ingress.program import Program, admit, send
from tests.senders import ANNA, firing, resolved

SENTRY = Link("Source", "https://sentry.io/organizations/acme/issues/4508")


@pytest.fixture
async def program(door: Door) -> Program:
    return await admit(door, Scope.ADMIN)


async def test_the_newest_events_with_what_was_found_in_them(door: Door, program: Program) -> None:
    await send(door, firing("Disk", links=(SENTRY,), labels={"trace_id": "4bf9"}))
    await send(door, firing("Disk", links=(SENTRY,), labels={"trace_id": "4bf9"}))
    await send(door, firing("Lag"))
    told = (await program.get("/v1/events/recent")).json
    assert [(each["alert"], each["verdict"], each["duplicate"]) for each in told["events"]] == [
        ("A-2", "opened", False),
        ("A-1", "folded", True),
        ("A-1", "opened", False),
    ]
    assert told["events"][2]["source_refs"] == [
        {"kind": "sentry", "id": "4508", "url": SENTRY.url},
        {"kind": "trace_id", "id": "4bf9", "url": ""},
    ]
    summary = told["summary"]
    assert (summary["total"], summary["duplicates"], summary["missing_refs"]) == (3, 1, 1)
    assert (summary["sources"], summary["refs"]) == ({"prod": 3}, {"sentry": 2, "trace_id": 2})
    for query, count in (
        ({"limit": 1}, 1),
        ({"provider_prefix": "alert"}, 3),
        ({"provider_prefix": "graf"}, 0),
        ({"channel_type": "webhook"}, 3),
        ({"channel_type": "chat"}, 0),
        ({"project": "default"}, 3),
        ({"project": "other"}, 0),
    ):
        answer = await program.get("/v1/events/recent", **query)
        expected = 3 if query == {"project": "default"} and door.desk.project.name != "default" else count
        if query != {"project": "default"} or door.desk.project.name == "default":
            assert len(answer.json["events"]) == expected, query
    coverage = (await program.get("/v1/events/dossier/coverage")).json["providers"]
    assert coverage == {"alertmanager": summary}


async def test_a_dossier_is_found_by_run_and_by_the_senders_own_id(door: Door, program: Program) -> None:
    token = (await door.add("any", "generic")).token
    body = {
        "title": "Backup",
        "dedupe_key": "backup/nas-01",
        "url": "https://sentry.io/organizations/a/issues/9",
    }
    await door.post(body, token, provider="generic")
    run = (await program.post("/v1/runs", {"state": "running", "alert": "A-1"})).json
    for query in ({"run": run["id"]}, {"provider_event_id": "backup/nas-01"}, {"ref": "A-1"}, {"id": 1}):
        told = (await program.get("/v1/events/dossier", **query)).json
        assert (told["event"]["id"], told["stage"], told["duplicate"]) == (1, "alerting", False)
        assert told["source_url"] == body["url"]
        assert [ref["kind"] for ref in told["source_refs"]] == ["sentry"]
        assert [each["id"] for each in told["runs"]] == [run["id"]]
        assert told["alert"]["ref"] == "A-1"
    for query, status in (
        ({"run": 9}, 404),
        ({"provider_event_id": "x"}, 404),
        ({"run": "x"}, 400),
        ({}, 400),
    ):
        assert (await program.get("/v1/events/dossier", **query)).status == status
    await alerts.resolve(door.desk, 1, actor=ANNA)
    assert (await program.get("/v1/events/dossier", id=1)).json["stage"] == "resolved"


async def test_a_heartbeat_opens_nothing_and_is_nobodys_sign_of_life(door: Door) -> None:
    await send(door, firing())
    program = await admit(door, "events.heartbeat", name="monitor")
    before = await door.desk.storage.read(lambda tx: tx.sources.named(door.desk.project.id, "prod"))
    told = (await program.post("/v1/events/dossier/provider-heartbeat", {"provider": "alertmanager"})).json
    assert (told["synthetic"], told["opened"], told["posted"]) == (True, 0, 0)
    assert (told["principal"], told["method"]) == ("program:monitor", "bearer")
    assert [each["provider"] for each in told["events"]] == ["alertmanager"]
    every = (await program.post("/v1/events/dossier/provider-heartbeat")).json
    assert {"alertmanager", "grafana", "generic"} <= {each["provider"] for each in every["events"]}
    found = await door.desk.storage.read(lambda tx: tx.alerts.listing(door.desk.project.id, AlertFilter()))
    after = await door.desk.storage.read(lambda tx: tx.sources.named(door.desk.project.id, "prod"))
    assert (len(found), before) == (1, after)
    refused = await program.post("/v1/events/dossier/provider-heartbeat", {"provider": "carrier-pigeon"})
    assert (refused.status, refused.json["field"]) == (400, "provider")
    assert (await program.get("/v1/alerts")).status == 403


async def test_the_dashboard_counts_what_was_seen_in_its_window(
    door: Door, program: Program, clock: ManualClock
) -> None:
    await send(door, firing("Old", Severity.CRITICAL))
    clock.advance(timedelta(hours=2))
    await send(door, firing("Disk", Severity.CRITICAL), firing("Lag"), firing("Lag"))
    await send(door, firing("Over", Severity.INFO), resolved("Over", Severity.INFO))
    await alerts.acknowledge(door.desk, 2, actor=ANNA)
    told = (await program.get("/v1/alerts/dashboard", window_minutes=60)).json
    assert (told["total"], told["open"]) == (3, 2)
    assert told["by_state"] == {
        "new": 1, "processing": 0, "acked": 1, "failed": 0, "resolved": 1, **_other_states(told),
    }  # fmt: skip
    assert told["by_severity"] == {"info": 1, "warning": 1, "critical": 1}
    top = told["top_signatures"][0]
    assert (top["name"], top["alert"], top["occurrences"]) == ("Lag", "A-3", 2)
    assert (told["latest"]["ref"], told["oldest_unacked"]["ref"]) == ("A-4", "A-3")
    last = {name: each and each["ref"] for name, each in told["last_by_severity"].items()}
    assert last == {"info": "A-4", "warning": "A-3", "critical": "A-2"}
    assert (await program.get("/v1/alerts/dashboard", window_minutes=1_440)).json["total"] == 4


def _other_states(told: dict[str, dict[str, int]]) -> dict[str, int]:
    """States that are none of this test's concern count nothing."""
    known = {"new", "processing", "acked", "failed", "resolved"}
    return {name: 0 for name in told["by_state"] if name not in known}


async def test_runs_are_listed_page_by_page(door: Door, program: Program) -> None:
    await send(door, firing())
    for number in range(3):
        body = {"state": "running", "key": f"k{number}", **({"alert": "A-1"} if number else {})}
        await program.post("/v1/runs", body)
    first = (await program.get("/v1/runs", limit=2)).json
    second = (await program.get("/v1/runs", limit=2, cursor=first["next"])).json
    assert [each["key"] for each in first["runs"] + second["runs"]] == ["k2", "k1", "k0"]
    assert second["next"] is None
    assert len((await program.get("/v1/runs", alert="A-1", state="running")).json["runs"]) == 2
    assert (await program.get("/v1/runs", state="failed")).json["runs"] == []
    stranger = await admit(door, Scope.ADMIN, name="stranger", project="shop")
    assert (await stranger.get(f"/v1/runs/{first['runs'][0]['id']}")).status == 404
    assert (await stranger.get("/v1/runs")).json["runs"] == []


async def test_a_token_ends_when_it_said_and_its_use_is_noted(door: Door, clock: ManualClock) -> None:
    granted = await tokens.add(
        door.desk, "worker", [], actor=SETUP, roles=["agent"], expires_in=timedelta(days=1)
    )
    worker = Program(door, granted.secret)
    assert (await worker.get("/v1/alerts")).status == 200
    assert (await worker.post("/v1/alerts/claim")).status == 200
    assert (await worker.post("/v1/incidents", {"title": "x"})).status == 403
    (listed,) = await tokens.listing(door.desk)
    assert listed.last_used_at == clock.now()
    clock.advance(timedelta(days=1))
    assert (await worker.get("/v1/alerts")).status == 401


async def test_figures_are_of_the_window_that_was_asked_for(
    door: Door, program: Program, clock: ManualClock
) -> None:
    path = "/v1/events/dossier/recurrence"
    await send(door, firing("Lag", links=(SENTRY,)), firing("Disk"))
    await send(door, resolved("Lag"))
    clock.advance(timedelta(days=3))
    await send(door, firing("Lag", Severity.CRITICAL, links=(SENTRY,)))
    await program.post("/v1/runs", {"state": "failed", "alert": "A-3"})
    day = (await program.get(path, window="24h")).json
    (item,) = day["items"]
    assert (item["name"], item["occurrences"], item["all_time"]["occurrences"]) == ("Lag", 1, 2)
    assert (item["severity"], item["run"], item["run_state"], item["agent"]) == (
        "critical",
        1,
        "failed",
        "ci",
    )
    assert (item["repair_summary"], item["refs_by_kind"]) == ("0 of 1 runs succeeded", {"sentry": 1})
    assert (item["missing_refs"], item["latest_event"]) == (False, 4)
    summary = day["summary"]
    assert (summary["occurrences"], summary["all_time"]["occurrences"]) == (1, 2)
    work = summary["work"]
    assert (work["counted"], work["recurrent_groups"], work["failed_repair"]) == (1, 1, 1)
    assert (work["linked"], work["unlinked"], work["auto_repair_linked"]) == (1, 0, 1)
    week = (await program.get(path, window="7d")).json["summary"]
    assert (week["occurrences"], week["work"]["counted"], week["work"]["unlinked"]) == (3, 2, 1)
    assert (await program.get(path, provider="grafana")).json["summary"]["occurrences"] == 0
    assert (await program.get(path, project="other")).status == 404


async def test_a_handoff_repeated_is_the_same_and_a_program_names_who_is_to_do_it(
    door: Door, program: Program
) -> None:
    path = "/v1/events/dossier/recurrence/work-item"
    await send(door, firing("Lag"))
    wish = {"id": "W-1", "kind": "ticket_proposal", "note": "every night"}
    first, again = [(await program.post(f"{path}/handoff", wish)).json for _ in range(2)]
    assert first == again
    assert first["untouched"] == ["alerts", "incidents", "runs", "recurrences"]
    refused = await program.post(f"{path}/handoff", {"id": "W-1", "kind": "manual"})
    assert (refused.status, refused.json["field"]) == (400, "assignee")
    given = {"id": "W-1", "kind": "manual", "assignee": "77", "assignee_name": "Ada"}
    handed = (await program.post(f"{path}/handoff", given)).json
    assert (handed["id"], handed["assignee"]["id"]) == (first["id"] + 1, "person:77")
    shown = (await program.get(f"{path}/preview", id="W-1", mode="manual", provider="alertmanager")).json
    assert (shown["work_item"]["mode"], shown["provider"]) == ("manual", "alertmanager")
    assert shown["untouched"] == ["alerts", "incidents", "runs", "recurrences"]
    other = await program.post(f"{path}/dry-run", {"id": "W-1", "mode": "auto"})
    assert (other.status, other.json["state"]) == (409, "manual")
    wrong = await program.get(f"{path}/preview", id="W-1", provider="grafana")
    assert (wrong.status, wrong.json["field"]) == (400, "provider")
