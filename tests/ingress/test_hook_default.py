"""What a source decides for its alerts, and what an alert decides for itself."""

from datetime import timedelta

import pytest

from bot.clock import ManualClock
from bot.domain.alert.search import OPEN_ALERTS, AlertFilter
from bot.domain.alert.signal import Severity
from bot.usecases.admin import expectation
from bot.usecases.alert import lapse
from tests.ingress.door import SETUP, Door
from tests.ingress.program import admit


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One engine is enough: nothing here is about rows."""
    return sqlite_url


async def severities(door: Door) -> dict[str, str]:
    found = await door.desk.storage.read(lambda tx: tx.alerts.listing(door.desk.project.id, AlertFilter()))
    return {each.name: each.severity.value for each in found}


async def test_an_absent_severity_is_the_sources_own_and_an_unknown_one_is_info(door: Door) -> None:
    token = (await door.add("any", "generic")).token
    await door.post({"title": "before"}, token, provider="generic")
    await expectation.grade(door.desk, "any", Severity.CRITICAL, actor=SETUP)
    door.ingress.invalidate()
    await door.post([{"title": "absent"}, {"title": "odd", "severity": "purple"}], token, provider="generic")
    prom = (await door.add("prom", "alertmanager")).token
    alert = {"status": "firing", "labels": {"alertname": "bare"}, "annotations": {}}
    await door.post({"version": "4", "status": "firing", "alerts": [alert]}, prom)
    assert await severities(door) == {
        "before": "warning",
        "absent": "critical",
        "odd": "info",
        "bare": "warning",
    }


async def test_an_alert_may_say_when_silence_ends_it(door: Door, clock: ManualClock) -> None:
    token = (await door.add("any", "generic")).token
    for title, minutes in (("short", 5), ("long", "90"), ("odd", "soon"), ("least", 0.1)):
        answer = await door.post({"title": title, "dedupe_ttl_minutes": minutes}, token, provider="generic")
        assert answer.status == 202
    now = clock.now()
    found = await door.desk.storage.read(lambda tx: tx.alerts.listing(door.desk.project.id, AlertFilter()))
    spans = {each.name: each.silent_after and each.silent_after - now for each in found}
    assert spans == {
        "short": timedelta(minutes=5),
        "long": timedelta(minutes=90),
        "odd": timedelta(minutes=30),
        "least": timedelta(minutes=1),
    }
    clock.advance(timedelta(minutes=4))
    again = await door.post({"title": "short", "dedupe_ttl_minutes": 5}, token, provider="generic")
    assert again.json["deduped"] == 1
    clock.advance(timedelta(minutes=4))
    await lapse.end_silent(door.desk)
    found = await door.desk.storage.read(lambda tx: tx.alerts.listing(door.desk.project.id, OPEN_ALERTS))
    assert {each.name for each in found} == {"odd", "long", "short"}


async def test_what_a_gate_did_not_accept_is_a_rejected_event_also_alone(door: Door) -> None:
    token = (await door.add("any", "generic")).token
    body = {"title": "Odd", "accepted": False, "rejection_reason": "schema v9"}
    answer = await door.post(body, token, provider="generic")
    reason = "not accepted by the sender: schema v9 (Odd)"
    assert (answer.status, answer.json["accepted"]) == (202, 0)
    assert answer.json["rejected"] == [{"index": 0, "reason": reason}]
    assert await severities(door) == {}
    program = await admit(door, "events.read")
    told = (await program.get("/v1/events/dossier", id=1)).json
    assert (told["correlation"]["verdict"], told["correlation"]["reason"]) == ("rejected", reason)
    mixed = await door.post([body, {"title": "Fine"}], token, provider="generic")
    assert (mixed.json["accepted"], len(mixed.json["rejected"])) == (1, 1)
