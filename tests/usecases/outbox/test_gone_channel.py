"""A channel that is gone took along what stood there: open alerts are shown where alerts go now, once."""

import pytest
from msgspec.structs import replace

from bot.clock import ManualClock
from bot.domain.alert.group import CardShape
from bot.domain.alert.signal import Severity, Signal, Status
from bot.domain.outbox.outbox import COUNT_DELAY, CardKind, ParkReason
from bot.usecases.admin import setting, status
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import take_in
from bot.usecases.outbox import card as outbox
from bot.usecases.outbox.card import Task
from tests.conftest import CHANNEL
from tests.senders import ANNA, Send, add_source, firing, resolved, submission

ELSEWHERE = 7_003
GONE = ParkReason.UNKNOWN_CHANNEL


async def take(desk: Desk, channel_id: int = CHANNEL) -> Task:
    task = await outbox.take(desk, channel_id, worker="w")
    assert isinstance(task, Task)
    return task


async def show_all(desk: Desk, channel_id: int = CHANNEL, first: int = 9_001) -> list[Task]:
    """Post or edit what is due; what was taken, in its order."""
    shown: list[Task] = []
    while isinstance(task := await outbox.take(desk, channel_id, worker="w"), Task):
        shown.append(task)
        message_id = task.card.message_id or first + len(shown)
        done = task.card.wanted
        await outbox.settle(desk, task.card, worker="w", message_id=message_id, shown=done, pinged=True)
    return shown


async def subjects(desk: Desk, channel_id: int) -> list[int]:
    shown = await show_all(desk, channel_id, first=9_500)
    assert all(task.card.message_id is None and not task.card.retried for task in shown)
    return sorted(task.card.subject_id for task in shown)


def said(status: Status, number: int) -> Signal:
    """One of several alerts of a cause."""
    where = f"node-{number}"
    return Signal(
        status=status, name="Disk", severity=Severity.WARNING, fingerprint=where, target=where, service="db"
    )


async def parked(desk: Desk) -> list[tuple[int, ParkReason, int]]:
    return (await status.outbox(desk)).parked


async def test_what_stood_in_a_channel_that_refuses_as_gone_waits_and_moves_with_the_rest(
    desk: Desk, send: Send
) -> None:
    await send(firing("open"), firing("acked"), firing("over"))
    await send(resolved("over"))
    await show_all(desk)
    await alerts.acknowledge(desk, 2, actor=ANNA)
    await show_all(desk)
    await send(firing("new"))
    await outbox.park(desk, (await take(desk)).card, GONE, alone=False)
    assert await parked(desk) == [(CHANNEL, GONE, 3)]
    assert await setting.choose_channel(desk, ELSEWHERE, actor=ANNA) == 3
    assert await parked(desk) == []
    assert await subjects(desk, ELSEWHERE) == [1, 2, 4]
    assert await outbox.channels_due(desk) == []
    assert await outbox.lose_channel(desk, CHANNEL) == 0


async def test_what_is_over_before_another_channel_is_chosen_is_not_posted_again(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing("a"), firing("b"))
    await show_all(desk)
    assert await outbox.lose_channel(desk, CHANNEL) == 2
    await send(resolved("b"))
    assert await parked(desk) == [(CHANNEL, GONE, 2)]
    assert await setting.choose_channel(desk, ELSEWHERE, actor=ANNA) == 1
    assert await subjects(desk, ELSEWHERE) == [1]
    assert await parked(desk) == []
    await send(firing("b"))
    clock.advance(COUNT_DELAY)
    await outbox.park(desk, (await take(desk)).card, GONE, alone=False)
    assert await setting.assign_default_channel(desk) == 1
    assert await subjects(desk, ELSEWHERE) == [2]


async def test_a_channel_that_is_there_after_all_is_edited_and_nothing_is_posted_twice(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing("a", Severity.CRITICAL), firing("b"))
    await show_all(desk)
    assert await outbox.lose_channel(desk, CHANNEL) == 2
    assert await outbox.lose_channel(desk, CHANNEL) == 0
    assert await outbox.channels_due(desk) == []
    assert await outbox.unpark(desk, CHANNEL) == 2
    clock.advance(COUNT_DELAY)
    again = await show_all(desk)
    assert sorted(task.card.message_id or 0 for task in again) == [9_002, 9_003]


async def test_only_the_channel_that_is_gone_loses_its_cards(desk: Desk, send: Send) -> None:
    await send(firing("a"))
    await show_all(desk)
    assert await outbox.lose_channel(desk, ELSEWHERE) == 0
    assert await parked(desk) == []


@pytest.mark.parametrize("over", [False, True])
async def test_the_card_of_a_group_moves_while_one_of_its_alerts_is_open(desk: Desk, *, over: bool) -> None:
    source = replace(await add_source(desk), card=CardShape.GROUP)
    await take_in(desk, [submission(source, *(said(Status.FIRING, number) for number in range(3)))])
    (shown,) = await show_all(desk)
    assert shown.card.kind is CardKind.GROUP
    assert await outbox.lose_channel(desk, CHANNEL) == 1
    ending = 3 if over else 2
    await take_in(desk, [submission(source, *(said(Status.RESOLVED, each) for each in range(ending)))])
    assert await setting.choose_channel(desk, ELSEWHERE, actor=ANNA) == (0 if over else 1)
    assert len(await show_all(desk, ELSEWHERE)) == (0 if over else 1)


async def test_a_critical_that_stood_there_is_the_first_to_be_shown_again(desk: Desk, send: Send) -> None:
    await send(firing("a"), firing("b", Severity.CRITICAL), firing("c"))
    await show_all(desk)
    await outbox.lose_channel(desk, CHANNEL)
    await setting.choose_channel(desk, ELSEWHERE, actor=ANNA)
    first, *_ = await show_all(desk, ELSEWHERE)
    assert first.card.subject_id == 2
