"""What is past its time goes, a little at a time; what is needed stays, and the audit log always."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

import msgspec
import pytest

from bot.clock import ManualClock
from bot.domain.audit import first_broken
from bot.domain.retention import Outdated, RetentionRules
from bot.usecases.admin import retention
from bot.usecases.desk import Desk
from storage import schema
from storage.engine import Storage
from storage.file import is_sqlite, sqlite_path
from storage.transaction import Transaction
from tests.senders import ANNA, Send, firing, resolved

DAY = timedelta(days=1)


def _counting(table: str) -> Callable[[Transaction], int]:
    return lambda tx: int(tx.run_raw("SELECT count(*) FROM " + table).scalar_one())  # noqa: S608 -- ours


async def count(desk: Desk, table: str) -> int:
    return int(await desk.storage.read(_counting(table)))


async def test_old_events_go_with_their_envelopes_but_not_those_of_open_alerts(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing("open"))
    await send(firing("over"))
    await send(resolved("over"))
    clock.advance(91 * DAY)
    await send(firing("fresh"))
    assert await retention.preview(desk) == Outdated(events=2, envelopes=2)
    assert await count(desk, "event") == 4
    assert await retention.sweep(desk, actor=ANNA) == Outdated(events=2, envelopes=2)
    assert (await count(desk, "event"), await count(desk, "envelope")) == (2, 2)
    assert (await retention.preview(desk)).total == 0
    assert await count(desk, "recurrence_day") == 3


async def test_an_old_alert_goes_unless_it_is_the_last_of_its_recurrence(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    for _ in range(2):
        await send(firing())
        await send(resolved())
        clock.advance(DAY)
    clock.advance(400 * DAY)
    gone = await retention.sweep(desk, actor=ANNA)
    assert (gone.events, gone.alerts) == (4, 1)
    assert (await count(desk, "alert"), await count(desk, "card")) == (1, 1)


async def test_the_audit_chain_holds_and_tells_of_the_sweep(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send(firing())
    await send(resolved())
    clock.advance(91 * DAY)
    before = await count(desk, "audit")
    await retention.sweep(desk, actor=ANNA)
    chain = await desk.storage.read(lambda tx: tx.audit.chain(desk.project.id))
    assert len(chain) == before + 1
    assert first_broken(chain) is None
    assert (chain[-1].entry.action, chain[-1].entry.actor) == ("retention.sweep", ANNA)


async def test_zero_is_for_ever(desk: Desk, send: Send, clock: ManualClock) -> None:
    desk.rules = msgspec.structs.replace(
        desk.rules, retention=RetentionRules(events=0 * DAY, ledger=0 * DAY, alerts=0 * DAY)
    )
    await send(firing())
    await send(resolved())
    clock.advance(9_000 * DAY)
    assert (await retention.sweep(desk, actor=ANNA)).total == 0


async def test_more_than_a_batch_goes_in_several_transactions(
    desk: Desk, send: Send, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)
    for number in range(5):
        await send(firing(f"a{number}"))
        await send(resolved(f"a{number}"))
    clock.advance(91 * DAY)
    assert await retention.sweep(desk, actor=ANNA) == Outdated(events=10, envelopes=10)


async def test_the_job_works_at_night(desk: Desk, send: Send, clock: ManualClock) -> None:
    await send(firing())
    await send(resolved())
    clock.advance(91 * DAY)
    assert await retention.nightly(desk) is None
    clock.advance(timedelta(hours=(retention.NIGHT - clock.now().hour) % 24))
    assert await retention.nightly(desk) == Outdated(events=2, envelopes=2)


async def test_sqlite_gives_space_back(storage: Storage, database_url: str) -> None:
    if not is_sqlite(database_url):
        return

    def fill(tx: Transaction) -> None:
        tx.run_raw("CREATE TABLE bulk (text TEXT)")
        tx.run_raw(
            "INSERT INTO bulk WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
            " SELECT hex(randomblob(500)) FROM n"
        )

    await storage.write(fill)
    await storage.write(lambda tx: tx.run_raw("DROP TABLE bulk") and None)
    path = sqlite_path(database_url)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA freelist_count").fetchone()[0] > 400
    await storage.give_back(256)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA freelist_count").fetchone()[0] == 0
    await storage.close()
    schema.pack(database_url)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA auto_vacuum").fetchone()[0] == 2


async def test_a_request_that_told_nothing_goes_with_the_events_of_its_time(
    desk: Desk, send: Send, clock: ManualClock
) -> None:
    await send()
    clock.advance(89 * DAY)
    assert (await retention.sweep(desk, actor=ANNA)).envelopes == 0
    clock.advance(2 * DAY)
    assert (await retention.sweep(desk, actor=ANNA)).envelopes == 1
