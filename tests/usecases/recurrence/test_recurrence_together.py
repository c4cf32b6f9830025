"""Two processes on one PostgreSQL take alerts in while people act: nothing is lost from the sums."""

import asyncio
from typing import Final

import pytest

from bot.clock import ManualClock
from bot.domain.errors import ConflictError, NotFoundError
from bot.usecases.admin.startup import open_desk
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.desk import Desk, Rules
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
        rows = await desks[0].storage.read(lambda tx: tx.run_raw(_TRUTH).all())
        assert len(rows) == 3
        for row in rows:
            numbers = tuple(row)[1:]
            assert numbers[:6] == numbers[6:]
    finally:
        for desk in desks:
            await desk.storage.close()
