"""Somebody else holds the database: 503, nothing promised is lost, and it goes on by itself."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import asyncpg
from sqlalchemy import make_url

from storage.engine import is_sqlite, sqlite_path
from tests.chaos.aftermath import aftermath
from tests.chaos.crew import Crew, at_work
from tests.chaos.house import House
from tests.chaos.trouble import endure


@asynccontextmanager
async def locked(database_url: str) -> AsyncIterator[None]:
    """Nobody else can write while the block lasts."""
    if is_sqlite(database_url):
        with closing(
            sqlite3.connect(
                sqlite_path(database_url), timeout=30, isolation_level=None, check_same_thread=False
            )
        ) as held:
            await asyncio.to_thread(held.execute, "BEGIN EXCLUSIVE")
            yield
            held.execute("ROLLBACK")
        return
    url = make_url(database_url)
    connection = await asyncpg.connect(user=url.username, database=url.database, host=url.query["host"])
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE alert, audit, card, event, project IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await connection.close()


async def test_a_locked_database_is_told_and_survived(house: House) -> None:
    await house.start_ready()
    async with Crew(house, seed=2, stories=8) as crew:
        async with at_work(crew.senders), at_work(crew.people):
            await endure(house, crew.book, locked(house.database_url))
        _, violations = await aftermath(house, crew.book)
    assert not violations


async def test_killed_while_the_database_is_locked(house: House) -> None:
    await house.start_ready()
    async with Crew(house, seed=3, stories=8) as crew:
        async with at_work(crew.senders):
            async with locked(house.database_url):
                house.kill()
                crew.book.died()
            await house.start_ready()
        _, violations = await aftermath(house, crew.book)
    assert not violations
