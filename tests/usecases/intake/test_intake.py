"""Intake's promise: everything of a request or nothing, durable when answered, one transaction for many."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from bot.clock import ManualClock
from bot.domain.access.source import Source
from bot.domain.alert.alert import State
from bot.domain.alert.signal import Rejected, Severity
from bot.domain.alert.verdict import Verdict
from bot.domain.audit import first_broken
from bot.domain.errors import NotDurableError
from bot.domain.outbox.outbox import CardKind
from bot.domain.outbox.placement import Placement
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import query as alert_query
from bot.usecases.desk import Desk, Rules
from bot.usecases.intake.backlog import DEFAULT
from bot.usecases.intake.outcome import MAX_REQUESTS
from bot.usecases.intake.queue import Intake, take_in
from bot.usecases.intake.submission import Submission
from tests.senders import ANNA, Send, add_source, firing, resolved, submission


async def place_of(desk: Desk, alert_id: int) -> Placement:
    (place,) = await desk.storage.read(lambda tx: tx.cards.of(CardKind.ALERT, [alert_id]))
    return place


async def test_a_firing_becomes_alert_card_and_event(desk: Desk, send: Send) -> None:
    receipt = await send(firing("Disk", labels={"host": "nas"}, summary="full"))
    assert receipt.verdicts == (Verdict.OPENED,)
    assert [(each.ref, each.state, each.occurrences, each.deduped) for each in receipt.alerts] == [
        ("A-1", "new", 1, False)
    ]
    found = await alert_query.find(desk, 1)
    assert (found.view.alert.name, found.view.alert.labels) == ("Disk", {"host": "nas"})
    place = await place_of(desk, 1)
    assert (place.channel_id, place.wanted, place.shown) == (7_001, 1, 0)
    (event,) = await desk.storage.read(lambda tx: tx.events.of_recurrence(found.view.alert.recurrence_id))
    assert (event.alert_id, event.verdict, event.preview) == (1, "opened", "Disk: full")


async def test_a_repeat_is_absorbed_and_overwrites_no_words_of_people(desk: Desk, send: Send) -> None:
    await send(firing(summary="9%"))
    await alerts.acknowledge(desk, 1, actor=ANNA, note="restarting")
    receipt = await send(firing(summary="12%"))
    alert = (await alert_query.find(desk, 1)).view.alert
    assert (receipt.deduped, receipt.alerts[0].occurrences) == (1, 2)
    assert (alert.state, alert.owner, alert.note, alert.summary) == (State.ACKED, ANNA, "restarting", "12%")


async def test_repeats_inside_one_request_fold_too(desk: Desk, send: Send) -> None:
    receipt = await send(firing(), firing(), resolved(), firing())
    assert receipt.verdicts == (Verdict.OPENED, Verdict.FOLDED, Verdict.RESOLVED, Verdict.REOPENED)
    assert {each.ref for each in receipt.alerts} == {"A-1"}
    alert = (await alert_query.find(desk, 1)).view.alert
    assert (alert.state, alert.occurrences, alert.flaps) == (State.NEW, 3, 1)


async def test_a_resolve_closes_and_a_refire_reopens_the_same_card(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing())
    await send(resolved())
    closed = (await alert_query.find(desk, 1)).view.alert
    assert closed.resolved_by is not None
    assert (closed.state, str(closed.resolved_by)) == (State.RESOLVED, "source:prod")
    clock.advance(timedelta(minutes=9))
    receipt = await send(firing())
    assert (receipt.verdicts, receipt.alerts[0].ref) == ((Verdict.REOPENED,), "A-1")
    assert (await alert_query.find(desk, 1)).view.alert.resolved_by is None
    await send(resolved())
    clock.advance(timedelta(minutes=11))
    assert (await send(firing())).alerts[0].ref == "A-2"


async def test_a_rise_takes_the_ack_away_and_says_so(desk: Desk, send: Send) -> None:
    await send(firing())
    await alerts.acknowledge(desk, 1, actor=ANNA)
    receipt = await send(firing(severity=Severity.CRITICAL))
    alert = (await alert_query.find(desk, 1)).view.alert
    assert receipt.verdicts == (Verdict.RAISED,)
    assert (alert.state, alert.owner, alert.acked_at) == (State.NEW, None, None)
    assert (alert.severity, alert.escalated_from) == (Severity.CRITICAL, Severity.WARNING)


async def test_a_resolve_of_something_never_seen_is_recorded_and_posts_nothing(
    desk: Desk, send: Send
) -> None:
    receipt = await send(resolved("Ghost"))
    assert receipt.verdicts == (Verdict.NEVER_SEEN,)
    assert receipt.alerts[0].ref == ""
    events, cards = await desk.storage.read(
        lambda tx: (
            tx.run_raw("SELECT verdict FROM event").scalars().all(),
            tx.run_raw("SELECT count(*) FROM card").scalar(),
        )
    )
    assert (events, cards) == (["never_seen"], 0)


async def test_a_rejected_alert_is_stored_with_its_reason_and_costs_no_other(desk: Desk, send: Send) -> None:
    receipt = await send(firing(), rejected=(Rejected(1, "labels: must be an object"),))
    assert (receipt.accepted, receipt.rejected[0].reason) == (1, "labels: must be an object")
    rows = await desk.storage.read(
        lambda tx: tx.run_raw("SELECT position, verdict, reason FROM event ORDER BY position").all()
    )
    assert [tuple(row) for row in rows] == [(0, "opened", ""), (1, "rejected", "labels: must be an object")]


async def test_the_same_body_is_stored_once(desk: Desk, send: Send) -> None:
    for _ in range(3):
        await send(firing())
    counts = await desk.storage.read(
        lambda tx: [tx.run_raw(f"SELECT count(*) FROM {name}").scalar() for name in ("envelope", "event")]  # noqa: S608 -- two names of our own
    )
    assert counts == [1, 3]


async def test_two_sources_share_nothing(desk: Desk, source: Source) -> None:
    other = await add_source(desk, "stage")
    intake = Intake(desk)
    one = await intake.take(submission(source, firing("prod/Disk")))
    two = await intake.take(submission(other, firing("stage/Disk")))
    assert (one.alerts[0].ref, two.alerts[0].ref) == ("A-1", "A-2")


async def test_without_a_channel_the_card_waits_for_one(desk: Desk, send: Send) -> None:
    desk.rules = Rules()
    await send(firing())
    place = await place_of(desk, 1)
    assert (place.channel_id, place.parked_reason) == (0, "no_channel")


async def test_every_request_leaves_an_entry_in_an_unbroken_chain(desk: Desk, send: Send) -> None:
    await send(firing("A"), firing("B"))
    await alerts.acknowledge(desk, 1, actor=ANNA, note="on it")
    await send(resolved("A"))
    chain = await desk.storage.read(lambda tx: tx.audit.chain(desk.project.id))
    assert first_broken(chain) is None
    assert [(each.entry.action, each.entry.subject) for each in chain] == [
        ("intake", "source:prod"),
        ("ack", "alert:1"),
        ("intake", "source:prod"),
        ("resolved", "alert:1"),
    ]
    assert '"A-1","A-2"' in chain[0].entry.after


async def test_requests_that_are_stored_together_share_an_entry_of_bounded_size(
    desk: Desk, source: Source
) -> None:
    other = await add_source(desk, "stage")
    many = [submission(source, firing(f"A{number}")) for number in range(MAX_REQUESTS + 2)]
    await take_in(desk, [many[0], submission(other, firing("B")), *many[1:]])
    chain = await desk.storage.read(lambda tx: tx.audit.chain(desk.project.id))
    assert first_broken(chain) is None
    told = [(each.entry.subject, msgspec.json.decode(each.entry.after)) for each in chain]
    assert [subject for subject, _ in told] == ["source:prod", "source:prod", "source:stage"]
    requests = [request for _, after in told[:2] for request in after["requests"]]
    assert [request["envelope"] for request in requests] == [each.envelope.digest for each in many]
    assert len(told[0][1]["requests"]) == MAX_REQUESTS
    opened = [name for request in requests for name in request["opened"]]
    assert opened == ["A-1", *(f"A-{number}" for number in range(3, MAX_REQUESTS + 4))]
    assert (told[2][1]["verdicts"], told[2][1]["opened"]) == ({"opened": 1}, ["A-2"])


async def test_a_changed_row_of_the_log_is_found(desk: Desk, send: Send) -> None:
    await send(firing("A"))
    await send(firing("B"))
    await desk.storage.write(lambda tx: tx.run_raw("UPDATE audit SET action = 'nothing' WHERE id = 1"))
    chain = await desk.storage.read(lambda tx: tx.audit.chain(desk.project.id))
    assert first_broken(chain) == 1


async def test_requests_that_arrive_together_share_a_transaction(desk: Desk, source: Source) -> None:
    intake = Intake(desk)
    receipts = await asyncio.gather(
        *(intake.take(submission(source, firing(f"Disk{n}"))) for n in range(100))
    )
    assert len({each.alerts[0].ref for each in receipts}) == 100
    assert intake.waiting == 0
    assert intake.commits < 100


async def test_one_poisonous_request_costs_no_other(desk: Desk, source: Source) -> None:
    intake = Intake(desk)
    poison = Submission(
        source=source,
        envelope=submission(source, firing("bad")).envelope,
        signals=("not a signal",),  # type: ignore[arg-type]  # the point of the test
    )
    jobs = [intake.take(submission(source, firing(f"Disk{n}"))) for n in range(5)]
    results = await asyncio.gather(*jobs[:3], intake.take(poison), *jobs[3:], return_exceptions=True)
    assert [isinstance(each, BaseException) for each in results] == [False] * 3 + [True] + [False] * 2
    listed = await alert_query.listing(desk)
    assert sorted(line.alert.name for line in listed.lines) == [f"Disk{n}" for n in range(5)]


async def test_too_much_at_once_is_refused_before_memory_grows_but_resolves_still_pass(
    desk: Desk, source: Source
) -> None:
    intake = Intake(desk)
    big = submission(source, *[firing("Disk")] * DEFAULT.signals)
    first = asyncio.create_task(intake.take(big))
    await asyncio.wait([first], timeout=0)
    with pytest.raises(NotDurableError):
        await intake.take(submission(source, firing("Disk")))
    receipt = await intake.take(submission(source, resolved("Disk")))
    assert receipt.verdicts == (Verdict.RESOLVED,)
    await first


async def test_a_database_out_of_reach_promises_nothing(desk: Desk, source: Source) -> None:
    await desk.storage.write(lambda tx: tx.run_raw("ALTER TABLE event RENAME TO gone"))
    with pytest.raises(Exception, match="event"):
        await Intake(desk).take(submission(source, firing()))
    await desk.storage.write(lambda tx: tx.run_raw("ALTER TABLE gone RENAME TO event"))
    assert (await alert_query.listing(desk)).total == 0
