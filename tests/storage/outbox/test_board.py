"""What a storm's board is derived from, on both engines and beside other processes."""

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from bot.domain.access.source import Source
from bot.domain.alert.group import CardShape
from bot.domain.alert.signal import Severity
from bot.domain.outbox.outbox import CardKind, ParkReason
from bot.domain.outbox.storm import Storm, Unposted
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import take_in
from bot.usecases.outbox import card as outbox
from storage.engine import Storage
from storage.outbox.board import Boards
from storage.transaction import Transaction
from tests.conftest import CHANNEL
from tests.senders import add_source, firing, resolved, submission

WARNING, CRITICAL = Severity.WARNING, Severity.CRITICAL


@pytest.fixture
async def source(desk: Desk) -> Source:
    return await add_source(desk)


async def fire(desk: Desk, source: Source, *names: str, severity: Severity = WARNING) -> None:
    await take_in(desk, [submission(source, *(firing(name, severity) for name in names))])


async def resolve(desk: Desk, source: Source, *names: str) -> None:
    await take_in(desk, [submission(source, *(resolved(name) for name in names))])


async def ask(desk: Desk, question: Any) -> Any:
    return await desk.storage.write(lambda tx: question(tx.boards))


async def unposted(desk: Desk) -> tuple[int, int, int]:
    """How many, the newest card, and how many of them criticals."""
    found: Unposted = await ask(desk, lambda boards: boards.unposted(CHANNEL))
    return found.count, found.newest_card_id, found.critical


async def names_of(desk: Desk, **more: Any) -> list[str]:
    held = await ask(desk, lambda boards: boards.held(CHANNEL, limit=99, **more))
    return [each.name for each in held]


async def storm_of(desk: Desk) -> Storm:
    found = await ask(desk, lambda boards: boards.storm(CHANNEL, now=desk.clock.now()))
    assert isinstance(found, Storm)
    return found


def enter(desk: Desk) -> Any:
    return lambda boards: boards.enter(desk.project.id, CHANNEL, now=desk.clock.now())


async def test_held_are_open_alerts_without_a_card_worst_then_newest_first(
    desk: Desk, source: Source
) -> None:
    await fire(desk, source, "posted", "over", "old", "new")
    await fire(desk, source, "bad", severity=CRITICAL)
    task = await outbox.take(desk, CHANNEL, worker="w")
    assert isinstance(task, outbox.Task)
    assert task.card.subject_id == 5
    await outbox.put_off(desk, task.card, worker="w", after=timedelta(0))
    await resolve(desk, source, "over")
    assert await names_of(desk) == ["bad", "new", "old", "posted"]
    assert await names_of(desk, offset=1) == ["new", "old", "posted"]
    counted = await ask(desk, lambda boards: boards.count_held(CHANNEL))
    assert counted == {CRITICAL: 1, WARNING: 3}
    assert await unposted(desk) == (5, 5, 0)


async def test_a_refused_card_is_held_for_ever(desk: Desk, source: Source) -> None:
    await fire(desk, source, "refused", "waiting")
    await desk.storage.write(
        lambda tx: tx.channels.park(CHANNEL, ParkReason.REFUSED, now=desk.clock.now(), card_id=1)
    )
    assert await names_of(desk) == ["waiting", "refused"]
    assert await ask(desk, lambda boards: boards.newest_held(CHANNEL)) == 2
    assert await ask(desk, lambda boards: boards.awaits_cards(CHANNEL))
    await resolve(desk, source, "waiting")
    await ask(desk, lambda boards: boards.settle_over(CHANNEL))
    assert not await ask(desk, lambda boards: boards.awaits_cards(CHANNEL))
    passed = await ask(
        desk,
        lambda boards: boards.passed(CHANNEL, first_card_id=1, since=desk.clock.now(), now=desk.clock.now()),
    )
    assert (passed.alerts, passed.still_open, passed.refused) == (2, 1, 1)
    await fire(desk, source, "waiting")
    assert await unposted(desk) == (1, 2, 0)


async def test_what_is_over_is_settled_unless_it_may_be_on_its_way(desk: Desk, source: Source) -> None:
    await fire(desk, source, "sent", severity=CRITICAL)
    assert isinstance(await outbox.take(desk, CHANNEL, worker="w"), outbox.Task)
    await fire(desk, source, "over", "open")
    await resolve(desk, source, "sent", "over")
    assert await ask(desk, lambda boards: boards.settle_over(CHANNEL)) == 1
    assert await ask(desk, lambda boards: boards.settle_over(CHANNEL)) == 0
    places = await desk.storage.read(lambda tx: tx.cards.of(CardKind.ALERT, [1, 2, 3]))
    assert [place.wanted > place.shown for place in sorted(places, key=lambda each: each.id)] == [
        True,
        False,
        True,
    ]


async def test_what_flapped_and_is_over_is_settled_too(desk: Desk, source: Source) -> None:
    for _ in range(5):
        await fire(desk, source, "flaps", severity=WARNING)
        await resolve(desk, source, "flaps")
        await ask(desk, lambda boards: boards.settle_over(CHANNEL))
    (flapping,) = await desk.storage.read(lambda tx: tx.alerts.many([1]))
    assert flapping.flapping.holds(desk.clock.now())
    assert await ask(desk, lambda boards: boards.settle_over(CHANNEL)) == 0
    assert await ask(desk, lambda boards: boards.settle_over(CHANNEL, quiet=True)) == 1
    assert await unposted(desk) == (0, 0, 0)


async def test_a_group_is_settled_when_the_last_of_it_is_over(desk: Desk, source: Source) -> None:
    shared = msgspec.structs.replace(source, card=CardShape.GROUP)
    signals = [firing(name, group_key="one cause") for name in ("a", "b")]
    await take_in(desk, [submission(shared, *signals)])
    await fire(desk, source, "single")
    await resolve(desk, source, "a")
    assert await ask(desk, lambda boards: boards.settle_over(CHANNEL)) == 0
    assert await names_of(desk) == ["single", "b"]
    await resolve(desk, source, "b", "single")
    assert await ask(desk, lambda boards: boards.settle_over(CHANNEL)) == 2
    assert await unposted(desk) == (0, 0, 0)


async def test_a_storm_begins_ends_and_comes_back(desk: Desk, source: Source) -> None:
    await fire(desk, source, "a", "b")
    await ask(desk, enter(desk))
    await ask(desk, enter(desk))
    begun = await storm_of(desk)
    assert (begun.first_card_id, begun.made_of.count, begun.left_at, begun.is_dirty) == (1, 0, None, True)
    await ask(desk, lambda boards: boards.mark(CHANNEL, boards.unposted(CHANNEL)))
    marked = await storm_of(desk)
    assert (marked.made_of.count, marked.made_of.newest_card_id) == (2, 2)
    await resolve(desk, source, "a")
    passed = await ask(
        desk,
        lambda boards: boards.passed(CHANNEL, first_card_id=1, since=desk.clock.now(), now=desk.clock.now()),
    )
    assert (passed.alerts, passed.still_open) == (2, 1)
    await ask(desk, lambda boards: boards.leave(CHANNEL, now=desk.clock.now()))
    left = await storm_of(desk)
    assert left.left_at == desk.clock.now()

    def again(boards: Boards) -> None:
        boards.enter_again(left, CHANNEL, now=desk.clock.now(), anew=True)

    await ask(desk, again)
    returned = await storm_of(desk)
    assert (returned.left_at, returned.message_id, returned.first_card_id) == (None, None, 1)


async def test_two_processes_that_see_a_storm_begin_one_board(
    desk: Desk, source: Source, database_url: str
) -> None:
    await fire(desk, source, "a", "b")
    other = Storage.open(database_url)
    try:
        work = enter(desk)
        await asyncio.gather(
            *(each.write(lambda tx: work(tx.boards)) for each in (desk.storage, other) for _ in range(3))
        )
    finally:
        await other.close()
    (boards,) = await desk.storage.read(
        lambda tx: tx.run_raw("SELECT count(*) AS cards FROM card WHERE kind = 'board'").all()
    )
    assert boards.cards == 1


async def test_two_processes_settle_each_card_once(desk: Desk, source: Source, database_url: str) -> None:
    names = [f"alert {number}" for number in range(20)]
    await fire(desk, source, *names)
    await resolve(desk, source, *names)

    def settle(tx: Transaction) -> int:
        return tx.boards.settle_over(CHANNEL)

    other = Storage.open(database_url)
    try:
        settled = await asyncio.gather(*(each.write(settle) for each in (desk.storage, other)))
    finally:
        await other.close()
    assert sum(settled) == len(names)


async def test_two_processes_give_one_cause_one_group(desk: Desk, source: Source, database_url: str) -> None:
    shared = msgspec.structs.replace(source, card=CardShape.GROUP)
    other = Desk(Storage.open(database_url), desk.clock, desk.project, desk.rules, followers=desk.followers)
    try:
        await asyncio.gather(
            *(
                take_in(each, [submission(shared, firing(f"{place} {number}", group_key="one cause"))])
                for number in range(5)
                for place, each in enumerate((desk, other))
            )
        )
    finally:
        await other.storage.close()
    (found,) = await desk.storage.read(
        lambda tx: tx.run_raw(
            "SELECT count(*) AS members, count(DISTINCT group_id) AS groups_,"
            " (SELECT count(*) FROM card) AS cards FROM alert"
        ).all()
    )
    assert (found.members, found.groups_, found.cards) == (10, 1, 1)
