"""A ranking that walks from the largest sums on and stops early is the one that adds up everything."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import delete, insert

from bot.clock import ManualClock
from bot.domain.recurrence.ranking import Query, RankingWindow, Sort
from bot.domain.sight import NOTHING
from bot.usecases.desk import Desk
from bot.usecases.recurrence import query as recurrences
from storage.codec import micros
from storage.recurrence import ranking, words
from storage.recurrence.recurrence import DAY_US, HOUR_US
from storage.table.recurrence import recurrence, recurrence_day, recurrence_hour
from storage.transaction import Transaction
from tests.senders import add_source

MANY = 60
SUMS = ("occurrences", "self_resolves", "attention_us")


def fill(tx: Transaction, project_id: int, source_id: int, now_us: int) -> None:
    """Recurrences with many ties, some with a long past and little present."""
    dice = Random(3)  # noqa: S311 -- the same rows each time
    connection = tx.rankings._connection  # rows as many days of use would have left them
    for key in range(1_001, 1_001 + MANY):
        total: dict[str, int] = dict.fromkeys(SUMS, 0)
        counts: dict[tuple[Any, str, int], dict[str, int]] = {}
        for _ in range(dice.randint(1, 4)):
            at = now_us - dice.choice([0, 0, 2 * HOUR_US, 3 * DAY_US, 20 * DAY_US, 70 * DAY_US])
            added = {name: dice.choice([0, 1, 1, 1, 30]) for name in SUMS}
            hour, day = (recurrence_hour, "hour", at // HOUR_US), (recurrence_day, "day", at // DAY_US)
            for which in (hour, day):
                known = counts.setdefault(which, dict.fromkeys(SUMS, 0))
                known.update({name: known[name] + added[name] for name in SUMS})
            total = {name: total[name] + added[name] for name in SUMS}
        connection.execute(
            insert(recurrence).values(
                id=key, project_id=project_id, source_id=source_id, signature=f"s{key}", name=f"n{key}",
                namespace="", service="", target="", episodes=1, duplicates=0, flaps=0, first_seen_at=0,
                last_seen_at=now_us, noise_votes=dice.choice([0, 0, 0, 1, 2]), **total,
            )
        )  # fmt: skip
        for (table, column, period), sums in counts.items():
            row = {"recurrence_id": key, column: period, "episodes": 1, **sums}
            connection.execute(insert(table).values(row))


@pytest.mark.parametrize("sort", Sort)
async def test_the_walk_finds_what_adding_up_all_finds(
    desk: Desk, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, sort: Sort
) -> None:
    source = await add_source(desk)
    clock.advance(timedelta(days=100))
    now_us = micros(clock.now())
    await desk.storage.write(lambda tx: fill(tx, desk.project.id, source.id, now_us))
    for window in RankingWindow:
        query = Query(window=window, sort=sort)
        monkeypatch.setattr(ranking, "_FEW", MANY)
        added_up = [await pages(desk, query, limit) for limit in (1, 7, MANY + 5)]
        monkeypatch.setattr(ranking, "_FEW", 0)
        for steps in ((2, 5, 9), (8, 16, 32), (MANY, 500)):
            monkeypatch.setattr(ranking, "_STEPS", steps)
            assert [await pages(desk, query, limit) for limit in (1, 7, MANY + 5)] == added_up


async def pages(desk: Desk, query: Query, limit: int) -> list[list[int]]:
    """Two pages of the ranking."""
    return [
        [
            line.recurrence.id
            for line in (await recurrences.listing(desk, query, offset=offset, limit=limit)).lines
        ]
        for offset in (0, limit)
    ]


async def test_with_many_alike_the_walk_ends_at_its_first_step(
    desk: Desk, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = await add_source(desk)
    now_us = micros(clock.now())

    def work(tx: Transaction) -> None:
        fill(tx, desk.project.id, source.id, now_us)
        for table in (recurrence_hour, recurrence_day):
            tx.rankings._connection.execute(delete(table))
        tx.rankings._connection.execute(recurrence.update().values(attention_us=0))

    await desk.storage.write(work)
    monkeypatch.setattr(ranking, "_FEW", 0)
    monkeypatch.setattr(ranking, "_STEPS", (16,))
    monkeypatch.setattr(ranking.Rankings, "_added_up", None)  # not even asked
    page = await recurrences.listing(desk, Query(sort=Sort.ATTENTION))
    assert [line.recurrence.id for line in page.lines] == list(range(1_001, 1_011))


@pytest.mark.parametrize("sort", Sort)
async def test_words_are_found_in_the_order_of_the_ranking(
    desk: Desk, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, sort: Sort
) -> None:
    source = await add_source(desk)
    clock.advance(timedelta(days=100))
    await desk.storage.write(lambda tx: fill(tx, desk.project.id, source.id, micros(clock.now())))
    for window in RankingWindow:
        everything = (await recurrences.listing(desk, Query(window=window, sort=sort), limit=MANY)).lines
        for text in ("n10", "N103", "n1007", "%", "nowhere"):
            query = Query(window=window, sort=sort, text=text)
            wanted = [each.recurrence.id for each in everything if text.lower() in each.recurrence.name]
            for few, steps in ((MANY, ()), (0, (2, 5, 9)), (0, (MANY, 500)), (0, ())):
                monkeypatch.setattr(ranking, "_FEW", few)
                monkeypatch.setattr(ranking, "_STEPS", steps)
                assert await pages(desk, query, 4) == [wanted[:4], wanted[4:8]]
                page = await recurrences.listing(desk, query)
                assert (page.total, page.complete) == (len(wanted), True)


async def test_of_more_words_are_looked_for_in_the_first_and_the_newest(
    desk: Desk, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = await add_source(desk)
    await desk.storage.write(lambda tx: fill(tx, desk.project.id, source.id, micros(clock.now())))
    monkeypatch.setattr(words, "SEARCHED_AMONG", 5)
    everything = (await recurrences.listing(desk, Query(window=RankingWindow.DAY), limit=MANY)).lines
    sums = sorted(everything, key=lambda each: (-each.recurrence.occurrences, each.recurrence.id))
    newest = range(1_001 + MANY - 5, 1_001 + MANY)
    wanted = {*(each.recurrence.id for each in sums[:5]), *newest}
    page = await recurrences.listing(desk, Query(window=RankingWindow.DAY, text="N1"), limit=MANY)
    found = [each.recurrence.id for each in page.lines]
    assert found == [each.recurrence.id for each in everything if each.recurrence.id in wanted]
    assert (page.total, page.complete) == (len(wanted), False)
    monkeypatch.setattr(words, "SEARCHED_AMONG", MANY)
    page = await recurrences.listing(desk, Query(window=RankingWindow.DAY, text="N1"), limit=MANY)
    assert (page.total, page.complete) == (MANY, True)


async def test_nobody_finds_by_words_what_they_do_not_see(desk: Desk, clock: ManualClock) -> None:
    source = await add_source(desk)
    await desk.storage.write(lambda tx: fill(tx, desk.project.id, source.id, micros(clock.now())))
    assert (await recurrences.listing(desk, Query(text="n1", sight=NOTHING))).total == 0


async def test_a_list_counts_no_further_than_it_says(
    desk: Desk, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = await add_source(desk)
    now_us = micros(clock.now())
    await desk.storage.write(lambda tx: fill(tx, desk.project.id, source.id, now_us))
    assert (await recurrences.listing(desk, Query())).total == MANY
    monkeypatch.setattr(ranking, "COUNTED_TO", MANY - 1)
    assert (await recurrences.listing(desk, Query())).total == MANY - 1
