"""Each invariant is broken once, by hand, and found by its name; what is only young or busy is no finding."""

from datetime import timedelta

import pytest

from bot.clock import ManualClock
from bot.domain.alert.search import OPEN_ALERTS
from bot.domain.alert.signal import Severity
from bot.domain.integrity import IntegrityReport, Invariant
from bot.domain.process_health import ProcessHealth
from bot.domain.watch import WatchRules
from bot.usecases.admin import integrity
from bot.usecases.admin.watch import Watch
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.desk import Desk
from bot.usecases.triage.escalation import open_incident
from bot.usecases.triage.open_request import OpenRequest
from tests.senders import ANNA, Send, firing, resolved

DAY = timedelta(days=1)
QUARTER = timedelta(minutes=20)


async def run(desk: Desk, *statements: str) -> None:
    """Somebody writes past Tocsin."""

    def work(tx: object) -> None:
        for statement in statements:
            tx.run_raw(statement)  # type: ignore[attr-defined]  # a transaction

    await desk.storage.write(work)


async def populate(desk: Desk, send: Send) -> None:
    """Alerts that fired, came back, were folded, claimed and escalated."""
    for _ in range(3):
        await send(firing("disk", Severity.CRITICAL), firing("lag"))
        await send(resolved("lag"))
    await alerts.claim(desk, 1, actor=ANNA)
    await open_incident(desk, OpenRequest(alert_id=2), actor=ANNA)


BREAKS: dict[Invariant, tuple[tuple[str, ...], str]] = {
    Invariant.CARD_WITHOUT_SUBJECT: (
        ("UPDATE card SET subject_id = 900 WHERE kind = 'alert' AND subject_id = 1",),
        "of alert 900",
    ),
    Invariant.ALERT_WITHOUT_EVENT: (("DELETE FROM event WHERE alert_id = 1",), "A-1"),
    Invariant.COUNTER_OFF: (("UPDATE alert SET occurrences = 9 WHERE id = 1",), "A-1 counts 9 of 3"),
    Invariant.LEASE_LONG_GONE: (("UPDATE alert SET lease_expires_at = 1 WHERE id = 1",), "A-1"),
    Invariant.INCIDENT_WITHOUT_THREAD: (
        ("UPDATE card SET message_id = 5, sent_at = 1, shown = wanted WHERE kind = 'incident'",),
        "I-1",
    ),
    Invariant.AUDIT_BROKEN: (("UPDATE audit SET note = 'nothing happened' WHERE id = 3",), "entry 3"),
    Invariant.UNKNOWN_PROJECT: (("UPDATE event SET project_id = 77 WHERE id = 2",), "event 2 of project 77"),
    Invariant.ORPHANED_ENVELOPE: (
        ("UPDATE envelope SET received_at = 1", "UPDATE event SET envelope_digest = 'x'"),
        "",
    ),
}


def only(report: IntegrityReport) -> Invariant:
    (finding,) = report.findings
    return finding.invariant


@pytest.mark.parametrize("invariant", Invariant)
async def test_each_invariant_is_found_broken_by_its_name(
    desk: Desk, send: Send, clock: ManualClock, invariant: Invariant
) -> None:
    await populate(desk, send)
    clock.advance(timedelta(minutes=1))
    assert (await integrity.look(desk)).findings == ()
    statements, named = BREAKS[invariant]
    if invariant in {Invariant.LEASE_LONG_GONE, Invariant.INCIDENT_WITHOUT_THREAD}:
        clock.advance(QUARTER)
        await desk.storage.write(lambda tx: tx.run_raw("UPDATE alert SET lease_expires_at = NULL") and None)
    await run(desk, *statements)
    report = await integrity.look(desk)
    found = report.of(invariant)
    assert found is not None, report
    assert any(named in each for each in found.named), found
    expected = {invariant, Invariant.COUNTER_OFF} if invariant is Invariant.UNKNOWN_PROJECT else {invariant}
    assert {each.invariant for each in report.findings} <= expected
    assert await integrity.latest(desk) == report


async def test_many_are_counted_in_bounded_windows_and_the_first_named(
    desk: Desk, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(integrity, "WINDOW", 3)
    monkeypatch.setattr(integrity, "SHARD", 4)
    monkeypatch.setattr(integrity, "MOST", 2)
    await send(*(firing(f"a{number}") for number in range(11)))
    await run(desk, "UPDATE alert SET occurrences = 7 WHERE id > 2")
    report = await integrity.look(desk)
    assert only(report) is Invariant.COUNTER_OFF
    assert report.findings[0].count == 9
    assert report.findings[0].words.startswith(
        "9 alerts that count other than their events (A-3 counts 7 of 1, "
    )
    assert report.findings[0].words.endswith(", …)")


async def test_the_job_looks_once_a_night(desk: Desk, clock: ManualClock) -> None:
    assert await integrity.nightly(desk) is None
    clock.advance(timedelta(hours=(integrity.NIGHT - clock.now().hour) % 24))
    assert await integrity.nightly(desk) is not None
    clock.advance(timedelta(minutes=20))
    assert await integrity.nightly(desk) is None
    clock.advance(DAY)
    assert await integrity.nightly(desk) is not None


async def test_what_was_found_is_one_warning_until_it_is_mended(desk: Desk, send: Send) -> None:
    await send(firing())
    watch = Watch(desk, WatchRules(), process_health=ProcessHealth, disk=lambda: None)
    await run(desk, "UPDATE alert SET occurrences = 9 WHERE id = 1")
    await integrity.look(desk)
    for _ in range(2):
        await watch.look()
    assert any("1 alerts that count other than their events" in each for each in watch.troubles)
    told = await desk.storage.read(lambda tx: tx.alerts.listing(desk.project.id, OPEN_ALERTS))
    assert [(each.name, each.severity) for each in told if each.service == "tocsin"] == [
        ("IntegrityBroken", Severity.WARNING)
    ]
    await run(desk, "UPDATE alert SET occurrences = 1 WHERE id = 1")
    await integrity.look(desk)
    await watch.look()
    assert watch.troubles == ()


async def test_rows_past_their_retention_are_no_findings(desk: Desk, send: Send, clock: ManualClock) -> None:
    await send(firing())
    await send(resolved())
    clock.advance(89 * DAY)
    await run(desk, "DELETE FROM event")
    assert [each.invariant for each in (await integrity.look(desk)).findings] == []
