"""When a channel was blind, and what its report counts, on both engines."""

import asyncio
import math
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.cards.alert.alert import AlertView
from bot.clock import ManualClock
from bot.domain.access.source import Source
from bot.domain.alert.group import CardShape
from bot.domain.alert.signal import Signal
from bot.domain.outbox.outage import BLIND, OutageCause, is_blind
from bot.domain.outbox.outbox import CardKind, ParkReason
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import take_in
from bot.usecases.outbox import card as outbox
from bot.usecases.outbox import outage as outages
from bot.usecases.outbox.card import LEASE, Task
from tests.conftest import CHANNEL, START
from tests.senders import Send, firing, resolved, submission

SECONDS = st.integers(0, 10_000).map(lambda seconds: START + timedelta(seconds=seconds))


@given(st.none() | SECONDS, st.none() | SECONDS, SECONDS)
def test_a_channel_is_blind_since_the_later_of_what_waits_and_what_was_sent(
    waiting: object, sent: object, now: object
) -> None:
    since = is_blind(waiting, sent, now)  # type: ignore[arg-type]  # hypothesis' strategies are not typed so far
    if since is None:
        assert waiting is None or any(now - each < BLIND for each in (waiting, sent) if each)  # type: ignore[operator]
    else:
        assert since == max(each for each in (waiting, sent) if each is not None)  # type: ignore[type-var]
        assert now - since >= BLIND  # type: ignore[operator]


async def take(desk: Desk, *, quiet: bool = True, worker: str = "w") -> Task | float:
    return await outbox.take(desk, CHANNEL, worker=worker, quiet=quiet)


async def show(desk: Desk, task: Task | float, message_id: int) -> None:
    assert isinstance(task, Task)
    await outbox.settle(
        desk, task.card, worker="w", message_id=message_id, shown=task.card.wanted, pinged=False
    )


async def test_the_report_comes_first_and_lets_go_what_is_over(
    desk: Desk, clock: ManualClock, send: Send
) -> None:
    await send(*(firing(f"a{number}") for number in range(10)))
    clock.advance(BLIND)
    await send(*(resolved(f"a{number}") for number in range(7)))
    report = await take(desk)
    assert isinstance(report, Task)
    assert report.card.kind is CardKind.REPORT
    found = await desk.storage.read(lambda tx: tx.outages.last(CHANNEL))
    assert found is not None
    assert (found.fired, found.resolved, found.still_open) == (10, 7, 3)
    assert (found.began_at, found.ended_at, found.cause) == (START, clock.now(), OutageCause.UNREACHABLE)
    assert await take(desk, worker="other") == LEASE.total_seconds()
    await show(desk, report, 1)
    for message_id in (2, 3, 4):
        task = await take(desk)
        assert isinstance(task, Task)
        assert task.card.kind is CardKind.ALERT
        await show(desk, task, message_id)
    assert await take(desk) == math.inf


async def test_who_has_sent_something_just_now_does_not_ask(
    desk: Desk, clock: ManualClock, send: Send
) -> None:
    await send(firing())
    clock.advance(BLIND)
    task = await take(desk, quiet=False)
    assert isinstance(task, Task)
    assert task.card.kind is CardKind.ALERT


async def test_what_another_process_sent_counts(desk: Desk, clock: ManualClock, send: Send) -> None:
    await send(firing("a"), firing("b"))
    clock.advance(BLIND - timedelta(seconds=1))
    await show(desk, await take(desk), 1)
    clock.advance(timedelta(seconds=2))
    task = await take(desk)
    assert isinstance(task, Task)
    assert task.card.kind is CardKind.ALERT


async def test_the_numbers_are_those_of_the_attempt_that_arrives(
    desk: Desk, clock: ManualClock, send: Send
) -> None:
    await send(firing("a"))
    clock.advance(BLIND)
    first = await take(desk)
    assert isinstance(first, Task)
    await outbox.put_off(desk, first.card, worker="w", after=timedelta(seconds=30))
    assert await take(desk) == 30
    await send(firing("b"), resolved("a"))
    clock.advance(timedelta(seconds=30))
    again = await take(desk)
    assert isinstance(again, Task)
    assert again.card.id == first.card.id
    found = await desk.storage.read(lambda tx: tx.outages.last(CHANNEL))
    assert found is not None
    assert (found.fired, found.resolved) == (2, 1)
    assert found.ended_at == clock.now()


async def test_an_ambiguous_card_of_what_is_over_is_spared(
    desk: Desk, clock: ManualClock, send: Send
) -> None:
    await send(firing("a"))
    tried = await take(desk)
    assert isinstance(tried, Task)
    await outbox.put_off(desk, tried.card, worker="w")
    clock.advance(BLIND)
    await send(resolved("a"))
    await show(desk, await take(desk), 1)
    task = await take(desk, quiet=False)
    assert isinstance(task, Task)
    assert task.card.retried
    assert isinstance(task.view, AlertView)
    assert await outages.spare(desk, task.card, task.view.alert.resolved_at)
    assert await take(desk) == math.inf


async def test_alerts_that_share_a_card_are_counted_one_by_one(
    desk: Desk, clock: ManualClock, source: Source
) -> None:
    grouped = replace(source, card=CardShape.GROUP)
    await take_in(desk, [submission(grouped, *(cause(number) for number in range(10)))])
    clock.advance(BLIND)
    await take_in(desk, [submission(grouped, *(resolved(f"pod {number}") for number in range(7)))])
    assert isinstance(await take(desk), Task)
    found = await desk.storage.read(lambda tx: tx.outages.last(CHANNEL))
    assert found is not None
    assert (found.fired, found.resolved) == (10, 7)
    assert len(await desk.storage.read(lambda tx: tx.cards.of(CardKind.GROUP, [1]))) == 1


def cause(number: int) -> Signal:
    """One of many with the same group key."""
    return firing(f"pod {number}", group_key="checkout is down")


async def test_a_forbidden_channel_that_opens_again_was_blind_too(
    desk: Desk, clock: ManualClock, send: Send
) -> None:
    await send(firing("a"), firing("b"))
    task = await take(desk)
    assert isinstance(task, Task)
    await outbox.park(desk, task.card, ParkReason.MISSING_PERMISSION, alone=False)
    clock.advance(timedelta(hours=1))
    await send(resolved("a"))
    await outbox.unpark(desk, CHANNEL)
    report = await take(desk)
    assert isinstance(report, Task)
    assert report.card.kind is CardKind.REPORT
    found = await desk.storage.read(lambda tx: tx.outages.last(CHANNEL))
    assert found is not None
    assert (found.cause, found.fired, found.resolved) == (OutageCause.CLOSED, 2, 1)


async def test_a_stop_in_an_outage_goes_on_with_the_report_that_is_owed(
    desk: Desk, clock: ManualClock, send: Send
) -> None:
    await outages.wake(desk)
    await send(firing("a"))
    clock.advance(BLIND)
    first = await take(desk)
    clock.advance(timedelta(minutes=20))
    assert await outages.wake(desk) is not None
    again = await take(desk)
    assert isinstance(first, Task)
    assert isinstance(again, Task)
    assert again.card.id == first.card.id
    found = await desk.storage.read(lambda tx: tx.outages.last(CHANNEL))
    assert found is not None
    assert found.began_at == START


async def test_workers_that_find_out_at_once_owe_one_report(
    desk: Desk, clock: ManualClock, send: Send
) -> None:
    await send(firing("a"))
    clock.advance(BLIND)
    taken = await asyncio.gather(*(take(desk, worker=f"w{number}") for number in range(4)))
    tasks = [each for each in taken if isinstance(each, Task)]
    assert len({task.card.id for task in tasks}) == len(tasks) == 1
