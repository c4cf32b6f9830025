"""Somebody else holds the database: 503, nothing promised is lost, and it goes on by itself."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Final

import asyncpg
from sqlalchemy import make_url

from storage.file import is_sqlite, sqlite_path
from tests.chaos.aftermath import aftermath
from tests.chaos.crew import Crew, at_work
from tests.chaos.house import House
from tests.chaos.result import in_words
from tests.chaos.trouble import endure, progress, start_in

_CUTS: Final = 5


async def connect(database_url: str) -> asyncpg.Connection:
    """A connection of our own to PostgreSQL."""
    url = make_url(database_url)
    return await asyncpg.connect(user=url.username, database=url.database, host=url.query["host"])


@asynccontextmanager
async def locked(database_url: str) -> AsyncIterator[None]:
    """Nobody else can write while the block lasts."""
    if is_sqlite(database_url):
        path = sqlite_path(database_url)
        with closing(
            sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        ) as ours:
            await asyncio.to_thread(ours.execute, "BEGIN EXCLUSIVE")
            yield
            ours.execute("ROLLBACK")
        return
    connection = await connect(database_url)
    try:
        while not await _take_all(connection):
            """The other side of a deadlock was at work: it is through now."""
        yield
        await connection.execute("ROLLBACK")
    finally:
        await connection.close()


async def _take_all(connection: asyncpg.Connection) -> bool:
    """Lock every table that matters; False when PostgreSQL broke a deadlock with whoever is at work."""
    await connection.execute("BEGIN")
    try:
        await connection.execute("LOCK TABLE alert, audit, card, event, project IN ACCESS EXCLUSIVE MODE")
    except asyncpg.DeadlockDetectedError:
        await connection.execute("ROLLBACK")
        return False
    return True


async def cut_lines(database_url: str) -> None:
    """PostgreSQL ends every connection but ours."""
    connection = await connect(database_url)
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    finally:
        await connection.close()


async def test_a_locked_database_is_told_and_survived(house: House) -> None:
    await house.start_ready()
    async with Crew(house, seed=2, stories=8) as crew:
        async with at_work(crew.senders), at_work(crew.people):
            await endure(house, crew.book, locked(house.database_url))
        _, violations = await aftermath(house, crew.book)
    assert not violations, in_words(violations)


async def test_started_while_the_database_is_locked(tmp_path: Path, sqlite_url: str) -> None:
    async with House(tmp_path, sqlite_url) as house:
        await house.start_ready()
        async with Crew(house, seed=3, stories=8) as crew:
            async with at_work(crew.senders):
                await progress(crew.book)
                await start_in(house, crew.book, locked(sqlite_url))
            _, violations = await aftermath(house, crew.book)
    assert not violations, in_words(violations)


async def test_broken_connections_are_replaced(tmp_path: Path, postgres_url: str) -> None:
    async with House(tmp_path, postgres_url) as house:
        await house.start_ready()
        async with Crew(house, seed=9, stories=8, refusals_are_doubts=True) as crew:
            async with at_work(crew.senders), at_work(crew.people):
                for _ in range(_CUTS):
                    await progress(crew.book)
                    await cut_lines(postgres_url)
                await progress(crew.book)
            _, violations = await aftermath(house, crew.book)
    assert not violations, in_words(violations)
