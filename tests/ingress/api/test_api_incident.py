"""Incidents over HTTP: the rules are those of a card, and the answer says which of them held."""

import asyncio
from datetime import timedelta

import pytest

from bot.clock import ManualClock
from bot.domain.alert.signal import Severity
from bot.domain.incident.incident import IncidentLevel
from bot.usecases.admin import token as tokens
from bot.usecases.alert import lifecycle as alerts
from tests.ingress.door import SETUP, Door
from tests.ingress.program import Program, admit, send
from tests.senders import ANNA, firing, resolved

ROBOT = {"id": "program:ci", "name": "ci (API token)"}


@pytest.fixture
async def program(door: Door) -> Program:
    return await admit(door, "incidents.write", "alerts.read")


async def test_an_incident_goes_from_open_to_closed(door: Door, program: Program, clock: ManualClock) -> None:
    await send(door, firing("Down", Severity.CRITICAL, service="shop"))
    answer = await program.post("/v1/incidents", {"alert": "A-1", "severity": "P0", "note": "all red"})
    assert (answer.status, answer.json["outcome"]) == (201, "opened")
    opened = answer.json["incident"]
    assert (opened["ref"], opened["state"], opened["severity"]) == ("I-1", "open", "P0")
    assert (opened["title"], opened["summary"], opened["opened_by"]) == ("Down · shop", "all red", ROBOT)
    clock.advance(timedelta(minutes=5))
    told = (await program.post("/v1/incidents/I-1/update", {"update": "rolling back"})).json
    assert (told["update"], told["updated_by"]) == ("rolling back", ROBOT)
    assert (await program.post("/v1/incidents/I-1/mitigate")).json["state"] == "mitigating"
    clock.advance(timedelta(minutes=5))
    over = (await program.post("/v1/incidents/I-1/resolve", {"note": "rolled back"})).json
    assert (over["state"], over["resolved_at"]) == ("resolved", "2026-11-21T02:10:00Z")
    assert (await program.post("/v1/incidents/I-1/close")).json["state"] == "closed"
    story = (await program.get("/v1/incidents/I-1")).json
    assert (story["seconds_to_mitigate"], story["seconds_to_resolve"]) == (300.0, 600.0)
    assert [each["ref"] for each in story["alerts"]] == ["A-1"]
    kinds = [each["kind"] for each in story["timeline"] if each["actor"] == ROBOT]
    assert kinds == ["opened", "note", "update", "state", "state", "state"]


async def test_an_alert_caps_the_severity(door: Door, program: Program) -> None:
    await send(door, firing("Lag"))
    told = (await program.post("/v1/incidents", {"alert": "A-1", "severity": "P0"})).json
    assert (told["clamped"], told["severity_asked"], told["severity_cap"]) == (True, "P0", "P1")
    assert told["incident"]["severity"] == "P1"
    graded = await program.post("/v1/incidents/I-1/severity", {"severity": "P0"})
    told = graded.json
    assert (graded.status, told["severity"], told["clamped"]) == (200, "P1", True)
    assert (told["severity_asked"], told["severity_cap"]) == ("P0", "P1")
    less = (await program.post("/v1/incidents/I-1/severity", {"severity": "P3"})).json
    assert (less["severity"], less["clamped"]) == ("P3", False)
    wish = {"severity": "P1", "severity_cap": "P2"}
    capped = (await program.post("/v1/incidents/I-1/severity", wish)).json
    assert (capped["severity"], capped["clamped"], capped["severity_cap"]) == ("P2", True, "P2")


async def test_a_token_caps_what_its_program_may_say(door: Door) -> None:
    await send(door, firing("x", Severity.CRITICAL, service="x"))
    granted = await tokens.add(
        door.desk, "agent", ["incidents.write"], actor=SETUP, severity_cap=IncidentLevel.P2
    )
    agent = Program(door, granted.secret)
    told = (await agent.post("/v1/incidents", {"alert": "A-1", "severity": "P0"})).json
    assert (told["incident"]["severity"], told["clamped"], told["severity_cap"]) == ("P2", True, "P2")
    graded = (await agent.post("/v1/incidents/I-1/severity", {"severity": "P0"})).json
    assert (graded["severity"], graded["clamped"], graded["severity_cap"]) == ("P2", True, "P2")


async def test_within_the_window_the_open_incident_takes_the_alert_in_and_says_so(
    door: Door, program: Program, clock: ManualClock
) -> None:
    await send(door, firing("Down", service="shop"), firing("Lag", service="shop"))
    await program.post("/v1/incidents", {"alert": "A-1"})
    again = await program.post("/v1/incidents", {"alert": "A-1"})
    assert (again.status, again.json["outcome"]) == (200, "already_in")
    other = await program.post("/v1/incidents", {"alert": "A-2"})
    assert (other.status, other.json["outcome"], other.json["incident"]["ref"]) == (200, "taken_in", "I-1")
    by_service = await program.post("/v1/incidents", {"title": "shop is odd", "service": "shop"})
    assert by_service.json["outcome"] == "taken_in"
    clock.advance(timedelta(minutes=61))
    late = await program.post("/v1/incidents", {"title": "shop is odd", "service": "shop"})
    assert (late.status, late.json["incident"]["ref"]) == (201, "I-2")


async def test_of_many_who_open_at_once_one_opens(door: Door) -> None:
    await send(door, *[firing(f"n{number}", service="shop") for number in range(6)])
    programs = [await admit(door, "incidents.write", name=f"w{number}") for number in range(6)]
    answers = await asyncio.gather(
        *(each.post("/v1/incidents", {"alert": f"A-{n}"}) for n, each in enumerate(programs, 1))
    )
    assert sorted(answer.status for answer in answers) == [200] * 5 + [201]
    assert {answer.json["incident"]["ref"] for answer in answers} == {"I-1"}


async def test_a_key_opens_once_for_each_program(door: Door, program: Program) -> None:
    other = await admit(door, "incidents.write", name="other")
    key, wish = {"Idempotency-Key": "deploy-7"}, {"title": "Deploy failed"}
    answers = [await each.post("/v1/incidents", wish, headers=key) for each in (program, program, other)]
    assert [answer.status for answer in answers] == [201, 201, 201]
    assert answers[0].body == answers[1].body
    assert [answer.json["outcome"] for answer in answers] == ["opened", "opened", "opened"]
    assert [answer.json["incident"]["ref"] for answer in answers] == ["I-1", "I-1", "I-2"]


async def test_a_key_has_a_bound(program: Program) -> None:
    for key, status in (("k" * 255, 201), ("k" * 256, 400), ("é", 400)):
        answer = await program.post("/v1/incidents", {"title": "x"}, headers={"Idempotency-Key": key})
        assert answer.status == status
    assert (await program.get("/v1/incidents")).json["total"] == 1


async def test_saying_it_again_changes_nothing(door: Door, program: Program) -> None:
    await send(door, firing("Down"))
    await program.post("/v1/incidents", {"title": "Odd"})
    for path, body in (
        ("update", {"update": "looking"}),
        ("note", {"note": "saw it"}),
        ("severity", {"severity": "P1"}),
        ("role", {"role": "scribe"}),
        ("role", {"role": "commander", "user": "1", "name": "Anna"}),
        ("actions", {"text": "add a limit", "owner": "1", "due_at": "2026-11-22T00:00:00Z"}),
        ("link", {"alert": "A-1"}),
        ("unlink", {"alert": "A-1"}),
        ("mitigate", None),
        ("resolve", {"note": "done"}),
        ("close", None),
        ("reopen", None),
    ):
        once = await program.post(f"/v1/incidents/I-1/{path}", body)
        told = (await program.get("/v1/incidents/I-1")).json
        again = await program.post(f"/v1/incidents/I-1/{path}", body)
        assert (once.status, again.status) == (200, 200), path
        assert again.json == once.json
        assert (await program.get("/v1/incidents/I-1")).json == told


async def test_what_the_state_forbids_is_a_conflict_that_names_it(door: Door, program: Program) -> None:
    await send(door, firing("Down"), firing("Other"))
    await program.post("/v1/incidents", {"alert": "A-1"})
    await program.post("/v1/incidents", {"alert": "A-2"})
    for path, body in (("close", None), ("reopen", None), ("link", {"alert": "A-2"})):
        answer = await program.post(f"/v1/incidents/I-1/{path}", body)
        assert (answer.status, answer.json["state"]) == (409, "open"), path
    assert (await program.get("/v1/incidents/I-1")).json["state"] == "open"


async def test_a_role_that_somebody_holds_is_only_given_away_by_name(program: Program) -> None:
    await program.post("/v1/incidents", {"title": "Odd"})
    await program.post("/v1/incidents/I-1/role", {"role": "commander", "user": "1", "name": "Anna"})
    refused = await program.post("/v1/incidents/I-1/role", {"role": "commander"})
    assert (refused.status, refused.json["owner"]) == (409, "person:1")
    given = await program.post("/v1/incidents/I-1/role", {"role": "commander", "user": "2"})
    assert given.json["roles"] == {"commander": {"id": "person:2", "name": "2"}}
    for user in ("anna", "1" * 20, "-1"):
        answer = await program.post("/v1/incidents/I-1/role", {"role": "scribe", "user": user})
        assert (answer.status, answer.json["field"]) == (400, "user")


async def test_one_incident_goes_into_another(program: Program) -> None:
    for title in ("one", "two", "three"):
        await program.post("/v1/incidents", {"title": title})
    for _ in range(2):
        answer = await program.post("/v1/incidents/I-2/merge", {"into": "I-1"})
        assert (answer.status, answer.json["ref"]) == (200, "I-1")
    assert (await program.get("/v1/incidents/I-2")).json["merged_into"] == "I-1"
    for ref, into, status in (("I-1", "I-1", 409), ("I-2", "I-3", 409), ("I-3", "I-9", 404)):
        assert (await program.post(f"/v1/incidents/{ref}/merge", {"into": into})).status == status


async def test_what_is_promised_is_listed_until_it_is_done(door: Door, program: Program) -> None:
    await program.post("/v1/incidents", {"title": "Odd"})
    promised = (await program.post("/v1/incidents/I-1/actions", {"text": "add a limit"})).json
    assert (promised["ref"], promised["incident"], promised["owner"]) == ("T-1", "I-1", None)
    assert (await program.get("/v1/actions")).json == {"actions": [promised]}
    for _ in range(2):
        done = await program.post("/v1/actions/T-1/done")
        assert (done.status, done.json["done_by"]) == (200, ROBOT)
    other = await admit(door, "incidents.write", name="other")
    refused = await other.post("/v1/actions/T-1/done")
    assert (refused.status, refused.json["owner"]) == (409, "program:ci")
    assert (await program.get("/v1/actions")).json == {"actions": []}
    for _ in range(2):
        assert (await other.post("/v1/actions/T-1/reopen")).json["done_at"] is None
    elsewhere = await admit(door, "incidents.write", project="shop")
    for path in ("/v1/actions/T-1/done", "/v1/actions/T-1/reopen", "/v1/actions/T-9/done"):
        assert (await elsewhere.post(path)).status == 404
    naive = await program.post("/v1/incidents/I-1/actions", {"text": "x", "due_at": "2026-11-22T00:00:00"})
    assert (naive.status, naive.json["field"]) == (400, "due_at")


async def test_the_list_is_filtered_and_paged_worst_first(door: Door, program: Program) -> None:
    for title, severity in (("a", "P3"), ("b", "P1"), ("c", "P2")):
        await program.post("/v1/incidents", {"title": title, "severity": severity, "service": title})
    await program.post("/v1/incidents/I-3/resolve")

    async def titles(query: str) -> list[str]:
        answer = await program.ask("GET", f"/v1/incidents?{query}")
        return [each["title"] for each in answer.json["incidents"]]

    assert await titles("") == ["b", "c", "a"]
    assert await titles("state=open,mitigating") == ["b", "a"]
    assert await titles("severity=P2") == ["c"]
    assert await titles("severity=P2,P3") == ["c", "a"]
    assert await titles("text=A") == ["a"]
    assert await titles("limit=1&offset=1") == ["c"]
    assert (await program.get("/v1/incidents", limit=1)).json["total"] == 3
    assert door.ingress is not None


async def test_what_people_did_to_its_alerts_is_in_the_timeline(door: Door, program: Program) -> None:
    await send(door, firing("Down"))
    await program.post("/v1/incidents", {"alert": "A-1"})
    await alerts.acknowledge(door.desk, 1, actor=ANNA, note="mine")
    await send(door, resolved("Down"))
    story = (await program.get("/v1/incidents/I-1")).json
    told = [(each["kind"], each["actor"]["id"], each["alert"]) for each in story["timeline"]]
    assert ("alert_acked", "person:1", "A-1") in told
    assert ("alert_resolved", "source:prod", "A-1") in told


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        ("", {}, 400, "title"),
        ("", {"title": " "}, 400, "title"),
        ("", {"title": "x" * 201}, 400, "title"),
        ("", {"title": "x", "severity": "P9"}, 400, "severity"),
        ("", {"alert": "B-1"}, 400, "alert"),
        ("", {"alert": "A-9"}, 404, "alert"),
        ("/I-9/resolve", {}, 404, "ref"),
        ("/J-1/resolve", {}, 400, "ref"),
        ("/I-9/update", {}, 400, "update"),
        ("/I-9/update", {"update": "x"}, 404, "ref"),
        ("/I-9/note", {"note": "x"}, 404, "ref"),
        ("/I-9/link", {"alert": "A-9"}, 404, "alert"),
        ("/I-9/dance", {}, 404, None),
    ],
)
async def test_what_cannot_be_used_is_refused_by_field(
    program: Program, path: str, body: object, status: int, field: str | None
) -> None:
    answer = await program.post(f"/v1/incidents{path}", body)
    assert (answer.status, answer.json.get("field")) == (status, field)
    assert (await program.get("/v1/incidents")).json["total"] == 0


async def test_another_projects_incidents_are_not_there(door: Door, program: Program) -> None:
    await program.post("/v1/incidents", {"title": "Ours"}, headers={"Idempotency-Key": "k"})
    other = await admit(door, "incidents.write", project="shop")
    assert (await other.get("/v1/incidents")).json == {"incidents": [], "offset": 0, "total": 0}
    assert (await other.get("/v1/incidents/I-1")).status == 404
    for path, body in (
        ("resolve", {}),
        ("update", {"update": "x"}),
        ("note", {"note": "x"}),
        ("severity", {"severity": "P1"}),
    ):
        assert (await other.post(f"/v1/incidents/I-1/{path}", body)).status == 404, path
    theirs = await other.post("/v1/incidents", {"title": "Theirs"}, headers={"Idempotency-Key": "k"})
    assert (theirs.status, theirs.json["incident"]["ref"]) == (201, "I-2")
    assert (await program.get("/v1/incidents/I-1")).json["state"] == "open"


async def test_a_call_may_allow_less_and_take_in_otherwise(door: Door, program: Program) -> None:
    await send(door, firing("Down", Severity.CRITICAL, service="shop"), firing("Lag", service="shop"))
    wish = {"alert": "A-1", "severity": "P0", "severity_cap": "P2"}
    told = (await program.post("/v1/incidents", wish)).json
    assert (told["incident"]["severity"], told["clamped"], told["severity_cap"]) == ("P2", True, "P2")
    apart = (await program.post("/v1/incidents", {"alert": "A-2", "dedupe_window_minutes": 0})).json
    assert (apart["outcome"], apart["clamped"], apart["incident"]["ref"]) == ("opened", False, "I-2")
    found = (await program.get("/v1/incidents/open", service="shop")).json["incidents"]
    assert {each["ref"] for each in found} == {"I-1", "I-2"}
    assert (await program.get("/v1/incidents/open", service="web")).json["total"] == 0
    draft = (await program.get("/v1/incidents/I-1/postmortem")).json
    assert (draft["filename"], draft["markdown"].startswith("#")) == ("I-1-post-mortem.md", True)


async def test_of_programs_that_ask_one_may_look_into_it(door: Door) -> None:
    await send(door, firing("Down", service="shop"), firing("Lag", service="shop"))
    programs = [await admit(door, "alerts.claim", name=f"w{number}") for number in range(4)]
    answers = await asyncio.gather(*(each.post("/v1/alerts/A-1/triage") for each in programs))
    assert sorted(answer.json["allowed"] for answer in answers) == [False, False, False, True]
    told = (await programs[0].get("/v1/alerts/A-1/brief")).json
    assert [each["alert"] for each in told["neighbours"]] == ["A-2"]
    assert (told["incident"], [each["name"] for each in told["sources"]]) == (None, ["prod"])
