"""What was mended and breaks again opens its action item again, once, and its owner hears of it."""

from datetime import timedelta

import pytest

from bot.clock import ManualClock
from bot.domain.errors import NotFoundError
from bot.domain.incident.action import Action
from bot.domain.incident.nudge import NudgeKind
from bot.domain.incident.timeline import Kind
from bot.usecases.desk import Desk
from bot.usecases.incident import action as actions
from bot.usecases.incident import reminder
from bot.usecases.recurrence import query as recurrences
from bot.usecases.recurrence import regression
from tests.senders import ANNA, BEN, Send, firing, resolved
from tests.usecases.crisis import escalate, log, nudges, story

DAY = timedelta(days=1)


@pytest.fixture
async def mended(desk: Desk, send: Send, clock: ManualClock) -> Action:
    """R-1 was an incident; T-1 was promised for it, without an owner."""
    await send(firing("x"))
    await escalate(desk, 1)
    promised = await actions.add(desk, 1, actor=ANNA, text="give it memory")
    await send(resolved("x"))
    clock.advance(DAY)
    return promised


async def item(desk: Desk, action_id: int = 1) -> Action:
    found = await desk.storage.read(lambda tx: tx.actions.get(action_id))
    assert found is not None
    return found


async def test_marking_it_fixed_finishes_what_mended_it(desk: Desk, mended: Action) -> None:
    await recurrences.mark_fixed(desk, 1, actor=BEN, action_id=mended.id)
    done = await item(desk)
    assert (done.done_by, done.recurrence_id) == (BEN, 1)
    assert (await story(desk))[-1] == (Kind.ACTION, "Ben", "T-1 finish (mends R-1): give it memory")
    assert await regression.reopen(desk) == 0


async def test_an_item_that_is_done_already_is_only_tied_to_it(desk: Desk, mended: Action) -> None:
    await actions.finish(desk, mended.id, actor=ANNA)
    await recurrences.mark_fixed(desk, 1, actor=BEN, action_id=mended.id)
    done = await item(desk)
    assert (done.done_by, done.recurrence_id) == (ANNA, 1)


async def test_when_it_comes_back_the_item_is_open_and_its_owner_hears_once(
    desk: Desk, mended: Action, send: Send, clock: ManualClock
) -> None:
    await recurrences.mark_fixed(desk, 1, actor=ANNA, owner=BEN, action_id=mended.id)
    clock.advance(DAY)
    await send(firing("x"))
    assert [await regression.reopen(desk) for _ in range(2)] == [1, 0]
    opened = await item(desk)
    assert (opened.done_at, opened.owner, opened.remind_at) == (None, BEN, clock.now())
    told = (Kind.ACTION, "regression", "T-1 reopen (R-1 came back with A-2): give it memory")
    assert (await story(desk))[-1] == told
    assert (await log(desk))[-1].entry.action == "action.reopen"
    assert [await reminder.due_actions(desk) for _ in range(2)] == [1, 0]
    assert [each.kind for each in await nudges(desk)][-1] is NudgeKind.ACTION_DUE


async def test_mended_again_it_is_done_again_and_waits_for_the_next_time(
    desk: Desk, mended: Action, send: Send, clock: ManualClock
) -> None:
    await recurrences.mark_fixed(desk, 1, actor=ANNA, action_id=mended.id)
    for _ in range(2):
        clock.advance(DAY)
        await send(firing("x"))
        assert await regression.reopen(desk) == 1
        await send(resolved("x"))
        clock.advance(DAY)
        await recurrences.mark_fixed(desk, 1, actor=BEN)
        assert (await item(desk)).done_by == BEN
        assert await regression.reopen(desk) == 0


async def test_an_item_that_people_finish_by_hand_stays_done(
    desk: Desk, mended: Action, send: Send, clock: ManualClock
) -> None:
    await recurrences.mark_fixed(desk, 1, actor=ANNA, action_id=mended.id)
    clock.advance(DAY)
    await send(firing("x"))
    await regression.reopen(desk)
    clock.advance(DAY)
    await actions.finish(desk, mended.id, actor=ANNA)
    assert await regression.reopen(desk) == 0


async def test_an_unknown_item_is_refused_and_nothing_is_marked(desk: Desk, mended: Action) -> None:
    with pytest.raises(NotFoundError, match="T-9"):
        await recurrences.mark_fixed(desk, 1, actor=ANNA, action_id=9)
    known = await desk.storage.read(lambda tx: tx.recurrences.get(desk.project.id, 1))
    assert known is not None
    assert known.fix is None
    assert (await item(desk, mended.id)).done_at is None
