"""Dossiers, runs, recurrences and work items over HTTP."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from bot.clock import ManualClock
from bot.domain.alert.signal import Severity
from bot.usecases.alert import lifecycle as alerts
from storage.table.core import metadata
from tests.ingress.door import Door, alert, group
from tests.ingress.program import Program, admit, send
from tests.senders import ANNA, firing, resolved

RECURRENCE = "/v1/events/dossier/recurrence"
WORK = f"{RECURRENCE}/work-item"
ROBOT = {"id": "program:ci", "name": "ci (API token)"}


@pytest.fixture
async def program(door: Door) -> Program:
    """A console with the two scopes that such have."""
    return await admit(door, "incidents.write", "events.read")


async def everything(door: Door) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the database, but for when tokens were used."""
    tables = [table.name for table in metadata.sorted_tables if table.name != "token"]
    return await door.desk.storage.read(
        lambda tx: {
            name: sorted((tuple(row) for row in tx.run_raw(f'SELECT * FROM "{name}"').all()), key=repr)  # noqa: S608 -- our own names
            for name in tables
        }
    )


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {name for name in after if before[name] != after[name]}


async def test_a_dossier_shows_the_redacted_request_and_what_became_of_it(
    door: Door, program: Program
) -> None:
    token = (await door.add()).token
    request = group(alert("Disk"), alert("Lag", password="hunter2"))
    await door.post(request, token)
    incident = (await program.post("/v1/incidents", {"alert": "A-2"})).json["incident"]["ref"]
    told = (await program.get("/v1/events/dossier", ref="A-2")).json
    assert (told["event"]["status"], told["event"]["position"]) == ("firing", 1)
    assert told["source"]["name"] == "prom"
    assert told["source"]["provider"] == "alertmanager"
    assert told["correlation"] == {
        "verdict": "opened",
        "reason": "",
        "envelope_digest": told["envelope"]["digest"],
        "alert": "A-2",
        "alert_state": "new",
        "recurrence": "R-2",
        "incident": incident,
    }
    envelope = told["envelope"]
    assert envelope["body"]["alerts"][1]["labels"]["password"] == "[redacted]"
    assert (envelope["redactions"], envelope["original_length"] % 256) == (1, 0)
    assert "hunter2" not in msgspec.json.encode(told).decode()
    event_id = told["event"]["id"]
    assert (await program.get(f"/v1/events/{event_id}/dossier")).json == told
    assert (await program.get("/v1/events/dossier", id=event_id)).json == told


async def test_a_rejected_event_says_why(door: Door, program: Program) -> None:
    await door.post(group({"labels": 1}), (await door.add()).token)
    told = (await program.get("/v1/events/1/dossier")).json
    assert told["correlation"]["verdict"] == "rejected"
    assert told["correlation"]["reason"]
    assert told["correlation"]["alert"] is None


async def test_the_newest_event_stands_for_an_alert(door: Door, program: Program) -> None:
    token = (await door.add()).token
    for status in ("firing", "firing", "resolved"):
        await door.post(group(alert(status=status)), token)
    told = (await program.get("/v1/events/dossier", ref="A-1")).json
    assert (told["event"]["id"], told["correlation"]["verdict"]) == (3, "resolved")


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("/v1/events/9/dossier", 404, "ref"),
        ("/v1/events/E9/dossier", 400, "ref"),
        ("/v1/events/9999999999999999999/dossier", 400, "ref"),
        ("/v1/events/dossier", 400, "id"),
        ("/v1/events/dossier?id=1&ref=A-1", 400, "id"),
        ("/v1/events/dossier?ref=A-9", 404, "ref"),
        (f"{RECURRENCE}/R-9", 404, "ref"),
        (f"{RECURRENCE}/X-9", 400, "ref"),
        (f"{RECURRENCE}?window=1y", 400, "window"),
        (f"{WORK}/preview", 400, "id"),
        (f"{WORK}/preview?id=W-9", 404, "id"),
        (f"{WORK}/preview?id=nine", 400, "id"),
    ],
)
async def test_what_is_not_there_is_said_clearly(
    program: Program, path: str, status: int, field: str
) -> None:
    answer = await program.ask("GET", path)
    assert (answer.status, answer.json["field"]) == (status, field)


async def test_a_run_is_reported_step_by_step_under_its_key(
    door: Door, program: Program, clock: ManualClock
) -> None:
    await send(door, firing("Lag"))
    wish = {"agent": "healer", "key": "job-1", "alert": "A-1"}
    queued = (await program.post("/v1/runs", {**wish, "state": "queued"})).json
    assert (queued["state"], queued["recurrence"], queued["started_at"]) == ("queued", "R-1", None)
    clock.advance(timedelta(seconds=5))
    await program.post("/v1/runs", {**wish, "state": "running"})
    clock.advance(timedelta(seconds=5))
    over = {**wish, "state": "succeeded", "output": "restarted with token=abcdef1234567890"}
    done = (await program.post("/v1/runs", over)).json
    assert (done["id"], done["started_at"], done["ended_at"]) == (
        queued["id"],
        "2026-11-21T02:00:05Z",
        "2026-11-21T02:00:10Z",
    )
    assert done["output"] == "restarted with token=[redacted]"
    assert (await program.post("/v1/runs", over)).json == done
    refused = await program.post("/v1/runs", {**wish, "state": "running"})
    assert (refused.status, refused.json["type"]) == (409, "urn:tocsin:problem:conflict")
    story = (await program.get(f"{RECURRENCE}/R-1")).json
    assert story["runs"] == [done]
    assert story["item"]["runs"] == {"succeeded": 1}


async def test_a_run_without_a_key_is_a_new_one_unless_the_request_has_one(program: Program) -> None:
    wish = {"state": "succeeded"}
    one, two = [(await program.post("/v1/runs", wish)).json for _ in range(2)]
    assert one["agent"] == "ci"
    assert one["key"] != two["key"]
    key = {"Idempotency-Key": "nightly"}
    again = [(await program.post("/v1/runs", wish, headers=key)).json["id"] for _ in range(2)]
    assert again[0] == again[1]


async def test_a_run_about_an_event_is_about_its_alert_too(door: Door, program: Program) -> None:
    await send(door, firing("Lag"))
    told = (await program.post("/v1/runs", {"state": "running", "event": 1})).json
    assert (told["event"], told["alert"], told["recurrence"]) == (1, "A-1", "R-1")
    for body, status, field in (
        ({"state": "running", "event": 9}, 404, "event"),
        ({"state": "running", "alert": "A-9"}, 404, "alert"),
        ({"state": "running", "recurrence": "R-9"}, 404, "recurrence"),
        ({"state": "walking"}, 400, "state"),
        ({}, 400, "state"),
    ):
        answer = await program.post("/v1/runs", body)
        assert (answer.status, answer.json["field"]) == (status, field)


async def test_recurrences_are_summed_up_and_listed(door: Door, program: Program, clock: ManualClock) -> None:
    await send(door, firing("Lag"), firing("Disk"))
    await send(door, firing("Lag"))
    await alerts.acknowledge(door.desk, 1, actor=ANNA, note="restarted")
    clock.advance(timedelta(minutes=10))
    await send(door, resolved("Lag"), resolved("Disk"))
    clock.advance(timedelta(hours=1))
    await send(door, firing("Lag"))
    told = (await program.get(RECURRENCE)).json
    summary = told["summary"]
    assert (summary["recurrences"], summary["episodes"], summary["occurrences"]) == (2, 3, 4)
    assert (summary["acks"], summary["resolves"], summary["self_resolves"]) == (1, 2, 1)
    assert summary["self_resolved_share"] == 0.5
    assert [item["ref"] for item in told["items"]] == ["R-1", "R-2"]
    lag = told["items"][0]
    assert (lag["name"], lag["source"], lag["provider"], lag["signature"]) == (
        "Lag",
        "prod",
        "alertmanager",
        "Lag",
    )
    assert (lag["occurrences"], lag["episodes"], lag["duplicates"]) == (3, 2, 1)
    ended = lag["last_episodes"][1]
    assert (ended["alert"], ended["owner"]["id"], ended["note"]) == ("A-1", "person:1", "restarted")
    assert ended["resolved_by"]["id"] == "source:prod"
    assert lag["work_item"]["id"] == "W-1"
    page = (await program.get(RECURRENCE, limit=1, offset=1)).json
    assert ([item["ref"] for item in page["items"]], page["total"]) == (["R-2"], 2)
    assert (await program.get(RECURRENCE, text="isk")).json["total"] == 1
    story = (await program.get(f"{RECURRENCE}/R-1")).json
    assert sum(hour["occurrences"] for hour in story["hours"]) == 3
    assert story["item"].items() <= lag.items()
    assert [ref["verdict"] for ref in story["source_refs"]] == ["opened", "resolved", "folded", "opened"]


async def test_looking_writes_nothing(door: Door, program: Program) -> None:
    await send(door, firing("Lag", Severity.CRITICAL))
    before = await everything(door)
    plan = (await program.get(f"{WORK}/preview", id="W-1")).json
    assert (plan["work_item"]["id"], plan["recurrence"], plan["ready"]) == ("W-1", "R-1", False)
    assert {check["name"] for check in plan["checks"]} >= {"open", "gate"}
    assert (await program.get(f"{WORK}/preview", id="R-1")).json == plan
    for path in (RECURRENCE, f"{RECURRENCE}/R-1", "/v1/events/1/dossier", "/v1/incidents"):
        assert (await program.get(path)).status == 200
    assert changed(before, await everything(door)) == set()


async def test_a_dry_run_writes_its_own_history_and_nothing_else(door: Door, program: Program) -> None:
    await send(door, firing("Lag"))
    before = await everything(door)
    plan = (await program.get(f"{WORK}/preview", id="W-1")).json
    done = (await program.post(f"{WORK}/dry-run", {"id": "W-1"})).json
    assert done == {**plan, "check_id": 1}
    assert changed(before, await everything(door)) == {"audit", "work_check"}
    (check,) = (await program.get(f"{RECURRENCE}/R-1")).json["checks"]
    assert (check["id"], check["by"], check["checks"]) == (1, ROBOT, plan["checks"])


async def test_a_handoff_is_written_down_and_changes_no_alert(door: Door, program: Program) -> None:
    await send(door, firing("Lag"))
    before = await everything(door)
    proposed = await program.post(f"{WORK}/handoff", {"id": "W-1", "kind": "ticket_proposal", "note": "why"})
    assert (proposed.status, proposed.json["kind"], proposed.json["assignee"]) == (
        201,
        "ticket_proposal",
        None,
    )
    assert proposed.json["body"].startswith("why\n")
    manual = {"id": "W-1", "kind": "manual", "assignee": "77", "assignee_name": "Anna"}
    given = (await program.post(f"{WORK}/handoff", manual)).json
    assert (given["assignee"], given["by"]) == ({"id": "person:77", "name": "Anna"}, ROBOT)
    assert changed(before, await everything(door)) == {"handoff", "audit"}
    item = (await program.get(RECURRENCE)).json["items"][0]
    assert (item["handoff"], item["work_item"]["mode"]) == (given, "manual")


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"id": "W-1"}, 400, "kind"),
        ({"kind": "manual"}, 400, "id"),
        ({"id": "W-9", "kind": "manual"}, 404, "id"),
        ({"id": "W-1", "kind": "gift"}, 400, "kind"),
        ({"id": "W-1", "kind": "manual", "assignee": "Anna"}, 400, "assignee"),
        ({"id": "W-1", "kind": "ticket_proposal", "assignee": "77"}, 400, "assignee"),
        ({"id": "W-1", "kind": "manual", "note": "x" * 1_001}, 400, "note"),
    ],
)
async def test_a_handoff_that_cannot_be_is_refused_by_field(
    door: Door, program: Program, body: object, status: int, field: str
) -> None:
    await send(door, firing("Lag"))
    before = await everything(door)
    answer = await program.post(f"{WORK}/handoff", body)
    assert (answer.status, answer.json["field"]) == (status, field)
    assert changed(before, await everything(door)) == set()


async def test_another_projects_events_are_not_there(door: Door, program: Program) -> None:
    await send(door, firing("Lag"))
    other = await admit(door, "incidents.write", "events.read", project="shop")
    for path in (
        "/v1/events/1/dossier",
        "/v1/events/dossier?ref=A-1",
        f"{RECURRENCE}/R-1",
        f"{WORK}/preview?id=W-1",
    ):
        assert (await other.ask("GET", path)).status == 404
        assert (await program.ask("GET", path)).status == 200
    told = (await other.get(RECURRENCE)).json
    assert (told["items"], told["total"], told["summary"]["occurrences"]) == ([], 0, 0)
    for path, body in (
        (f"{WORK}/dry-run", {"id": "W-1"}),
        (f"{WORK}/handoff", {"id": "W-1", "kind": "manual"}),
        ("/v1/runs", {"state": "running", "alert": "A-1"}),
        ("/v1/runs", {"state": "running", "recurrence": "R-1"}),
        ("/v1/runs", {"state": "running", "event": 1}),
    ):
        assert (await other.post(path, body)).status == 404


async def test_no_program_speaks_for_another_or_ends_its_run(door: Door) -> None:
    healer, other = (
        await admit(door, "runs.write", name="healer"),
        await admit(door, "runs.write", name="other"),
    )
    own = (await healer.post("/v1/runs", {"state": "running", "key": "k"})).json
    posing = (await other.post("/v1/runs", {"state": "failed", "key": "k", "agent": "healer"})).json
    assert (own["agent"], posing["agent"]) == ("healer", "other/healer")
    assert posing["id"] != own["id"]
    still = (await healer.post("/v1/runs", {"state": "running", "key": "k"})).json
    assert (still["id"], still["state"]) == (own["id"], "running")
    part = (await healer.post("/v1/runs", {"state": "running", "agent": "healer/7"})).json
    assert part["agent"] == "healer/7"


async def test_who_may_not_look_learns_nothing_by_reporting(door: Door) -> None:
    await send(door, firing("Lag"))
    blind = await admit(door, "runs.write", name="blind")
    for wish in ({"alert": "A-1"}, {"event": 1}, {"recurrence": "R-1"}):
        there = await blind.post("/v1/runs", {"state": "running", **wish})
        name, ref = next(iter(wish.items()))
        missing = {name: 4711 if name == "event" else f"{str(ref)[0]}-4711"}
        absent = await blind.post("/v1/runs", {"state": "running", **missing})
        assert (there.status, absent.status) == (200, 200)
        given = [(name, {**answer.json, "id": 0, "key": "", name: ""}) for answer in (there, absent)]
        assert given[0] == given[1]
