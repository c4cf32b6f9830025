"""What people and delivery ask all the time is found in an index: it costs the same however much there is."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.alert.search import OPEN_ALERTS
from storage import schema
from storage.engine import Storage
from storage.transaction import Transaction

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
ASKED: dict[str, Callable[[Transaction], object]] = {
    "list of open alerts": lambda tx: tx.alerts.listing(1, OPEN_ALERTS),
    "count of open alerts": lambda tx: tx.alerts.count(1, OPEN_ALERTS),
    "cards by lane": lambda tx: tx.channels.dirty_by_lane(1),
    "longest waiting card": lambda tx: tx.channels.oldest_due(now=NOW),
    "next card of a channel": lambda tx: tx.channels.next_due(1),
    "channels with a card": lambda tx: tx.channels.due(now=NOW),
    "anything left in a channel": lambda tx: tx.channels.is_done(1),
}


@pytest.mark.parametrize("what", ASKED)
async def test_nothing_is_sorted_and_no_table_of_alerts_or_cards_is_read_through(
    what: str, sqlite_url: str
) -> None:
    await schema.upgrade(sqlite_url)
    storage = Storage.open(sqlite_url)
    said: list[str] = []

    def look(tx: Transaction) -> list[str]:
        driver: Any = tx.run_raw("SELECT 1").connection.connection.driver_connection
        driver.set_trace_callback(said.append)
        ASKED[what](tx)
        driver.set_trace_callback(None)
        return [row[3] for asked in list(said) for row in driver.execute(f"EXPLAIN QUERY PLAN {asked}")]

    steps = await storage.read(look)
    await storage.close()
    assert steps
    assert [step for step in steps if step in {"SCAN alert", "SCAN card"} or "ORDER BY" in step] == []
    assert all("USING" in step for step in steps if step.startswith(("SEARCH alert", "SEARCH card")))
