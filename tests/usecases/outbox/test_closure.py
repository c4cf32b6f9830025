"""A channel that cannot be written to is told of elsewhere, once, and in the end."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.cards.outbox.closure import ClosureView
from bot.clock import ManualClock
from bot.domain.access.source import Source
from bot.domain.alert.signal import Severity
from bot.domain.outbox.outbox import CardKind, ParkReason
from bot.usecases.admin import setting, status
from bot.usecases.admin import source as sources
from bot.usecases.admin.startup import open_desk
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import take_in
from bot.usecases.outbox import card as outbox
from bot.usecases.outbox import closure as closures
from bot.usecases.outbox.card import Task
from tests.conftest import CHANNEL
from tests.senders import ANNA, Send, firing, resolved, submission

FALLBACK, ELSEWHERE = 7_002, 7_003


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.rules = replace(desk.rules, fallback_channel_id=FALLBACK)
    return desk


async def shut(
    desk: Desk, channel_id: int = CHANNEL, reason: ParkReason = ParkReason.MISSING_PERMISSION
) -> None:
    """A worker is refused by the channel."""
    task = await outbox.take(desk, channel_id, worker="w")
    assert isinstance(task, Task)
    await outbox.park(desk, task.card, reason, alone=False)


async def notice(desk: Desk, message_id: int = 0) -> ClosureView | None:
    """What the fallback channel has to be shown next; it is shown as ``message_id``."""
    task = await outbox.take(desk, FALLBACK, worker="f")
    if not isinstance(task, Task):
        return None
    assert task.card.kind is CardKind.CLOSURE
    assert isinstance(task.view, ClosureView)
    assert (task.card.message_id is None) == bool(message_id)
    shown = task.card.message_id or message_id
    await outbox.settle(desk, task.card, worker="f", message_id=shown, shown=task.card.wanted, pinged=False)
    return task.view


async def test_the_fallback_hears_once_what_waits_and_which_criticals(
    desk: Desk, clock: ManualClock, send: Send
) -> None:
    await send(firing("a"), firing("b", Severity.CRITICAL), firing("c"), resolved("c"))
    await shut(desk)
    said = await notice(desk, 1)
    assert said is not None
    assert (said.channel_id, said.cards, said.criticals) == (CHANNEL, 3, 1)
    assert [each.name for each in said.held] == ["b", "a"]
    assert await notice(desk) is None
    await send(firing("d"))
    await shut(desk)
    clock.advance(timedelta(minutes=1))
    said = await notice(desk)
    assert said is not None
    assert said.cards == 4
    again = await open_desk(desk.storage, clock, rules=desk.rules)
    await send(firing("e"))
    await shut(again)
    clock.advance(timedelta(minutes=1))
    assert (await notice(again)) is not None


async def test_the_notice_is_edited_when_the_channel_is_whole_again(
    desk: Desk, clock: ManualClock, send: Send
) -> None:
    await send(firing("a"))
    await shut(desk)
    await notice(desk, 1)
    clock.advance(timedelta(minutes=10))
    await outbox.unpark(desk, CHANNEL)
    said = await notice(desk)
    assert said is not None
    assert (said.ended_at, said.cards) == (clock.now(), 1)
    await outbox.unpark(desk, CHANNEL)
    assert await notice(desk) is None


@pytest.mark.parametrize("later", [timedelta(minutes=1), timedelta(hours=1)])
async def test_a_channel_that_is_closed_again_soon_has_the_same_message(
    desk: Desk, clock: ManualClock, send: Send, later: timedelta
) -> None:
    await send(firing("a"))
    await shut(desk)
    await notice(desk, 1)
    await outbox.unpark(desk, CHANNEL)
    await notice(desk)
    clock.advance(later)
    await shut(desk)
    clock.advance(timedelta(minutes=1))
    is_same = later < closures.SAME
    said = await notice(desk, 0 if is_same else 2)
    assert said is not None
    assert said.ended_at is None


async def test_a_source_names_a_fallback_of_its_own(desk: Desk, send: Send) -> None:
    await send(firing("a"))
    await sources.move(desk, "prod", actor=ANNA, fallback_id=ELSEWHERE)
    await shut(desk)
    assert await notice(desk) is None
    task = await outbox.take(desk, ELSEWHERE, worker="f")
    assert isinstance(task, Task)
    assert isinstance(task.view, ClosureView)
    await sources.move(desk, "prod", actor=ANNA, fallback_id=0)
    assert (await sources.listing(desk))[0].fallback_channel_id is None


async def test_a_fallback_that_is_closed_itself_tells_nobody(desk: Desk, send: Send) -> None:
    await send(firing("a"))
    await shut(desk)
    await shut(desk, FALLBACK)
    assert {channel for channel, _, _ in (await status.outbox(desk)).parked} == {CHANNEL, FALLBACK}


async def test_a_deleted_channels_alerts_follow_their_source_at_once(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing("elsewhere"))
    await move(desk, CHANNEL + 10)
    own = await routed(desk)
    await take_in(desk, [submission(own, firing("a"), firing("b"), firing("c"))])
    task = await outbox.take(desk, CHANNEL + 10, worker="w")
    assert isinstance(task, Task)
    await outbox.settle(desk, task.card, worker="w", message_id=5, shown=1, pinged=False)
    await take_in(desk, [submission(own, resolved("c"))])
    await shut(desk, CHANNEL + 10, ParkReason.UNKNOWN_CHANNEL)
    said = await notice(desk, 1)
    assert said is not None
    assert said.sources == ("prod",)
    assert await move(desk, ELSEWHERE) == 2
    assert (await status.outbox(desk)).parked == []
    clock.advance(timedelta(minutes=1))
    said = await notice(desk)
    assert said is not None
    assert said.moved_to == ELSEWHERE
    names = set()
    for message_id in (6, 7):
        task = await outbox.take(desk, ELSEWHERE, worker="w")
        assert isinstance(task, Task)
        names.add(task.view.alert.name)  # type: ignore[union-attr]  # they are alerts
        await outbox.settle(desk, task.card, worker="w", message_id=message_id, shown=9, pinged=False)
    assert names == {"a", "b"}


async def test_a_new_default_channel_ends_the_closure_of_the_old_one(desk: Desk, send: Send) -> None:
    await send(firing("a"))
    await shut(desk, reason=ParkReason.UNKNOWN_CHANNEL)
    await notice(desk, 1)
    assert await setting.choose_channel(desk, ELSEWHERE, actor=ANNA) == 1
    said = await notice(desk)
    assert said is not None
    assert said.moved_to == ELSEWHERE


async def test_a_channel_that_its_source_still_names_stays_closed_although_nothing_waits(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing("elsewhere"))
    await move(desk, ELSEWHERE)
    own = await routed(desk)
    await take_in(desk, [submission(own, firing("a"))])
    await shut(desk, ELSEWHERE, ParkReason.UNKNOWN_CHANNEL)
    await notice(desk, 1)
    assert await setting.assign_default_channel(desk) == 1
    said = await notice(desk)
    assert said is not None
    assert (said.ended_at, said.moved_to) == (None, CHANNEL)
    await take_in(desk, [submission(own, firing("b"))])
    await shut(desk, ELSEWHERE, ParkReason.UNKNOWN_CHANNEL)
    assert await setting.assign_default_channel(desk) == 1
    assert await notice(desk) is None
    await sources.move(desk, "prod", actor=ANNA, channel_id=0)
    said = await notice(desk)
    assert said is not None
    assert (said.ended_at, said.moved_to) == (clock.now(), CHANNEL)


async def move(desk: Desk, channel_id: int) -> int:
    return await sources.move(desk, "prod", actor=ANNA, channel_id=channel_id)


async def routed(desk: Desk) -> Source:
    (own,) = await sources.listing(desk)
    return own
