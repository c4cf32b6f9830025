"""Alerts over HTTP: the life of a worker, what it is told, and what it cannot do."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.domain.alert.signal import Severity
from bot.usecases.alert import lifecycle as alerts
from tests.ingress.door import Door
from tests.ingress.program import Program, admit, send
from tests.senders import ANNA, firing, resolved

ACTIONS = ("claim", "renew", "release", "fail", "retry", "ack", "unack", "resolve", "note")
ROBOT = {"id": "program:ci", "name": "ci (API token)"}


@pytest.fixture
async def program(door: Door) -> Program:
    return await admit(door, "alerts.write")


async def test_a_worker_takes_an_alert_from_new_to_resolved(
    door: Door, program: Program, clock: ManualClock
) -> None:
    await send(door, firing("Lag"), firing("Disk", Severity.CRITICAL))
    (claimed,) = (await program.post("/v1/alerts/claim", {"lock_ttl_seconds": 60})).json["alerts"]
    token = {"claim_token": claimed["claim_token"]}
    assert (claimed["ref"], claimed["state"], claimed["owner"]) == ("A-2", "processing", ROBOT)
    assert claimed["lease_expires_at"] == "2026-11-21T02:01:00Z"
    clock.advance(timedelta(seconds=50))
    renewed = (await program.post("/v1/alerts/A-2/renew", {"lock_ttl_seconds": 60, **token})).json
    assert renewed["lease_expires_at"] == "2026-11-21T02:01:50Z"
    failed = (await program.post("/v1/alerts/A-2/fail", {"note": "no access", **token})).json
    assert (failed["state"], failed["note"], failed["note_by"]) == ("failed", "no access", ROBOT)
    assert (await program.post("/v1/alerts/A-2/retry")).json["state"] == "new"
    assert (await program.post("/v1/alerts/2/ack")).json["state"] == "acked"
    over = (await program.post("/v1/alerts/a2/resolve", {"note": "grew the volume"})).json
    assert (over["state"], over["resolved_by"]) == ("resolved", ROBOT)
    history = (await program.get("/v1/alerts/A-2")).json["history"]
    assert [step["action"] for step in history] == ["claim", "renew", "fail", "retry", "ack", "resolve"]
    assert {step["actor"]["id"] for step in history} == {"program:ci"}
    assert history[-1]["before"]["state"] == "acked"
    assert history[-1]["note"] == "grew the volume"


async def test_claimers_at_once_never_share_and_the_last_get_nothing(door: Door) -> None:
    await send(door, *[firing(f"n{number}") for number in range(9)])
    programs = [await admit(door, "alerts.write", name=f"w{number}") for number in range(12)]
    answers = await asyncio.gather(*(each.post("/v1/alerts/claim") for each in programs))
    refs = [each["ref"] for answer in answers for each in answer.json["alerts"]]
    assert sorted(refs) == sorted(f"A-{number}" for number in range(1, 10))
    assert [answer.status for answer in answers] == [200] * 12
    assert sum(answer.json == {"alerts": []} for answer in answers) == 3


async def test_one_alert_claimed_by_many_at_once_is_one_programs(door: Door) -> None:
    await send(door, firing())
    programs = [await admit(door, "alerts.write", name=f"w{number}") for number in range(6)]
    answers = await asyncio.gather(*(each.post("/v1/alerts/A-1/claim") for each in programs))
    assert sorted(answer.status for answer in answers) == [200] + [409] * 5
    (won,) = (answer.json["owner"]["id"] for answer in answers if answer.status == 200)
    for answer in answers:
        if answer.status == 409:
            assert (answer.json["state"], answer.json["owner"]) == ("processing", won)


async def test_only_what_fits_is_claimed(door: Door, program: Program) -> None:
    await send(door, firing("Disk", Severity.CRITICAL), firing("Lag", service="shop"))
    for wanted in ({"severity": "info"}, {"severity": ["info"], "name": "Lag"}, {"text": "nothing"}):
        assert (await program.post("/v1/alerts/claim", wanted)).json == {"alerts": []}
    wanted = {"severity": ["warning", "critical"], "service": "shop"}
    (claimed,) = (await program.post("/v1/alerts/claim", wanted)).json["alerts"]
    assert claimed["name"] == "Lag"


async def test_without_a_length_a_lease_is_as_long_as_the_desk_says(door: Door, program: Program) -> None:
    await send(door, firing("a"), firing("b"))
    one = (await program.post("/v1/alerts/A-1/claim")).json
    (other,) = (await program.post("/v1/alerts/claim")).json["alerts"]
    assert one["lease_expires_at"] == other["lease_expires_at"] == "2026-11-21T02:15:00Z"


@pytest.mark.parametrize(
    ("actions", "state", "owner"),
    [
        (["release"], "new", None),
        (["fail"], "new", None),
        (["renew"], "new", None),
        (["retry"], "new", None),
        (["unack"], "new", None),
        (["ack", "claim"], "acked", "program:ci"),
        (["ack", "release"], "acked", "program:ci"),
        (["claim", "unack"], "processing", "program:ci"),
        (["claim", "fail", "claim"], "failed", None),
        (["resolve", "ack"], "resolved", None),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
async def test_what_the_state_forbids_is_a_conflict_that_names_it(
    door: Door, program: Program, actions: list[str], state: str, owner: str | None
) -> None:
    await send(door, firing())
    *before, last = actions
    token: dict[str, str] = {}
    for action in before:
        done = await program.post(f"/v1/alerts/A-1/{action}", {} if action == "claim" else token)
        assert done.status == 200
        token = {"claim_token": done.json["claim_token"]} if action == "claim" else token
    standing = (await program.get("/v1/alerts/A-1")).json
    answer = await program.post(f"/v1/alerts/A-1/{last}", {} if last == "claim" else token)
    assert (answer.status, answer.headers["Content-Type"]) == (409, "application/problem+json")
    assert answer.json["type"] == "urn:tocsin:problem:conflict"
    assert (answer.json["state"], answer.json.get("owner")) == (state, owner)
    assert (await program.get("/v1/alerts/A-1")).json == standing


async def test_a_persons_alert_is_not_a_programs(door: Door, program: Program) -> None:
    await send(door, firing())
    await alerts.claim(door.desk, 1, actor=ANNA)
    for action in ("release", "fail", "renew", "claim"):
        answer = await program.post(f"/v1/alerts/A-1/{action}")
        assert (answer.status, answer.json["owner"]) == (409, "person:1")


async def test_asking_again_after_a_lost_answer_is_answered_alike(door: Door, program: Program) -> None:
    await send(door, firing())
    body = {"owner": "worker-1"}
    for action in ("claim", "fail", "retry", "ack", "resolve"):
        once = await program.post(f"/v1/alerts/A-1/{action}", body)
        again = await program.post(f"/v1/alerts/A-1/{action}", body)
        body = {"claim_token": once.json["claim_token"]} if action == "claim" else {}
        assert (once.status, again.status) == (200, 200)
        assert again.json == once.json
    assert len((await program.get("/v1/alerts/A-1")).json["history"]) == 5


async def test_the_list_is_paged_by_cursor_newest_first(door: Door, program: Program) -> None:
    await send(door, *[firing(f"n{number}") for number in range(5)])
    refs: list[str] = []
    page: dict[str, Any] = (await program.get("/v1/alerts", limit=2)).json
    while True:
        refs += [each["ref"] for each in page["alerts"]]
        if page["next"] is None:
            break
        await send(door, firing(f"late after {page['next']}"))
        page = (await program.get("/v1/alerts", limit=2, cursor=page["next"])).json
    assert refs == ["A-5", "A-4", "A-3", "A-2", "A-1"]


async def test_a_page_that_is_just_full_is_the_last(door: Door, program: Program) -> None:
    await send(door, firing("a"), firing("b"))
    assert (await program.get("/v1/alerts", limit=2)).json["next"] is None


async def test_the_list_is_filtered(door: Door, program: Program) -> None:
    await send(door, firing("Disk", Severity.CRITICAL), firing("Lag", service="shop"), firing("Old"))
    await send(door, resolved("Old"))
    await program.post("/v1/alerts/A-1/claim")

    async def names(query: str) -> list[str]:
        answer = await program.ask("GET", f"/v1/alerts?{query}")
        return [each["name"] for each in answer.json["alerts"]]

    assert await names("") == ["Old", "Lag", "Disk"]
    assert await names("state=new") == ["Lag"]
    assert await names("state=new&state=processing") == ["Lag", "Disk"]
    assert await names("state=new,processing&severity=critical") == ["Disk"]
    assert await names("owner=me") == await names("owner=program%3Aci") == ["Disk"]
    assert await names("text=SHO") == ["Lag"]
    assert await names("text=a,b") == []
    assert await names("text=%25") == []


async def test_an_alert_is_told_whole(door: Door, program: Program) -> None:
    await send(door, firing("Disk", summary="full", labels={"pod": "a"}, namespace="eu", target="db1"))
    told = (await program.get("/v1/alerts/A-1")).json
    assert told == {
        "ref": "A-1", "state": "new", "expired": False, "severity": "warning", "name": "Disk",
        "summary": "full", "description": "", "labels": {"pod": "a"}, "links": [], "annotations": {},
        "source_refs": [], "namespace": "eu", "service": "",
        "target": "db1", "env": "", "severity_word": "", "source": "prod", "signature": "Disk",
        "recurrence": told["recurrence"],
        "occurrences": 1, "flaps": 0, "opened_at": "2026-11-21T02:00:00Z",
        "last_seen_at": "2026-11-21T02:00:00Z", "acked_at": None, "ack_until": None,
            "resolved_at": None, "resolved_by": None,
        "owner": None, "lease_expires_at": None, "attempts": 0, "last_error": "",
        "retry_at": None, "note": "", "note_by": None, "history": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=many", "limit"),
        ("limit=1&limit=2", "limit"),
        ("limt=1", "limt"),
        ("state=open", "state"),
        ("state=new,open", "state[1]"),
        ("cursor=B-1", "cursor"),
        ("text=" + "x" * 201, "text"),
    ],
)
async def test_a_query_that_cannot_be_used_is_refused_by_field(
    program: Program, query: str, field: str
) -> None:
    answer = await program.ask("GET", f"/v1/alerts?{query}")
    assert (answer.status, answer.json["type"], answer.json["field"]) == (
        400,
        "urn:tocsin:problem:invalid",
        field,
    )


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("claim", {"lock_ttl_seconds": 0}, "lock_ttl_seconds"),
        ("claim", {"lock_ttl_seconds": 86_401}, "lock_ttl_seconds"),
        ("claim", {"lock_ttl_seconds": "60"}, "lock_ttl_seconds"),
        ("claim", {"lock_ttl_seconds": 1.5}, "lock_ttl_seconds"),
        ("claim", {"severity": "loud"}, "severity"),
        ("claim", {"colour": "red"}, "colour"),
        ("A-1/ack", {"note": 5}, "note"),
        ("A-1/ack", {"note": "x" * 1_001}, "note"),
        ("A-1/ack", {"lock_ttl_seconds": 5}, "lock_ttl_seconds"),
        ("A-1/ack", {"for_minutes": 0}, "for_minutes"),
        ("A-1/ack", {"for_minutes": 10_081}, "for_minutes"),
        ("A-1/ack", [], "body"),
        ("A-1/note", {}, "note"),
        ("A-1/note", {"note": ""}, "note"),
        ("A-1/note", {"note": "  "}, "note"),
        ("A-1/note", {"note": None}, "note"),
        ("B-1/ack", {}, "ref"),
        ("A-1234567890123456789/ack", {}, "ref"),
    ],
)
async def test_a_body_that_cannot_be_used_is_refused_by_field(
    door: Door, program: Program, path: str, body: object, field: str
) -> None:
    await send(door, firing())
    answer = await program.post(f"/v1/alerts/{path}", body)
    assert (answer.status, answer.json["type"], answer.json["field"]) == (
        400,
        "urn:tocsin:problem:invalid",
        field,
    )
    assert (await program.get("/v1/alerts/A-1")).json["history"] == []


async def test_an_acknowledgement_ends_as_in_chat_or_as_was_asked(door: Door, program: Program) -> None:
    await send(door, firing("a", Severity.CRITICAL), firing("b", Severity.WARNING))
    now = door.desk.clock.now()

    async def until(ref: str, body: dict[str, object] | None = None) -> datetime | None:
        answer = (await program.post(f"/v1/alerts/{ref}/ack", body)).json
        return None if answer["ack_until"] is None else datetime.fromisoformat(answer["ack_until"])

    first = await until("A-1")
    assert first is not None
    assert timedelta(hours=4) <= first - now < timedelta(hours=4, minutes=1)
    assert await until("A-1") == first
    assert await until("A-2") is None
    longer = await until("A-2", {"for_minutes": 10_080})
    assert longer is not None
    assert longer - now >= timedelta(days=7)


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"note": "a"', b"[" * 20_000])
async def test_a_body_that_is_no_json_is_refused(program: Program, body: bytes) -> None:
    answer = await program.post("/v1/alerts/A-1/ack", body)
    assert (answer.status, answer.json["type"]) == (400, "urn:tocsin:problem:unreadable")


async def test_a_body_too_large_or_of_another_kind_is_refused(program: Program) -> None:
    large = await program.post("/v1/alerts/A-1/note", {"note": "x" * 262_144})
    form = await program.post("/v1/alerts/A-1/note", b"note=a", headers={"Content-Type": "text/plain"})
    assert (large.status, form.status, form.json["field"]) == (413, 415, "Content-Type")


@pytest.mark.parametrize("action", ACTIONS)
async def test_an_alert_nobody_knows_is_not_found(program: Program, action: str) -> None:
    body = {"note": "x"} if action == "note" else None
    answer = await program.post(f"/v1/alerts/A-9/{action}", body)
    assert (answer.status, answer.json["field"], "A-9" in answer.json["detail"]) == (404, "ref", True)
    assert (await program.get("/v1/alerts/A-9")).status == 404


async def test_secrets_and_control_characters_leave_a_note(door: Door, program: Program) -> None:
    await send(door, firing())
    note = "restarted with password=hunter2 \u202e\x00 \ud83d\ude00".encode("utf-16", "surrogatepass").decode(
        "utf-16"
    )
    kept = (await program.post("/v1/alerts/A-1/note", {"note": note})).json["note"]
    assert "hunter2" not in kept
    assert (kept.count("\ufffd"), kept[-1]) == (2, "😀")
    assert (await program.post("/v1/alerts/A-1/note", b'{"note": "a\\ud800b"}')).json["note"] == "a\ufffdb"


async def test_other_methods_are_told_which_there_are(program: Program) -> None:
    for path, method, allowed in (
        ("/v1/alerts", "PUT", "GET, POST"),
        ("/v1/alerts/A-1", "DELETE", "GET"),
        ("/v1/alerts/A-1/ack", "GET", "POST"),
        ("/v1/alerts/claim", "PUT", "GET, POST"),
    ):
        answer = await program.ask(method, path)
        assert (answer.status, answer.headers["Allow"]) == (405, allowed)


async def test_elsewhere_is_nothing(program: Program) -> None:
    for path in ("/v1/alerts/", "/v1/alerts/A-1/dance", "/v1/alerts/A-1/ack/", "/v1/alert", "/v3/alerts"):
        answer = await program.ask("GET", path)
        assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")
