"""Whoever waits in front of a screen writes before all that waits already; proved by order, never by time."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from typing import Final

import asyncpg
import pytest
from sqlalchemy import make_url

from bot.usecases.desk import Desk
from bot.usecases.intake.queue import Intake
from storage.engine import Storage
from storage.transaction import Transaction
from storage.writer import Turn
from tests.senders import add_source, firing, submission

CROWD: Final = 40  # more than there are connections
_LOCK: Final = 4711


class Jam:
    """Bulk and delivery's work that is stuck in the database until `end`."""

    def __init__(self, storage: Storage, lock: asyncpg.Connection | None) -> None:
        self._storage = storage
        self._lock = lock
        self._open = threading.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.order: list[str] = []

    async def begin(self) -> None:
        """Only what is under way is stuck on SQLite, where one writes at a time; all of it on PostgreSQL."""
        under_way = asyncio.Event()
        loop = asyncio.get_running_loop()

        def stick(tx: Transaction) -> None:
            loop.call_soon_threadsafe(under_way.set)
            if self._lock is None:
                self._open.wait(20)
            else:
                tx.run_raw(f"SELECT pg_advisory_xact_lock({_LOCK})")
            self.order.append("jam")

        for turn in (Turn.BULK, Turn.DESK):
            self._tasks += [asyncio.create_task(self._storage.write(stick, turn=turn)) for _ in range(CROWD)]
        await under_way.wait()

    async def end(self) -> None:
        self._open.set()
        if self._lock is not None:
            await self._lock.execute(f"SELECT pg_advisory_unlock({_LOCK})")
        await asyncio.gather(*self._tasks, return_exceptions=True)  # some may have waited too long

    def note(self, word: str) -> None:
        self.order.append(word)


@pytest.fixture
async def jam(storage: Storage, database_url: str) -> AsyncIterator[Jam]:
    url = make_url(database_url)
    lock = None
    if url.get_backend_name() == "postgresql":
        lock = await asyncpg.connect(user=url.username, database=url.database, host=url.query["host"])
        await lock.execute(f"SELECT pg_advisory_lock({_LOCK})")
    yield Jam(storage, lock)
    if lock is not None:
        await lock.close()


async def test_people_write_before_everything_that_waits(storage: Storage, jam: Jam) -> None:
    await jam.begin()
    people = [asyncio.create_task(storage.write(lambda _: jam.note("person"))) for _ in range(5)]
    if storage.dialect == "postgresql":
        await asyncio.gather(*people)  # on connections of their own: nobody has to make room first
    else:
        await asyncio.wait(people, timeout=0)
    await jam.end()
    await asyncio.gather(*people)
    assert jam.order.index("person") <= (0 if storage.dialect == "postgresql" else 1)
    first_after = jam.order[jam.order.index("person") :][:5]
    assert first_after == ["person"] * 5


async def test_what_channels_have_to_show_is_written_before_what_comes_in(sqlite_url: str) -> None:
    storage = Storage.open(sqlite_url)
    opened = threading.Event()
    order: list[Turn] = []

    def note(turn: Turn) -> Callable[[Transaction], None]:
        return lambda _: order.append(turn)

    blocking = asyncio.create_task(storage.write(lambda _: opened.wait(20)))
    turns = (Turn.BULK, Turn.DESK, Turn.PERSON, Turn.BULK)
    running = [asyncio.create_task(storage.write(note(turn), turn=turn)) for turn in turns]
    await asyncio.wait(running, timeout=0)
    opened.set()
    await asyncio.gather(blocking, *running)
    assert order == sorted(turns)
    await storage.close()


async def test_a_person_waits_for_one_batch_at_most_however_many_alerts_wait(desk: Desk) -> None:
    source, intake = await add_source(desk), Intake(desk)
    crowd = [submission(source, *(firing(f"{n}-{each}") for each in range(100))) for n in range(40)]
    coming = [asyncio.create_task(intake.take(each)) for each in crowd]
    while not intake.commits:
        await asyncio.wait({asyncio.get_running_loop().create_future()}, timeout=0.001)
    batches_before = intake.commits
    await desk.storage.write(lambda tx: tx.projects.touch(desk.project.id, now=desk.clock.now()))
    assert intake.commits - batches_before <= 1
    await asyncio.gather(*coming)
    assert intake.commits >= 40 * 100 / 500
