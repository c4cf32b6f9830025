"""An alert alone has its own card; from the third open one of a cause on they share one, by edits alone."""

from datetime import timedelta
from typing import Any

import pytest

from bot.cards.alert.alert import AlertView
from bot.cards.alert.group import GroupView
from bot.clock import ManualClock
from bot.domain.alert.signal import Severity
from bot.domain.outbox.outbox import CardKind
from bot.domain.outbox.placement import Placement
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.desk import Desk
from bot.usecases.outbox import card as outbox
from bot.usecases.outbox import ring
from tests.conftest import CHANNEL
from tests.senders import ANNA, Send, firing, resolved

CRITICAL = Severity.CRITICAL
KEY = '{}:{alertname="DiskFull"}'


def disk(number: int, severity: Severity = Severity.WARNING, **more: object) -> Any:
    return firing(f"disk {number}", severity, **{"group_key": KEY, **more})


async def places(desk: Desk, kind: CardKind) -> list[Placement]:
    return await desk.storage.read(lambda tx: tx.cards.of(kind, range(1, 50)))


async def show(desk: Desk, message_id: int, *, pinged: bool = False) -> Any:
    """Delivery posts or edits the next card; what it shows."""
    task = await outbox.take(desk, CHANNEL, worker="w")
    assert isinstance(task, outbox.Task)
    shown = task.card.message_id or message_id
    await outbox.settle(desk, task.card, worker="w", message_id=shown, shown=task.card.wanted, pinged=pinged)
    return task


async def groups(desk: Desk) -> list[int | None]:
    rows = await desk.storage.read(lambda tx: tx.run_raw("SELECT group_id FROM alert ORDER BY id").all())
    return [row.group_id for row in rows]


async def test_two_have_a_card_each_and_the_third_makes_the_newest_card_that_of_all(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(disk(1))
    await show(desk, 901)
    await send(disk(2))
    await show(desk, 902)
    assert await groups(desk) == [None, None]
    await send(disk(3))
    assert await groups(desk) == [1, 1, 1]
    (place,) = await places(desk, CardKind.GROUP)
    assert place.message_id == 902
    assert await places(desk, CardKind.ALERT) == []
    clock.advance(timedelta(seconds=5))
    edits = [await show(desk, 0), await show(desk, 0)]
    by_message = {each.card.message_id: each.view for each in edits}
    assert isinstance(by_message[902], GroupView)
    assert len(by_message[902].held) == 3
    assert isinstance(by_message[901], AlertView)
    assert by_message[901].folded_into == "G-1"
    assert not isinstance(await outbox.take(desk, CHANNEL, worker="w"), outbox.Task)


async def test_what_was_never_posted_is_not_posted_any_more(desk: Desk, send: Send) -> None:
    await send(disk(1))
    await send(disk(2), disk(3), disk(4))
    (place,) = await places(desk, CardKind.GROUP)
    assert place.message_id is None
    task = await show(desk, 901)
    assert isinstance(task.view, GroupView)
    assert not isinstance(await outbox.take(desk, CHANNEL, worker="w"), outbox.Task)


async def test_a_card_that_is_being_posted_becomes_the_groups_and_nobody_is_called_twice(
    desk: Desk, send: Send
) -> None:
    await send(disk(1, CRITICAL))
    task = await outbox.take(desk, CHANNEL, worker="w")
    assert isinstance(task, outbox.Task)
    await send(disk(2, CRITICAL), disk(3, CRITICAL))
    await outbox.settle(desk, task.card, worker="w", message_id=901, shown=task.card.wanted, pinged=True)
    edit = await outbox.take(desk, CHANNEL, worker="w")
    assert isinstance(edit, outbox.Task)
    assert (edit.card.kind, edit.card.message_id, edit.card.pinged) == (CardKind.GROUP, 901, True)
    assert isinstance(edit.view, GroupView)
    assert edit.view.group.began_as == 1


async def test_one_that_is_worse_calls_people_once_more(desk: Desk, send: Send) -> None:
    await send(disk(1))
    await show(desk, 901, pinged=True)
    await send(disk(2), disk(3, CRITICAL))
    assert await ring.make_due(desk) == 1


async def test_a_key_that_names_nothing_is_no_cause(desk: Desk, send: Send) -> None:
    await send(*(disk(number, group_key="{}:{}") for number in range(5)))
    assert await groups(desk) == [None] * 5


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=1)])
async def test_only_alerts_within_the_window_count(
    desk: Desk, send: Send, clock: ManualClock, late: timedelta
) -> None:
    await send(disk(1))
    await send(disk(2))
    clock.advance(desk.rules.group_window + late)
    await send(disk(3))
    assert await groups(desk) == ([None] * 3 if late else [1] * 3)


async def test_what_is_over_does_not_count_and_a_group_that_is_over_takes_nothing_in(
    desk: Desk, send: Send
) -> None:
    await send(disk(1))
    await alerts.resolve(desk, 1, actor=ANNA)
    await send(disk(2))
    await send(disk(3))
    assert await groups(desk) == [None] * 3
    await send(disk(4))
    assert await groups(desk) == [None, 1, 1, 1]
    await send(*(resolved(f"disk {number}") for number in (2, 3, 4)))
    await send(disk(5))
    assert await groups(desk) == [None, 1, 1, 1, None]


async def test_a_repeat_in_the_batch_that_folds_it_is_shown_on_the_card_of_all(
    desk: Desk, send: Send
) -> None:
    await send(disk(1))
    await show(desk, 901)
    await send(disk(1, CRITICAL), disk(2), disk(3))
    task = await outbox.take(desk, CHANNEL, worker="w")
    assert isinstance(task, outbox.Task)
    assert isinstance(task.view, GroupView)
    assert task.view.severity is CRITICAL
    assert await ring.make_due(desk) == 1
