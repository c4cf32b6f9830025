"""What people and delivery ask all the time is found in an index: it costs the same however much there is."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, event

from bot.clock import ManualClock
from bot.domain.alert.search import OPEN_ALERTS
from bot.domain.recurrence.ranking import Query
from bot.domain.sight import Sight
from bot.usecases.admin.startup import open_desk
from storage import schema
from storage.engine import Storage
from storage.pool import LISTING
from storage.transaction import Transaction
from tests.bench.bench_ingest import count_again
from tests.bench.bench_open import write

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

SOME = replace(OPEN_ALERTS, sight=Sight(frozenset({1, 2, 3, 4})))
SEEN: dict[str, tuple[Callable[[Transaction], object], str]] = {
    "list of alerts": (lambda tx: tx.alerts.listing(1, SOME), "ix_alert_urgency"),
    "count of alerts": (lambda tx: tx.alerts.count(1, SOME), "ix_alert_urgency"),
    "count of recurrences": (
        lambda tx: tx.rankings.count(1, Query(sight=SOME.sight), now=NOW),
        "ix_recurrence_occurrences",
    ),
}
"""What is asked for somebody who sees only some channels, and the index that has the channel."""


@pytest.mark.parametrize("what", ASKED)
async def test_nothing_is_sorted_and_no_table_of_alerts_or_cards_is_read_through(
    what: str, sqlite_url: str
) -> None:
    steps = await plan(sqlite_url, ASKED[what])
    assert steps
    assert [step for step in steps if step in {"SCAN alert", "SCAN card"} or "ORDER BY" in step] == []
    assert all("USING" in step for step in steps if step.startswith(("SEARCH alert", "SEARCH card")))


@pytest.mark.parametrize("what", SEEN)
async def test_who_sees_some_channels_is_asked_of_an_index_that_has_them(what: str, sqlite_url: str) -> None:
    ask, index = SEEN[what]
    steps = await plan(sqlite_url, ask)
    asked = [step for step in steps if "alert" in step or "recurrence" in step]
    assert asked
    assert [step for step in asked if index not in step] == []


@pytest.mark.parametrize("what", [each for each in SEEN if each.startswith("count")])
async def test_what_is_counted_stands_in_the_index_on_postgresql_too(what: str, postgres_url: str) -> None:
    ask, index = SEEN[what]
    storage = Storage.open(postgres_url)
    await open_desk(storage, ManualClock(NOW))
    await schema.on_connection(postgres_url, fill)
    for order in ("VACUUM (TRUNCATE false) alert, recurrence", "ANALYZE"):  # to truncate would be a commit
        await asyncio.to_thread(count_again, postgres_url, order)
    steps = await storage.read(lambda tx: explained(tx, ask))
    await storage.close()
    (looked,) = (step for step in steps if " on alert" in step or " on recurrence" in step)
    assert f"Index Only Scan using {index}" in looked


async def test_who_reads_on_postgresql_reckons_with_memory_and_one_processor(postgres_url: str) -> None:
    storage = Storage.open(postgres_url)
    for name, wanted in LISTING.items():
        kept = await storage.read(lambda tx, name=name: tx.run_raw(f"SHOW {name}").scalar_one())  # type: ignore[misc]
        assert kept == wanted
    await storage.close()


def fill(connection: Connection) -> None:
    """Alerts and recurrences; as long as a commit may not be on disk, no page is said to be seen by all."""
    connection.exec_driver_sql("SET LOCAL synchronous_commit = on")
    write(connection, 2_000, 100)


def explained(tx: Transaction, ask: Callable[[Transaction], object]) -> list[str]:
    """The steps in which PostgreSQL answers what is asked, if the table is not so small that all is read."""
    connection = tx.run_raw("SET LOCAL enable_seqscan = off").connection
    said: list[tuple[str, Any]] = []

    def keep(*told: Any) -> None:
        said.append((told[2], told[3]))

    event.listen(connection, "before_cursor_execute", keep)
    ask(tx)
    event.remove(connection, "before_cursor_execute", keep)
    return [row[0] for asked, given in said for row in connection.exec_driver_sql(f"EXPLAIN {asked}", given)]


async def plan(url: str, ask: Callable[[Transaction], object]) -> list[str]:
    """The steps in which SQLite answers all that is asked."""
    await schema.upgrade(url)
    storage = Storage.open(url)
    said: list[str] = []

    def look(tx: Transaction) -> list[str]:
        driver: Any = tx.run_raw("SELECT 1").connection.connection.driver_connection
        driver.set_trace_callback(said.append)
        ask(tx)
        driver.set_trace_callback(None)
        return [row[3] for asked in list(said) for row in driver.execute(f"EXPLAIN QUERY PLAN {asked}")]

    steps = await storage.read(look)
    await storage.close()
    return steps
