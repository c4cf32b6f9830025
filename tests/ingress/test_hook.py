"""The way of a request: what is answered, when, and what is on disk by then."""

import asyncio
import sqlite3
from datetime import timedelta
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from bot.clock import ManualClock
from bot.domain.alert import verdict
from bot.domain.errors import NotDurableError
from bot.providers.registry import PROVIDERS
from bot.usecases.admin import source as sources
from bot.usecases.intake import succession
from storage import file
from storage.engine import Storage
from tests.conftest import START
from tests.ingress.conftest import OpenDoor
from tests.ingress.door import SETUP, Door, alert, group, held
from tests.waiting import until

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_a_new_alert_is_accepted_and_named(door: Door) -> None:
    token = (await door.add()).token
    answer = await door.post(group(alert("Disk"), alert("Load")), token)
    assert (answer.status, answer.headers["Content-Type"]) == (202, "application/json")
    assert answer.json == {
        "accepted": 2,
        "deduped": 0,
        "rejected": [],
        "alerts": [
            {"ref": "A-1", "state": "new", "occurrences": 1, "deduped": False},
            {"ref": "A-2", "state": "new", "occurrences": 1, "deduped": False},
        ],
    }
    assert await door.rows("event") == 2


async def test_a_repeat_is_absorbed_and_a_resolve_ends_it(door: Door) -> None:
    token = (await door.add()).token
    await door.post(group(alert()), token)
    again = await door.post(group(alert()), token)
    over = await door.post(group(alert(status="resolved")), token)
    assert (again.json["deduped"], again.json["alerts"][0]["occurrences"]) == (1, 1)  # a group sent again
    assert over.json["alerts"] == [{"ref": "A-1", "state": "resolved", "occurrences": 1, "deduped": False}]


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_the_example_of_every_provider_is_accepted(door: Door, provider: str) -> None:
    token = (await door.add("any", provider)).token
    answer = await door.post(PROVIDERS[provider].example(START), token, provider=provider)
    assert (answer.status, answer.json["accepted"], answer.json["rejected"]) == (
        PROVIDERS[provider].success,
        1,
        [],
    )


async def test_one_bad_alert_never_costs_the_good_ones(door: Door) -> None:
    token = (await door.add()).token
    answer = await door.post(group(alert("Disk"), {"labels": 5}, alert("Load"), "x"), token)
    assert (answer.status, answer.json["accepted"]) == (202, 2)
    assert [(each["index"], bool(each["reason"])) for each in answer.json["rejected"]] == [
        (1, True),
        (3, True),
    ]
    assert [each["ref"] for each in answer.json["alerts"]] == ["A-1", "A-2"]
    assert await door.rows("event") == 4


async def test_nothing_but_bad_alerts_are_kept_and_not_asked_for_again(door: Door) -> None:
    token = (await door.add()).token
    answer = await door.post(group({"labels": 5}), token)
    assert (answer.status, answer.json["accepted"], len(answer.json["rejected"])) == (202, 0, 1)
    assert await door.rows("event") == 1


async def test_a_group_without_alerts_is_accepted(door: Door) -> None:
    token = (await door.add()).token
    assert (await door.post(group(), token)).json == {
        "accepted": 0,
        "deduped": 0,
        "rejected": [],
        "alerts": [],
    }


async def test_what_is_kept_of_a_request_is_redacted_and_identical_bodies_are_kept_once(door: Door) -> None:
    issued = await door.add()
    secret = "hunter2-very-secret"
    body = msgspec.json.encode(group(alert(password=secret)))
    for _ in range(3):
        assert (await door.post(body, issued.token)).status == 202
    assert (await door.rows("envelope"), await door.rows("event")) == (1, 3)
    events = await door.desk.storage.read(lambda tx: tx.events.of_recurrence(1))
    kept = await door.desk.storage.read(lambda tx: tx.events.envelope(events[0].envelope_digest))
    assert kept is not None
    assert secret not in kept.body
    assert (kept.original_length % 256, kept.redactions, len(kept.digest)) == (0, 1, 24)
    assert 0 <= kept.original_length - len(body) < 256
    assert len(bytes.fromhex(kept.original_sha256)) == 32
    assert kept.original_sha256 != sha256(body).hexdigest()


async def test_two_sources_that_say_the_same_do_not_share_an_alert(door: Door) -> None:
    one, other = (await door.add("one")).token, (await door.add("other")).token
    first, second = await door.post(group(alert()), one), await door.post(group(alert()), other)
    assert first.json["alerts"][0]["ref"] != second.json["alerts"][0]["ref"]
    assert await door.rows("envelope") == 2


@on_sqlite
async def test_accepted_is_said_after_the_commit_and_never_before(door: Door, database_url: str) -> None:
    token = (await door.add()).token
    assert (await door.post(group(alert("First")), token)).status == 202
    with held(database_url):
        pending = asyncio.create_task(door.post(group(alert("Second")), token))
        await until(lambda: door.intake.waiting == 1)
        done, _ = await asyncio.wait({pending}, timeout=0.1)
        assert not done
    assert (await pending).status == 202
    fresh = sqlite3.connect(database_url.removeprefix("sqlite:///"))
    assert fresh.execute("SELECT count(*) FROM event").fetchone() == (2,)
    fresh.close()


async def test_another_process_sees_what_was_accepted(door: Door, database_url: str) -> None:
    token = (await door.add()).token
    await door.post(group(alert("Disk")), token)
    other = Storage.open(database_url)
    found = await other.read(lambda tx: tx.events.of_recurrence(1))
    await other.close()
    assert [event.preview for event in found] == ["Disk: Disk is on"]


@on_sqlite
async def test_requests_that_arrive_together_share_a_commit(
    door: Door, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = (await door.add()).token
    await door.post(group(), token)
    commits = 0
    write = door.desk.storage.write

    def counted(*args: Any, **more: Any) -> Any:
        nonlocal commits
        commits += 1
        return write(*args, **more)

    monkeypatch.setattr(door.desk.storage, "write", counted)
    with held(database_url):
        pending = [asyncio.create_task(door.post(group(alert(f"Alert{n}")), token)) for n in range(60)]
        await until(lambda: door.intake.waiting == 60)
    assert {(await each).status for each in pending} == {202}
    assert commits <= 3
    assert await door.rows("event") == 60


async def test_a_request_that_breaks_intake_costs_no_other_request(
    door: Door, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    token = (await door.add()).token

    def stumble(standing: Any, signal: Any, *more: Any) -> Any:
        if signal.name == "Poison":
            raise ZeroDivisionError("words of a sender")
        return verdict.decide(standing, signal, *more)

    monkeypatch.setattr(succession, "decide", stumble)
    names = [*(f"Good{n}" for n in range(9)), "Poison"]
    answers = await asyncio.gather(*(door.post(group(alert(name)), token) for name in names))
    assert [answer.status for answer in answers] == [202] * 9 + [500]
    assert await door.rows("event") == 9
    assert "words of a sender" not in answers[-1].body.decode() + "".join(capfd.readouterr())


@pytest.fixture
def impatient_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "BUSY_TIMEOUT_MS", 20)


@on_sqlite
@pytest.mark.usefixtures("impatient_database")
async def test_what_cannot_be_made_durable_is_asked_for_again(door: Door, database_url: str) -> None:
    token = (await door.add()).token
    assert (await door.post(group(), token)).status == 202
    with held(database_url):
        answer = await door.post(group(alert()), token)
    assert (answer.status, answer.json["type"]) == (503, "urn:tocsin:problem:not-durable")
    assert int(answer.headers["Retry-After"]) >= 1
    assert await door.rows("alert") == 0
    assert (await door.post(group(alert()), token)).status == 202


@on_sqlite
async def test_a_source_in_debt_is_told_how_long_to_wait_and_its_resolves_still_get_in(
    open_door: OpenDoor, clock: ManualClock
) -> None:
    door = await open_door(source_rate=1, source_burst=3)
    noisy, calm = (await door.add("noisy")).token, (await door.add("calm")).token
    many = group(*(alert(f"Alert{n}") for n in range(8)))
    assert (await door.post(many, noisy)).status == 202
    refused = await door.post(group(alert()), noisy)
    assert (refused.status, refused.headers["Retry-After"]) == (
        503,
        "5",
    )  # Alertmanager gives up after any 4xx
    assert (await door.post(group(alert("Alert0", "resolved")), noisy)).status == 202
    assert (await door.post(group(alert()), calm)).status == 202
    clock.advance(timedelta(seconds=6))
    assert (await door.post(group(alert()), noisy)).status == 202


async def test_an_unknown_provider_is_no_secret(door: Door) -> None:
    answer = await door.post(group(alert()), provider="smoke")
    assert (answer.status, answer.json["field"]) == (404, "provider")
    assert "alertmanager" in answer.json["detail"]


async def test_only_posting_sends_alerts(door: Door) -> None:
    for method in ("GET", "DELETE", "OPTIONS", "HEAD"):
        answer = await door.ask(method, "/v1/hooks/alertmanager")
        assert (answer.status, answer.headers["Allow"]) == (405, "POST, PUT")


async def test_grafana_may_be_told_to_put(door: Door) -> None:
    token = (await door.add("dash", "grafana")).token
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    answer = await door.ask(
        "PUT", "/v1/hooks/grafana/", data=msgspec.json.encode(group(alert())), headers=headers
    )
    assert answer.status == 202


async def test_every_refusal_is_a_problem_in_the_words_of_the_standard(door: Door) -> None:
    token = (await door.add()).token
    answer = await door.post({"version": "4", "alerts": 5}, token)
    assert (answer.status, answer.headers["Content-Type"]) == (400, "application/problem+json")
    assert answer.json == {
        "type": "urn:tocsin:problem:unreadable",
        "title": "The request cannot be read.",
        "status": 400,
        "detail": "alerts: must be a list.",
        "field": "alerts",
    }


async def test_a_database_out_of_reach_is_told_to_known_and_unknown_alike(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: Any) -> None:
        raise NotDurableError("no route to 10.1.2.3")

    monkeypatch.setattr(door.desk.storage, "read", lost)
    answer = await door.post(group(alert()), "toc_anything")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert b"10.1.2.3" not in answer.body


async def test_a_removed_source_is_closed_at_once(door: Door) -> None:
    """By another process, which nobody announced: the token is still at hand here."""
    token = (await door.add()).token
    assert (await door.post(group(alert()), token)).status == 202
    await sources.remove(door.desk, "prom", actor=SETUP)
    refused = await door.post(group(alert("Other")), token)
    assert (refused.status, "removed" in refused.json["detail"]) == (401, True)
    assert await door.rows("alert") == 1


async def test_a_source_that_stores_too_much_has_to_wait_but_its_resolves_pass(open_door: OpenDoor) -> None:
    door = await open_door(source_daily_bytes=1_000)
    token = (await door.add()).token
    told = [await door.post(group(alert(f"Disk{n}", note="x" * 300)), token) for n in range(4)]
    assert told[0].status == 202
    assert (told[-1].status, "bytes a day" in told[-1].json["detail"]) == (503, True)
    assert int(told[-1].headers["Retry-After"]) > 0
    assert (await door.post(group(alert("Disk0", status="resolved", note="x" * 300)), token)).status == 202
