"""Two desks on one PostgreSQL database: the standby takes over, nothing is lost and nothing doubled.

``CHAOS_FAILOVERS`` says how often the active one is killed (a few in the ordinary test run).
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from tests.chaos.house import House
from tests.chaos.pair import Pair
from tests.chaos.process import CLOCK, PATIENCE, Process
from tests.chaos.test_lock import connect
from tests.waiting import until

TAKE_OVER: Final = 10.0  # seconds
KILLS: Final = int(os.environ.get("CHAOS_FAILOVERS", "2"))


@pytest.fixture
async def pair(tmp_path: Path, postgres_url: str) -> AsyncIterator[Pair]:
    async with House(tmp_path, postgres_url) as house:
        made = Pair(house)
        door = made.start("ingress")
        try:
            await made.active.ready()
            await door.ready()
            yield made
        finally:
            for process in (door, made.active):
                process.kill()


async def test_the_standby_takes_over_from_a_killed_desk(pair: Pair) -> None:
    took: list[float] = []
    for _ in range(KILLS):
        standby = pair.start("desk")
        try:

            async def waits(process: Process = standby) -> bool:
                return b"standing_by" in process.log.read_bytes()

            await until(waits, "the second desk to stand by", PATIENCE)
            assert not standby.is_ready
            await pair.fire(5)
            pair.active.kill()
            began = CLOCK.monotonic()
            await pair.fire(5)
            await until(pair.all_shown, "the standby to show all", PATIENCE)
            took.append(CLOCK.monotonic() - began)
        finally:
            pair.active.kill()
            pair.active = standby
    assert {name: count for name, count in (await pair.shown()).items() if count > 1} == {}
    print(f"\ntake-over until all was shown, seconds: {sorted(round(each, 1) for each in took)}")  # noqa: T201


async def test_a_desk_whose_connections_are_cut_takes_its_lock_back(pair: Pair, postgres_url: str) -> None:
    connection = await connect(postgres_url)
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tocsin desk'"
        )
    finally:
        await connection.close()

    async def back() -> bool:
        return b"desk_lock_regained" in pair.active.log.read_bytes()

    await until(back, "the lock to be taken back", PATIENCE)
    await pair.fire(3)
    await until(pair.all_shown, "all to be shown", PATIENCE)
    assert pair.active.alive
