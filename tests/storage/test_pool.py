"""Connections that broke while they rested are replaced before anybody works on them."""

import asyncio

from sqlalchemy import text

from storage.engine import Storage
from storage.pool import open_pool
from storage.transaction import Transaction
from storage.writer import Turn

_END_ALL = (
    "SELECT count(pg_terminate_backend(pid, 20000)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def look(tx: Transaction) -> int:
    return len(tx.projects.listing())


async def end_all(url: str) -> None:
    """The server closes every connection but this one, as in a restart."""
    own = open_pool(url, 1)
    async with own.connect() as connection:
        await connection.execute(text(_END_ALL))
    await own.dispose()


async def test_what_the_server_closed_is_replaced(postgres_url: str) -> None:
    storage = Storage.open(postgres_url)
    await asyncio.gather(*(storage.read(look) for _ in range(3)))
    await storage.write(look, turn=Turn.DESK)
    await end_all(postgres_url)
    assert await storage.read(look) == await storage.write(look, turn=Turn.DESK)
    await storage.close()
