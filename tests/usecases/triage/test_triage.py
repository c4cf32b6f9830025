"""A signature is briefed once in the cooldown; a brief tells what is known, wherever its thread is."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.cards.triage import BriefView
from bot.clock import ManualClock
from bot.domain.alert.signal import Link, Severity
from bot.domain.errors import NotFoundError
from bot.domain.incident.timeline import Kind
from bot.domain.outbox.outbox import CardKind, ParkReason
from bot.domain.outbox.placement import Placement
from bot.domain.recurrence.run import RunState
from bot.domain.triage.brief import NEAREST, NEIGHBOURS, BriefRequest
from bot.usecases.admin.startup import open_desk
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.desk import Desk
from bot.usecases.incident import lifecycle as incidents
from bot.usecases.incident import thread as threads
from bot.usecases.incident.mutation import perform
from bot.usecases.outbox import card as outbox
from bot.usecases.recurrence import run
from bot.usecases.triage import brief as briefs
from bot.usecases.triage import triage
from bot.usecases.triage.triage import TriageOutcome
from storage.engine import Storage
from tests.conftest import CHANNEL
from tests.senders import ANNA, BEN, Send, firing, resolved
from tests.usecases.crisis import escalate, story

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def other(database_url: str, clock: ManualClock, desk: Desk) -> AsyncIterator[Desk]:
    """The same desk in another process."""
    storage = Storage.open(database_url)
    yield await open_desk(storage, clock, rules=desk.rules)
    await storage.close()


async def requests(desk: Desk, incident_id: int = 1) -> list[BriefRequest]:
    return await desk.storage.read(lambda tx: tx.briefs.of(incident_id))


async def places(desk: Desk, *ids: int) -> list[Placement]:
    return await desk.storage.read(lambda tx: tx.cards.of(CardKind.BRIEF, ids))


async def shown(desk: Desk, request_id: int = 1) -> BriefView:
    view = await briefs.view(desk, request_id)
    assert isinstance(view, BriefView)
    return view


async def notes(desk: Desk, incident_id: int = 1) -> list[tuple[str, str]]:
    return [(name, text) for kind, name, text in await story(desk, incident_id) if kind is Kind.NOTE]


async def come_back(send: Send, clock: ManualClock, *names: str, times: int = 1) -> None:
    for _ in range(times):
        await send(*[firing(name, service="checkout") for name in names])
        clock.advance(5 * MINUTE)
        await send(*[resolved(name) for name in names])
        clock.advance(60 * MINUTE)


async def test_whoever_opens_an_incident_finds_a_brief_in_its_thread(desk: Desk, send: Send) -> None:
    await send(firing("a", service="checkout"))
    await escalate(desk)
    (request,) = await requests(desk)
    assert (request.alert_id, request.incident_id, request.run_id) == (1, 1, None)
    (place,) = await places(desk, request.id)
    assert (place.channel_id, place.parked_reason) == (CHANNEL, ParkReason.NO_THREAD)
    await threads.settle(desk, 1, thread_id=555)
    (place,) = await places(desk, request.id)
    assert (place.channel_id, place.parked_reason) == (555, None)


async def test_where_there_can_be_no_thread_it_stands_beside_the_head(desk: Desk, send: Send) -> None:
    await send(firing("a"))
    await escalate(desk)
    await threads.forgo(desk, 1)
    (place,) = await places(desk, 1)
    assert (place.channel_id, place.parked_reason) == (CHANNEL, None)


async def test_delivery_finds_what_a_brief_shows(desk: Desk, send: Send) -> None:
    await send(firing("a"))
    await escalate(desk)
    await threads.settle(desk, 1, thread_id=555)
    task = await outbox.take(desk, 555, worker="w")
    assert isinstance(task, outbox.Task)
    assert isinstance(task.view, BriefView)
    assert (task.card.kind, task.view.id, task.view.brief.alert.ref) == (CardKind.BRIEF, 1, "A-1")
    assert await briefs.view(desk, 99) is None


async def test_an_incident_without_an_alert_has_nothing_to_be_briefed_on(desk: Desk) -> None:
    await escalate(desk, None, title="it smells")
    assert await requests(desk) == []


async def test_within_the_cooldown_the_timeline_says_so_instead(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing("a"))
    await escalate(desk)
    asked = await triage.ask(desk, 1, actor=BEN)
    assert (asked.outcome, asked.mention, asked.brief) == (TriageOutcome.NOTED, "I-1", None)
    assert await notes(desk) == [("Ben", "A-1 a: no second brief, R-1 had one within 15 min")]
    clock.advance(15 * MINUTE - timedelta(microseconds=1))
    assert (await triage.ask(desk, 1, actor=BEN)).outcome is TriageOutcome.NOTED
    clock.advance(timedelta(microseconds=1))
    assert (await triage.ask(desk, 1, actor=BEN)).outcome is TriageOutcome.POSTED
    assert len(await requests(desk)) == 2
    assert len(await notes(desk)) == 2


async def test_the_cooldown_is_the_signatures_not_the_incidents(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing("a"), firing("b"))
    await escalate(desk, 1)
    await perform(desk, incidents.resolve(1, actor=ANNA))
    await alerts.resolve(desk, 1, actor=ANNA)
    clock.advance(11 * MINUTE)  # beyond the reopen window
    await send(firing("a"))
    assert (await escalate(desk, 3)).incident.id == 2
    assert await requests(desk, 2) == []
    assert await notes(desk, 2) == [("triage", "A-3 a: no second brief, R-1 had one within 15 min")]
    await escalate(desk, 2)
    assert len(await requests(desk, 3)) == 1


async def test_the_cooldown_holds_across_a_restart(
    desk: Desk, send: Send, clock: ManualClock, database_url: str
) -> None:
    await send(firing("a"))
    await escalate(desk)
    await desk.storage.close()
    storage = Storage.open(database_url)
    again = await open_desk(storage, clock, rules=desk.rules)
    assert (await triage.ask(again, 1, actor=BEN)).outcome is TriageOutcome.NOTED
    clock.advance(15 * MINUTE)
    assert (await triage.ask(again, 1, actor=BEN)).outcome is TriageOutcome.POSTED
    await storage.close()


async def test_of_two_processes_one_briefs(desk: Desk, other: Desk, send: Send, clock: ManualClock) -> None:
    await send(firing("a"))
    await escalate(desk)
    for round_ in range(2, 5):
        clock.advance(15 * MINUTE)
        asked = await asyncio.gather(
            *(triage.ask(each, 1, actor=ANNA) for each in (desk, other, desk, other, desk, other))
        )
        assert sorted(each.outcome for each in asked) == [TriageOutcome.NOTED] * 5 + [TriageOutcome.POSTED]
        assert len(await requests(desk)) == round_


async def test_without_an_open_incident_only_who_asks_is_told(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing("a", service="checkout"))
    for _ in range(2):
        asked = await triage.ask(desk, 1, actor=ANNA)
        assert asked.outcome is TriageOutcome.SHOWN
        assert asked.brief is not None
        assert (asked.brief.alert.ref, asked.brief.incident) == ("A-1", "")
    await escalate(desk)
    assert len(await requests(desk)) == 1
    await perform(desk, incidents.resolve(1, actor=ANNA))
    clock.advance(MINUTE)
    assert (await triage.ask(desk, 1, actor=ANNA)).outcome is TriageOutcome.SHOWN
    with pytest.raises(NotFoundError, match="A-99"):
        await triage.ask(desk, 99, actor=ANNA)


async def test_a_brief_tells_what_fired_with_it_and_how_often_each(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await come_back(send, clock, "near", times=3)
    await send(firing("too early", service="checkout"))
    clock.advance(timedelta(seconds=1))
    await send(firing("early", Severity.INFO, service="checkout"))
    clock.advance(15 * MINUTE)
    await send(
        firing("own", service="checkout"),
        firing("near", Severity.CRITICAL, service="checkout"),
        firing("elsewhere", service="cart"),
    )
    own = await find(desk, "own")
    found = (await ask(desk, own)).brief
    assert [each.alert.name for each in found.neighbours] == ["near", "early"]
    assert [each.memory.episodes for each in found.neighbours] == [4, 1]
    clock.advance(15 * MINUTE)
    await send(firing("late", service="checkout"))
    clock.advance(timedelta(seconds=1))
    await send(firing("too late", service="checkout"))
    assert [each.alert.name for each in (await ask(desk, own)).brief.neighbours] == ["near", "late", "early"]


async def test_in_a_storm_the_worst_are_told_and_the_others_counted(desk: Desk, send: Send) -> None:
    await send(firing("own", service="s"))
    await send(
        *[firing(f"a{number}", Severity(list(Severity)[number % 3]), service="s") for number in range(130)]
    )
    found = (await ask(desk, 1)).brief
    assert {each.alert.severity for each in found.neighbours} == {Severity.CRITICAL}
    assert (len(found.neighbours), found.others) == (NEIGHBOURS, NEAREST - NEIGHBOURS)


async def test_what_has_no_service_fired_with_nothing(desk: Desk, send: Send) -> None:
    await send(firing("a"), firing("b"))
    assert (await ask(desk, 1)).brief.neighbours == ()


async def test_it_tells_how_the_last_three_ended_and_who_mended_them(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    desk.guild_id = 4
    for number in range(5):
        await send(firing("a"))
        clock.advance(5 * MINUTE)
        if number == 3:
            await alerts.resolve(desk, 4, actor=BEN, note="restarted consumer")
        else:
            await send(resolved("a"))
        clock.advance(60 * MINUTE)
    await send(firing("a", links=(Link("Runbook", "https://wiki.example.com/a"),)))
    while isinstance(task := await outbox.take(desk, CHANNEL, worker="w"), outbox.Task):
        number = 100 + task.card.subject_id
        await outbox.settle(
            desk, task.card, worker="w", message_id=number, shown=task.card.wanted, pinged=False
        )
    found = (await ask(desk, 6)).brief
    assert [each.alert for each in found.endings] == ["A-5", "A-4", "A-3"]
    assert [each.self_resolved for each in found.endings] == [True, False, True]
    assert (found.endings[1].resolved_by, found.endings[1].note) == (BEN, "restarted consumer")
    assert found.jumps == {
        each: f"https://discord.com/channels/4/{CHANNEL}/{100 + each}" for each in (3, 4, 5)
    }
    assert found.memory.remedy is not None
    assert [each.url for each in found.runbooks] == ["https://wiki.example.com/a"]
    assert [(each.name, each.heard_at) for each in found.feeds] == [("prod", await heard(desk))]
    assert sum(count for _, count in found.hours) == 6


async def test_what_programs_did_about_it_stands_in_the_brief(desk: Desk, send: Send) -> None:
    await send(firing("a"))
    told = run.AttemptReport(agent="repair", key="k", state=RunState.SUCCEEDED, output="done", alert_id=1)
    await run.report(desk, told, actor=ANNA)
    assert [each.output for each in (await ask(desk, 1)).brief.runs] == ["done"]


async def test_when_its_window_is_over_a_brief_is_shown_once_more(
    desk: Desk, other: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing("a", service="checkout"))
    await escalate(desk)
    clock.advance(15 * MINUTE - timedelta(seconds=1))
    assert await triage.settle_due(desk) == 0
    await send(firing("b", service="checkout"))
    clock.advance(timedelta(seconds=1))
    settled = await asyncio.gather(*(triage.settle_due(each) for each in (desk, other, desk, other)))
    assert sum(settled) == 1
    (place,) = await places(desk, 1)
    assert place.wanted == 2
    assert [each.alert.name for each in (await shown(desk)).brief.neighbours] == ["b"]


async def test_an_alert_of_long_ago_is_settled_from_the_start(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing("a"))
    clock.advance(60 * MINUTE)
    await escalate(desk)
    (request,) = await requests(desk)
    assert request.settles_at is None


async def test_asking_leaves_one_entry_in_the_audit(desk: Desk, send: Send) -> None:
    await send(firing("a"))
    await triage.ask(desk, 1, actor=ANNA)  # a look, which changes nothing
    await escalate(desk)
    await triage.ask(desk, 1, actor=BEN)
    told = await desk.storage.read(lambda tx: tx.audit.about("alert:1"))
    assert [(each.entry.action, each.entry.after) for each in told if each.entry.action == "brief"] == [
        ("brief", '{"outcome":"noted"}')
    ]


async def ask(desk: Desk, alert_id: int) -> Any:
    return await triage.ask(desk, alert_id, actor=ANNA)


async def find(desk: Desk, name: str) -> int:
    def work(tx: Any) -> int:
        rows = tx.run_raw(f"SELECT max(id) FROM alert WHERE name = '{name}'")  # noqa: S608 -- our own
        number: int = rows.scalar_one()
        return number

    return await desk.storage.read(work)


async def heard(desk: Desk) -> Any:
    return (await desk.storage.read(lambda tx: tx.sources.listing(desk.project.id)))[0].last_event_at
