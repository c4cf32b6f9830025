"""Each revision of a card keeps when it was accepted, sent and seen: the last of each card, for a month."""

import math
from datetime import datetime, timedelta

from bot import metrics
from bot.clock import ManualClock
from bot.domain.access.source import Source
from bot.domain.alert.signal import Severity
from bot.domain.alert.verdict import Lane
from bot.domain.outbox.ledger import KEPT, Sighting
from bot.domain.outbox.outbox import ParkReason
from bot.domain.process_health import ProcessHealth, RateLimitPause
from bot.usecases.admin import gauge, retention, status
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.desk import Desk
from bot.usecases.outbox import card as outbox
from bot.usecases.outbox import ledger
from bot.usecases.outbox.card import Task
from tests.conftest import CHANNEL
from tests.senders import ANNA, Send, firing, resolved

SECOND = timedelta(seconds=1)
MESSAGE = 9_001


async def take(desk: Desk) -> Task:
    task = await outbox.take(desk, CHANNEL, worker="w")
    assert isinstance(task, Task), task
    return task


async def show(desk: Desk, version: datetime | None = None, *, message_id: int = MESSAGE) -> None:
    """Send what is due, as the edit ``version`` if it is one."""
    task = await take(desk)
    await outbox.settle(
        desk,
        task.card,
        worker="w",
        message_id=message_id,
        shown=task.card.wanted,
        pinged=False,
        version=version,
    )


async def see(desk: Desk, version: datetime | None = None, *, message_id: int = MESSAGE) -> int:
    return len(await ledger.see(desk, [Sighting(message_id, version, desk.clock.now())]))


async def test_a_revision_keeps_when_it_was_accepted_sent_and_seen(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    start = clock.now()
    await send(firing(severity=Severity.CRITICAL))
    clock.advance(2 * SECOND)
    await show(desk)
    clock.advance(SECOND)
    ((_, wait),) = await ledger.see(desk, [Sighting(MESSAGE, None, clock.now())])
    assert (wait.lane, wait.posted, wait.span) == (Lane.CRITICAL, True, 3 * SECOND)
    assert await see(desk) == 0
    (kept,) = await ledger.of_card(desk, 1)
    assert (kept.revision, kept.accepted_at, kept.sent_at, kept.seen_at) == (
        1,
        start,
        start + 2 * SECOND,
        start + 3 * SECOND,
    )


async def test_an_edit_is_seen_by_its_own_timestamp_alone(desk: Desk, send: Send, clock: ManualClock) -> None:
    await send(firing())
    await show(desk)
    await see(desk)
    await send(resolved())
    clock.advance(SECOND)
    edited_at = clock.now()
    await show(desk, edited_at)
    assert await see(desk, edited_at - SECOND) == 0
    assert await see(desk, edited_at, message_id=MESSAGE + 1) == 0
    assert await see(desk, edited_at) == 1
    assert [each.seen_at is not None for each in await ledger.of_card(desk, 1)] == [True, True]


async def test_the_answer_to_a_click_is_a_revision_like_any_other(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing())
    await show(desk)
    clock.advance(SECOND)
    await alerts.acknowledge(desk, 1, actor=ANNA)
    pressed_at = clock.now()
    clock.advance(SECOND)
    await outbox.answered(desk, 1, revision=2, version=clock.now())
    assert await see(desk, clock.now()) == 1
    *_, kept = await ledger.of_card(desk, 1)
    assert (kept.revision, kept.lane, kept.posted) == (2, Lane.PERSON, False)
    assert (kept.accepted_at, kept.seen_at) == (pressed_at, clock.now())


async def test_an_answer_that_the_card_does_not_believe_is_no_revision(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing())
    await show(desk)
    await alerts.acknowledge(desk, 1, actor=ANNA)
    await take(desk)
    await outbox.answered(desk, 1, revision=2, version=clock.now())
    assert len(await ledger.of_card(desk, 1)) == 1


async def test_what_changed_while_a_card_was_on_its_way_waits_since_then(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing())
    await show(desk)
    await send(resolved())
    clock.advance(60 * SECOND)
    task = await take(desk)
    claimed_at = clock.now()
    await send(firing())
    clock.advance(SECOND)
    await outbox.settle(
        desk,
        task.card,
        worker="w",
        message_id=MESSAGE,
        shown=task.card.wanted,
        pinged=False,
        version=claimed_at,
    )
    assert task.card.dirty_since == claimed_at - 60 * SECOND
    clock.advance(SECOND)
    assert (await take(desk)).card.dirty_since == claimed_at


async def test_of_a_card_the_last_revisions_are_kept(desk: Desk, send: Send, clock: ManualClock) -> None:
    await send(firing())
    await show(desk)
    for number in range(2, KEPT + 6):
        change = alerts.unacknowledge if number % 2 else alerts.acknowledge
        await change(desk, 1, actor=ANNA)
        clock.advance(SECOND)
        await outbox.answered(desk, 1, revision=number, version=clock.now())
    kept = [each.revision for each in await ledger.of_card(desk, 1)]
    assert kept == list(range(6, KEPT + 6))


async def test_the_last_hour_is_exact_and_older_revisions_are_forgotten(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    for seconds in (1, 2, 60):
        await send(firing(f"a{seconds}"))
        await show(desk, message_id=seconds)
        clock.advance(seconds * SECOND)
        await see(desk, message_id=seconds)
    found = (await status.condition(desk)).pace
    assert found.changes is None
    assert found.cards is not None
    assert (found.cards.count, found.cards.p50, found.cards.p99) == (3, 2 * SECOND, 60 * SECOND)
    clock.advance(timedelta(hours=1))
    assert (await status.condition(desk)).pace.cards is None
    assert (await retention.preview(desk)).ledger == 0
    clock.advance(desk.rules.retention.ledger)
    assert (await retention.preview(desk)).ledger == 3
    assert (await retention.sweep(desk, actor=ANNA)).ledger == 3
    assert await ledger.of_card(desk, 1) == []


async def test_a_call_that_took_no_effect_is_no_failure_and_leaves_nothing_to_look_for(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing())
    first = await take(desk)
    await outbox.put_off(desk, first.card, worker="w", after=SECOND, tried=False)
    clock.advance(timedelta(minutes=5))
    again = await take(desk)
    assert (again.card.retried, again.card.failures, again.card.nonce) == (False, 0, first.card.nonce)
    assert again.card.posting_since == clock.now()
    await outbox.put_off(desk, again.card, worker="w", after=SECOND)
    clock.advance(timedelta(minutes=5))
    third = await take(desk)
    assert (third.card.retried, third.card.failures) == (True, 1)
    await outbox.put_off(desk, third.card, worker="w", after=SECOND, tried=False)
    clock.advance(timedelta(minutes=5))
    assert (await take(desk)).card.posting_since == third.card.posting_since


async def test_a_parked_card_that_was_refused_is_not_looked_for_later(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing())
    await outbox.park(desk, (await take(desk)).card, ParkReason.MISSING_ACCESS, alone=False)
    clock.advance(timedelta(days=1))
    await outbox.unpark(desk, CHANNEL)
    assert not (await take(desk)).card.retried


async def test_the_condition_becomes_numbers(
    desk: Desk, send: Send, source: Source, clock: ManualClock
) -> None:
    await gauge.measure(desk, ProcessHealth(pauses=(RateLimitPause("edit", 5, SECOND),)))
    assert math.isnan(value("webhook_to_visible_last_hour_seconds", call="post", quantile="0.99") or 0)
    await send(firing(), firing("other"))
    await show(desk)
    clock.advance(3 * SECOND)
    await see(desk)
    pauses = (RateLimitPause("edit", 5, 9 * SECOND), RateLimitPause("edit", 6, SECOND))
    await gauge.measure(desk, ProcessHealth(hints=("nobody",), pauses=pauses))
    assert value("webhook_to_visible_last_hour_seconds", call="post", quantile="0.99") == 3
    assert value("cards_dirty", lane="warning") == 1
    assert value("cards_oldest_due_seconds") == 3
    assert value("alerts_open") == 2
    assert value("pings_missing") == 1
    assert value("discord_pause_seconds", call="edit") == 9
    assert value("database_info", engine=desk.storage.dialect) == 1
    heard = value("source_last_event_timestamp_seconds", source="prod", provider="alertmanager")
    assert heard == source.created_at.timestamp()
    await gauge.measure(desk, ProcessHealth())
    assert value("discord_pause_seconds", call="edit") is None


def value(name: str, **labels: str) -> float | None:
    return metrics.REGISTRY.get_sample_value(f"tocsin_{name}", labels)
