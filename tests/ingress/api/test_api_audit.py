"""The audit log over HTTP: by subject and doer, page by page, for the token's own project alone."""

from itertools import pairwise

import pytest

from bot.usecases.admin import integrity
from tests.ingress.door import Door
from tests.ingress.program import admit, send
from tests.senders import firing


async def test_who_did_what_is_found_by_subject_and_doer_and_read_page_by_page(door: Door) -> None:
    await send(door, firing("one"), firing("two"))
    program = await admit(door, "alerts.write", "audit.read", name="healer")
    for note in ("first", "second", "third"):
        assert (await program.post("/v1/alerts/A-1/note", {"note": note})).status == 200
    await program.post("/v1/alerts/A-2/ack")
    page = (await program.get("/v1/audit", alert="A-1", limit=2)).json
    assert [(each["action"], each["note"]) for each in page["entries"]] == [
        ("note", "third"),
        ("note", "second"),
    ]
    entry = page["entries"][0]
    assert (entry["actor"]["id"], entry["method"], entry["subject"]) == (
        "program:healer",
        "bearer",
        "alert:1",
    )
    assert (entry["before"]["note"], entry["after"]["note"]) == ("second", "third")
    rest = (await program.get("/v1/audit", alert="A-1", limit=2, cursor=page["next"])).json
    assert ([each["note"] for each in rest["entries"]], rest["next"]) == (["first"], None)
    mine = (await program.get("/v1/audit", actor="program:healer", action="ack")).json["entries"]
    assert [each["subject"] for each in mine] == ["alert:2"]
    everything = (await program.get("/v1/audit")).json["entries"]
    digests = [(each["previous"], each["digest"]) for each in everything]
    assert all(older[1] == newer[0] for newer, older in pairwise(digests))


async def test_another_project_and_another_scope_see_nothing(door: Door) -> None:
    await send(door, firing())
    theirs = await admit(door, "audit.read", name="theirs", project="shop")
    entries = (await theirs.get("/v1/audit")).json["entries"]
    assert [each["subject"] for each in entries] == ["token:theirs", "project:shop"]
    other = await admit(door, "alerts.write", name="other")
    refused = await other.get("/v1/audit")
    assert (refused.status, refused.json["scope"]) == (403, "audit.read")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"cursor": "x"}, "cursor"),
        ({"alert": "A-1", "incident": "I-1"}, "incident"),
        ({"alert": "x"}, "alert"),
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
    ],
)
async def test_what_cannot_be_asked_is_refused_by_its_field(
    door: Door, query: dict[str, str], field: str
) -> None:
    program = await admit(door, "audit.read")
    refused = await program.get("/v1/audit", **query)
    assert (refused.status, refused.json["field"]) == (400, field)


async def test_a_program_tells_alerts_as_the_source_of_its_name(door: Door) -> None:
    program = await admit(door, "alerts.ingest", "alerts.read", name="importer")
    body = {
        "title": "Late",
        "service": "import",
        "env": "prod",
        "dedupe_key": "k",
        "message": "AKIAIOSFODNN7EXAMPLE",
    }
    first = await program.post("/v1/alerts", body)
    assert (first.status, first.json["ref"], first.json["deduped"]) == (202, "A-1", False)
    again = await program.post("/v1/alerts", {**body, "severity": "critical"})
    assert (again.json["deduped"], again.json["occurrences"]) == (True, 2)
    told = (await program.get("/v1/alerts/A-1")).json
    assert (told["source"], told["env"], told["severity"]) == ("importer", "prod", "critical")
    assert "AKIA" not in str(told)
    assert (
        await program.post("/v1/alerts", {"title": "Late", "status": "resolved", "dedupe_key": "k"})
    ).status == 202
    assert (await program.get("/v1/alerts/A-1")).json["state"] == "resolved"
    await door.add("taken", "grafana")
    taken = await admit(door, "alerts.ingest", name="taken")
    assert (await taken.post("/v1/alerts", body)).status == 409
    blind = await admit(door, "alerts.read", name="blind")
    assert (await blind.post("/v1/alerts", body)).json["scope"] == "alerts.ingest"


async def test_the_status_tells_the_last_alert_of_each_severity_and_what_is_broken(door: Door) -> None:
    await send(door, firing("one"), firing("two"))
    program = await admit(door, "alerts.read")
    told = (await program.get("/v1/status")).json
    last = told["last_by_severity"]
    assert (last["warning"]["ref"], last["warning"]["state"], last["critical"]) == ("A-2", "new", None)
    assert (told["open_alerts"], told["integrity_at"], told["integrity"]) == (2, None, [])
    await door.desk.storage.write(
        lambda tx: tx.run_raw("UPDATE alert SET occurrences = 9 WHERE id = 1") and None
    )
    await integrity.look(door.desk)
    told = (await program.get("/v1/status")).json
    assert told["integrity"] == [{"invariant": "counter_off", "count": 1, "named": ["A-1 counts 9 of 1"]}]
    assert told["integrity_at"] is not None
