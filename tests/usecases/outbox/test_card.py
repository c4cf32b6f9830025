"""The outbox: one row a card, claimed by one worker, sent until it shows what is wanted."""

import math

from bot.cards.alert.alert import AlertView
from bot.clock import ManualClock
from bot.domain.alert.signal import Severity
from bot.domain.outbox.outbox import COUNT_DELAY, ParkReason
from bot.usecases.admin import setting, status
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.desk import Desk, Rules
from bot.usecases.outbox import card
from bot.usecases.outbox.card import LEASE, Task
from tests.conftest import CHANNEL
from tests.senders import ANNA, Send, firing, resolved


async def take(desk: Desk, worker: str = "w") -> Task:
    task = await card.take(desk, CHANNEL, worker=worker)
    assert isinstance(task, Task)
    return task


async def show(desk: Desk, task: Task, message_id: int = 9_001, worker: str = "w") -> None:
    await card.settle(
        desk, task.card, worker=worker, message_id=message_id, shown=task.card.wanted, pinged=False
    )


async def test_two_hundred_changes_are_one_edit(desk: Desk, send: Send, clock: ManualClock) -> None:
    await send(firing())
    await show(desk, await take(desk))
    for _ in range(200):
        await send(firing())
    clock.advance(COUNT_DELAY)
    task = await take(desk)
    assert (task.card.message_id, task.card.shown, task.card.wanted) == (9_001, 1, 201)
    await show(desk, task)
    assert await card.channels_due(desk) == []


async def test_criticals_go_first_then_people_then_resolves_then_the_rest(desk: Desk, send: Send) -> None:
    await send(firing("info", Severity.INFO), firing("warning"), firing("old"), firing("acked"))
    for number in range(4):
        await show(desk, await take(desk), 9_000 + number)
    await send(firing("info2", Severity.INFO), firing("warning2"))
    await send(resolved("old"))
    await alerts.acknowledge(desk, 4, actor=ANNA)
    await send(firing("critical", Severity.CRITICAL))
    names = []
    for number in range(5):
        task = await take(desk)
        assert isinstance(task.view, AlertView)
        names.append(task.view.alert.name)
        await show(desk, task, 9_100 + number)
    assert names == ["critical", "acked", "old", "warning2", "info2"]


async def test_a_claimed_card_is_nobody_elses_until_the_claim_runs_out(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing())
    first = await take(desk, "one")
    assert await card.take(desk, CHANNEL, worker="two") == LEASE.total_seconds()
    clock.advance(LEASE)
    second = await take(desk, "two")
    assert (first.card.retried, second.card.retried) == (False, True)
    assert second.card.nonce == first.card.nonce
    assert second.card.posting_since == first.card.posting_since
    await show(desk, first, 1, worker="one")
    assert await card.showing(desk, 1) is None
    await show(desk, second, 2, worker="two")
    assert await card.showing(desk, 2) is not None


async def test_a_change_during_a_send_is_sent_afterwards(desk: Desk, send: Send) -> None:
    await send(firing())
    task = await take(desk)
    await alerts.acknowledge(desk, 1, actor=ANNA)
    await show(desk, task)
    again = await take(desk)
    assert isinstance(again.view, AlertView)
    assert again.view.alert.owner == ANNA


async def test_a_failure_puts_the_card_off_longer_each_time(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing())
    waits = []
    for _ in range(4):
        task = await take(desk)
        until = await card.put_off(desk, task.card, worker="w")
        waits.append((until - clock.now()).total_seconds())
        assert await card.take(desk, CHANNEL, worker="w") == (until - clock.now()).total_seconds()
        clock.advance(until - clock.now())
    assert waits == [1, 2, 4, 8]


async def test_a_parked_channel_waits_and_says_why(desk: Desk, send: Send) -> None:
    await send(firing("a"), firing("b"))
    task = await take(desk)
    assert await card.park(desk, task.card, ParkReason.MISSING_PERMISSION, alone=False) == 2
    assert await card.take(desk, CHANNEL, worker="w") == math.inf
    outbox = await status.outbox(desk)
    assert outbox.parked == [(CHANNEL, ParkReason.MISSING_PERMISSION, 2)]
    assert await card.unpark(desk, CHANNEL) == 2
    assert (await take(desk)).card.message_id is None


async def test_a_deleted_message_is_posted_again_as_a_new_one(desk: Desk, send: Send) -> None:
    await send(firing())
    first = await take(desk)
    await show(desk, first)
    assert await card.forget_message(desk, 9_001)
    assert not await card.forget_message(desk, 9_001)
    again = await take(desk)
    assert (again.card.message_id, again.card.retried) == (None, False)
    assert again.card.nonce != first.card.nonce


async def test_a_click_answered_on_the_card_needs_no_edit_unless_one_was_on_its_way(
    desk: Desk, send: Send
) -> None:
    await send(firing())
    await show(desk, await take(desk))
    await alerts.acknowledge(desk, 1, actor=ANNA)
    await card.answered(desk, 1, revision=2)
    assert await card.channels_due(desk) == []
    await alerts.unacknowledge(desk, 1, actor=ANNA)
    await take(desk)
    await card.answered(desk, 1, revision=3)
    place = await card.showing(desk, 9_001)
    assert place is not None
    assert (place.shown, place.wanted) == (2, 4)


async def test_cards_without_a_channel_go_to_the_one_that_is_chosen(desk: Desk, send: Send) -> None:
    desk.rules = Rules()
    await send(firing())
    assert (await status.outbox(desk)).parked == [(0, ParkReason.NO_CHANNEL, 1)]
    assert await setting.choose_channel(desk, CHANNEL, actor=ANNA) == 1
    assert desk.default_channel_id == CHANNEL
    assert (await take(desk)).card.channel_id == CHANNEL


async def test_a_deleted_card_of_an_alert_that_is_over_stays_away_until_it_fires_again(
    desk: Desk, send: Send
) -> None:
    await send(firing())
    await send(resolved())
    await show(desk, await take(desk))
    assert await card.forget_message(desk, 9_001)
    assert await card.channels_due(desk) == []
    await send(firing())
    assert (await take(desk)).card.message_id is None


async def test_a_refused_card_is_tried_again_when_it_changes(desk: Desk, send: Send) -> None:
    await send(firing())
    task = await take(desk)
    await card.park(desk, task.card, ParkReason.REFUSED, alone=True)
    await alerts.acknowledge(desk, 1, actor=ANNA)
    assert (await take(desk)).card.id == task.card.id


async def test_cards_whose_channel_is_gone_move_to_the_one_that_is_chosen(desk: Desk, send: Send) -> None:
    await send(firing())
    task = await take(desk)
    await card.park(desk, task.card, ParkReason.UNKNOWN_CHANNEL, alone=False)
    assert await setting.choose_channel(desk, 7_002, actor=ANNA) == 1
    moved = await card.take(desk, 7_002, worker="w")
    assert isinstance(moved, Task)
    assert (moved.card.message_id, moved.card.retried) == (None, False)
