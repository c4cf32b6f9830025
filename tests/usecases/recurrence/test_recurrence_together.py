"""Two processes on one PostgreSQL take alerts in while people act: nothing is lost from the sums."""

import asyncio
from typing import Any, Final

import pytest

from bot.clock import ManualClock
from bot.domain.errors import ConflictError, NotFoundError
from bot.usecases.admin.startup import open_desk
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.desk import Desk, Rules
from bot.usecases.intake import queue
from bot.usecases.intake.queue import take_in
from storage.engine import Storage
from tests.conftest import CHANNEL, SIGNING_KEY
from tests.senders import ANNA, BEN, add_source, firing, resolved, submission

ROUNDS: Final = 12
_TRUTH: Final = """
    SELECT r.id, r.occurrences, r.episodes, r.flaps, r.acks, r.resolves, r.self_resolves,
        (SELECT count(*) FROM event e WHERE e.recurrence_id = r.id AND e.status = 'firing'),
        (SELECT count(*) FROM event e WHERE e.recurrence_id = r.id AND e.verdict = 'opened'),
        (SELECT count(*) FROM event e WHERE e.recurrence_id = r.id AND e.verdict = 'reopened'),
        (SELECT count(*) FROM alert a WHERE a.recurrence_id = r.id AND a.first_acked_at IS NOT NULL),
        (SELECT count(*) FROM alert a WHERE a.recurrence_id = r.id AND a.state = 'resolved'),
        (SELECT count(*) FROM alert a WHERE a.recurrence_id = r.id AND a.state = 'resolved'
            AND a.owner IS NULL AND a.resolved_by LIKE 'source:%')
    FROM recurrence r ORDER BY r.id
"""


@pytest.fixture
async def desks(postgres_url: str, clock: ManualClock) -> list[Desk]:
    """The same desk, opened twice."""
    rules = Rules(default_channel_id=CHANNEL)
    return [
        await open_desk(Storage.open(postgres_url), clock, rules=rules, signing_key=SIGNING_KEY)
        for _ in range(2)
    ]


async def test_sums_equal_the_rows_they_sum_up(desks: list[Desk]) -> None:
    source = await add_source(desks[0])

    async def say(desk: Desk, turn: int) -> None:
        names = [f"x{turn % 3}", f"x{(turn + 1) % 3}"]
        await take_in(desk, [submission(source, *map(firing, names), key=f"{id(desk)}{turn}")])
        if turn % 3 == 2:
            await take_in(desk, [submission(source, *map(resolved, names), key=f"r{id(desk)}{turn}")])

    async def act(desk: Desk, turn: int) -> None:
        doing = (alerts.acknowledge, alerts.unacknowledge, alerts.resolve)[turn % 3]
        try:
            await doing(desk, turn % 3 + 1, actor=(ANNA, BEN)[turn % 2])
        except (ConflictError, NotFoundError):
            return

    try:
        await asyncio.gather(
            *(each(desk, turn) for turn in range(ROUNDS) for desk in desks for each in (say, act))
        )
        await require_truth(desks[0], 3)
    finally:
        for desk in desks:
            await desk.storage.close()


async def test_what_two_begin_at_once_is_begun_once_and_counted_twice(
    desks: list[Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = await add_source(desks[0])
    tries, plain = 0, queue._write

    def write(*args: Any) -> Any:
        nonlocal tries
        tries += 1
        return plain(*args)

    monkeypatch.setattr(queue, "_write", write)
    try:
        for turn in range(ROUNDS):
            fresh = [firing(f"both {turn}"), firing(f"both {turn} again")]
            said = [[submission(source, *fresh, key=f"{number} {turn}")] for number in range(len(desks))]
            receipts = await asyncio.gather(*map(take_in, desks, said))
            assert receipts[0][0].alerts[0].ref == receipts[1][0].alerts[0].ref
        await require_truth(desks[0], 2 * ROUNDS)
    finally:
        for desk in desks:
            await desk.storage.close()
    assert tries > 2 * ROUNDS, "none was in the other's way: this shows nothing"


async def require_truth(desk: Desk, count: int) -> None:
    """So many recurrences, each with the numbers of its rows."""
    rows = await desk.storage.read(lambda tx: tx.run_raw(_TRUTH).all())
    assert len(rows) == count
    for row in rows:
        numbers = tuple(row)[1:]
        assert numbers[:6] == numbers[6:]
