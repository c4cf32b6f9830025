"""Reminders are rows: each goes out once, later when snoozed, and none after the end."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.clock import ManualClock
from bot.domain.alert.signal import Severity
from bot.domain.errors import ConflictError, InvalidInputError, NotFoundError
from bot.domain.incident.incident import IncidentLevel, IncidentRules, Role
from bot.domain.incident.nudge import NudgeKind
from bot.domain.outbox.outbox import CardKind
from bot.usecases.admin.startup import open_desk
from bot.usecases.desk import Desk
from bot.usecases.incident import action as actions
from bot.usecases.incident import lifecycle as incidents
from bot.usecases.incident import query as incident_inspection
from bot.usecases.incident import reminder
from bot.usecases.incident import thread as threads
from bot.usecases.incident.mutation import perform
from storage.engine import Storage
from tests.conftest import CHANNEL
from tests.senders import ANNA, BEN, Send, firing
from tests.usecases.crisis import escalate, log, look, nudges

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
async def other(database_url: str, clock: ManualClock, desk: Desk) -> AsyncIterator[Desk]:
    """The same desk in another process."""
    storage = Storage.open(database_url)
    yield await open_desk(storage, clock, rules=desk.rules)
    await storage.close()


async def kinds(desk: Desk) -> list[NudgeKind]:
    return [nudge.kind for nudge in await nudges(desk)]


@pytest.mark.parametrize(
    ("level", "span"),
    [
        (IncidentLevel.P0, 15),
        (IncidentLevel.P1, 30),
        (IncidentLevel.P2, 60),
        (IncidentLevel.P3, None),
        (IncidentLevel.P4, None),
    ],
)
async def test_each_severity_has_its_patience(
    desk: Desk, send: Send, clock: ManualClock, level: IncidentLevel, span: int | None
) -> None:
    await send(firing(severity=Severity.CRITICAL))
    await escalate(desk, severity=level)
    if span is None:
        clock.advance(2 * DAY)
        assert await reminder.due_reminders(desk) == 0
        return
    clock.advance((span - 1) * MINUTE)
    assert await reminder.due_reminders(desk) == 0
    clock.advance(MINUTE)
    assert await reminder.due_reminders(desk) == 1
    assert await reminder.due_reminders(desk) == 0
    assert (await look(desk)).update_due_at == clock.now() + span * MINUTE
    clock.advance(5 * span * MINUTE)
    assert await reminder.due_reminders(desk) == 1
    assert await kinds(desk) == [NudgeKind.UPDATE_DUE] * 2
    assert [each.entry.action for each in await log(desk)] == ["open", "remind", "remind"]


async def test_an_update_a_snooze_and_the_end_put_it_off(desk: Desk, send: Send, clock: ManualClock) -> None:
    await send(firing(severity=Severity.CRITICAL))
    await escalate(desk, severity=IncidentLevel.P0)
    clock.advance(14 * MINUTE)
    await perform(desk, incidents.tell(1, actor=ANNA, text="looking"))
    clock.advance(14 * MINUTE)
    assert await reminder.due_reminders(desk) == 0
    await perform(desk, incidents.snooze(1, actor=ANNA))
    clock.advance(29 * MINUTE)
    assert await reminder.due_reminders(desk) == 0
    await perform(desk, incidents.resolve(1, actor=ANNA))
    clock.advance(DAY)
    assert await reminder.due_reminders(desk) == 0
    with pytest.raises(ConflictError, match="nothing to snooze"):
        await perform(desk, incidents.snooze(1, actor=ANNA))


async def test_of_two_processes_one_reminds(desk: Desk, other: Desk, send: Send, clock: ManualClock) -> None:
    await send(*[firing(f"a{number}", Severity.CRITICAL) for number in range(4)])
    for number in range(1, 5):
        await escalate(desk, number)
    action = await actions.add(desk, 1, actor=ANNA, text="mend", due_at=clock.now() + MINUTE)
    clock.advance(30 * MINUTE)
    given = await asyncio.gather(*(reminder.due_reminders(each) for each in (desk, other, desk, other)))
    assert sum(given) == 4
    asked = await asyncio.gather(*(reminder.due_actions(each) for each in (desk, other, desk, other)))
    assert (sum(asked), action.ref) == (1, "T-1")
    assert [len(await nudges(desk, number)) for number in range(1, 5)] == [2, 1, 1, 1]


async def test_a_reminder_waits_beside_the_head_until_the_thread_stands(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing())
    await escalate(desk)
    clock.advance(60 * MINUTE)
    await reminder.due_reminders(desk)
    assert await channels(desk) == [CHANNEL]
    await threads.settle(desk, 1, thread_id=555)
    assert await channels(desk) == [555]
    clock.advance(60 * MINUTE)
    await reminder.due_reminders(desk)
    assert await channels(desk) == [555, 555]


async def channels(desk: Desk) -> list[int]:
    ids = [nudge.id for nudge in await nudges(desk)]
    places = await desk.storage.read(lambda tx: tx.cards.of(CardKind.NUDGE, ids))
    return [place.channel_id for place in places]


async def test_what_a_nudge_shows_is_the_truth_of_now(desk: Desk, send: Send, clock: ManualClock) -> None:
    await send(firing())
    await escalate(desk)
    await perform(desk, incidents.take(1, actor=BEN, role=Role.COMMANDER))
    clock.advance(60 * MINUTE)
    await reminder.due_reminders(desk)
    (_, nudge) = await nudges(desk)
    shown = await desk.storage.read(lambda tx: reminder.view(tx, desk, nudge.id))
    assert shown is not None
    assert (shown.nudge, shown.incident.roles[Role.COMMANDER]) == (nudge, BEN)
    assert await desk.storage.read(lambda tx: reminder.view(tx, desk, 99)) is None


async def test_a_promise_is_reminded_of_daily_until_it_is_kept(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing())
    await escalate(desk)
    action = await actions.add(desk, 1, actor=ANNA, text="add  a\nlimit", owner=BEN, due_at=clock.now() + DAY)
    assert (action.ref, action.text) == ("T-1", "add a limit")
    assert (await incident_inspection.find(desk, 1)).view.open_actions == 1
    assert await reminder.due_actions(desk) == 0
    for _ in range(2):
        clock.advance(DAY)
        assert (await reminder.due_actions(desk), await reminder.due_actions(desk)) == (1, 0)
    (given, nudge, _) = await nudges(desk)
    assert given.kind is NudgeKind.ACTION_GIVEN
    shown = await desk.storage.read(lambda tx: reminder.view(tx, desk, nudge.id))
    assert shown is not None
    assert shown.action is not None
    assert (shown.nudge.kind, shown.action.owner) == (NudgeKind.ACTION_DUE, BEN)
    await actions.finish(desk, action.id, actor=BEN)
    clock.advance(DAY)
    assert await reminder.due_actions(desk) == 0
    with pytest.raises(ConflictError, match="already done by <@2>"):
        await actions.finish(desk, action.id, actor=ANNA)
    await actions.reopen(desk, action.id, actor=ANNA)
    assert await reminder.due_actions(desk) == 1
    await actions.reassign(desk, action.id, actor=ANNA, owner=None, due_at=None)
    clock.advance(2 * DAY)
    assert await reminder.due_actions(desk) == 0
    assert [each.entry.action.removeprefix("action.") for each in await log(desk)] == [
        "open",
        "add",
        "remind",
        "remind",
        "finish",
        "reopen",
        "remind",
        "reassign",
    ]


async def test_where_nobody_repeats_himself_a_promise_is_reminded_of_once(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    desk.rules = replace(desk.rules, incidents=IncidentRules(action_every=timedelta(0)))
    await send(firing())
    await escalate(desk)
    await actions.add(desk, 1, actor=ANNA, text="mend", due_at=clock.now() + DAY)
    clock.advance(DAY)
    assert await reminder.due_actions(desk) == 1
    clock.advance(10 * DAY)
    assert await reminder.due_actions(desk) == 0


async def test_the_most_urgent_promises_are_listed_first(desk: Desk, send: Send, clock: ManualClock) -> None:
    await send(firing())
    await escalate(desk)
    for text, due in (("some day", None), ("later", 2 * DAY), ("soon", DAY), ("done", DAY)):
        due_at = None if due is None else clock.now() + due
        await actions.add(desk, 1, actor=ANNA, text=text, due_at=due_at)
    await actions.finish(desk, 4, actor=ANNA)
    assert [each.text for each in await actions.waiting(desk)] == ["soon", "later", "some day"]


async def test_a_promise_needs_words_and_an_incident(desk: Desk, send: Send) -> None:
    await send(firing())
    await escalate(desk)
    with pytest.raises(InvalidInputError, match="action: needs some words"):
        await actions.add(desk, 1, actor=ANNA, text=" ")
    with pytest.raises(NotFoundError, match="I-9"):
        await actions.add(desk, 9, actor=ANNA, text="x")
    with pytest.raises(NotFoundError, match="T-9"):
        await actions.finish(desk, 9, actor=ANNA)
