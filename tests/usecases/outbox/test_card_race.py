"""Whoever waits for a card decides by what is true after the wait (PostgreSQL shows what was true before)."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import make_url

from bot.usecases.desk import Desk
from bot.usecases.outbox import card as outbox
from tests.conftest import CHANNEL
from tests.senders import Send, firing, resolved

MESSAGE = 9_001
_RETURN = "UPDATE alert SET state = 'new'; UPDATE card SET wanted = wanted + 1"
_WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@pytest.fixture
def database_url(postgres_url: str) -> str:
    """SQLite's writers are alone."""
    return postgres_url


@pytest.fixture
async def rival(postgres_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Somebody else who writes."""
    url = make_url(postgres_url)
    connection = await asyncpg.connect(user=url.username, database=url.database, host=url.query["host"])
    yield connection
    await connection.close()


async def test_a_message_deleted_while_its_alert_comes_back_is_posted_again(
    desk: Desk, send: Send, rival: asyncpg.Connection
) -> None:
    await send(firing())
    task = await outbox.take(desk, CHANNEL, worker="w")
    assert isinstance(task, outbox.Task)
    await outbox.settle(desk, task.card, worker="w", message_id=MESSAGE, shown=1, pinged=False)
    await send(resolved())
    await rival.execute(f"BEGIN; {_RETURN}")
    deletion = asyncio.create_task(outbox.forget_message(desk, MESSAGE))
    while not await rival.fetchval(_WAITING):
        assert not deletion.done()
    await rival.execute("COMMIT")
    assert await deletion
    assert await outbox.channels_due(desk) == [CHANNEL]
