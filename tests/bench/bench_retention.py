"""Retention: a sweep through a million events beside senders that go on sending.

    python -m tests.bench.bench_retention [--events 1000000] [--postgres]

Half of the events (and their requests) are past their time. Ingest runs in the same process, as in a desk:
first alone, then beside the sweep. A transaction is timed from its first statement until it is on disk.
"""

import argparse
import asyncio
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec

from bot import log
from bot.clock import SystemClock
from bot.domain import actor as actors
from bot.domain.alert.signal import Severity, Signal, Status
from bot.usecases.admin import retention
from bot.usecases.admin.startup import open_desk
from bot.usecases.desk import Desk, Rules
from bot.usecases.intake.queue import take_in
from storage import schema
from storage.codec import micros
from storage.engine import Storage, Work
from storage.file import is_sqlite, sqlite_path
from storage.transaction import Transaction
from storage.writer import Turn
from tests.bench.bench_ingest import databases, say
from tests.senders import add_source, submission

T = TypeVar("T")
BODY = '{"status":"firing","labels":{"alertname":"Old"},"said":"' + "x" * 400 + '"}'
BATCH = 20_000
ALONE = 5.0


class Timed(Storage):
    """Notes how long each transaction of the sweep takes."""

    longest = 0.0
    count = 0
    watching = False

    async def write(self, work: Work[T], *, turn: Turn = Turn.PERSON) -> T:
        begun = [0.0]
        clock = SystemClock()

        def timed(tx: Transaction) -> T:
            begun[0] = clock.monotonic()
            return work(tx)

        done = await super().write(timed, turn=turn)
        if self.watching and work.__module__ == retention.__name__:
            self.count += 1
            self.longest = max(self.longest, clock.monotonic() - begun[0])
        return done


def fill(tx: Transaction, desk: Desk, source_id: int, ids: range, half: int) -> None:
    """Events with a request each, one a minute and more, the older half past their time."""
    now, first, last = desk.clock.now(), ids.start, ids.stop - 1
    old, young = micros(now - timedelta(days=120)), micros(now - timedelta(days=1))
    numbers = f"WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})"  # noqa: S608 -- ours
    at = f"CASE WHEN i < {half} THEN {old} + i ELSE {young} + i END"
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    digest = f"substr('{letters}', 1 + i % 64, 1) || i"
    envelopes = (
        "digest, source_id, body, original_sha256, original_length, rules_version, redactions, received_at"
    )
    events = (
        "project_id, source_id, envelope_digest, position, status, severity, verdict, reason, preview,"
        " received_at"
    )
    project_id = desk.project.id
    request = f"{digest}, {source_id}, '{BODY}', 'x', 500, 1, 0, {at}"
    event = f"{project_id}, {source_id}, {digest}, 0, 'resolved', 'info', 'never_seen', '', 'Old: x', {at}"
    for table, columns, values in (("envelope", envelopes, request), ("event", events, event)):
        tx.run_raw(f"INSERT INTO {table} ({columns}) {numbers} SELECT {values} FROM n")  # noqa: S608 -- ours


async def ingest(desk: Desk, source_id: int, stop: asyncio.Event) -> float:
    """Alerts a second until ``stop``; ten a request, one request after the other."""
    source = await add_source(desk, f"load-{source_id}")
    clock = desk.clock
    began, count = clock.monotonic(), 0
    while not stop.is_set():
        signals = [
            Signal(status=Status.FIRING, name=f"a{count + place}", severity=Severity.INFO)
            for place in range(10)
        ]
        await take_in(desk, [submission(msgspec.structs.replace(source), *signals, key=str(count))])
        count += 10
    return count / (clock.monotonic() - began)


async def measure(database: str, events: int) -> None:
    """Fill, then sweep."""
    await schema.upgrade(database)
    storage = Timed.open(database)
    assert isinstance(storage, Timed)
    desk = await open_desk(storage, SystemClock(), rules=Rules(default_channel_id=1), signing_key=b"k" * 32)
    source = await add_source(desk, "old")
    for first in range(0, events, BATCH):
        ids = range(first, min(first + BATCH, events))
        await storage.write(partial(fill, desk=desk, source_id=source.id, ids=ids, half=events // 2))
    size = _size(database)
    stop = asyncio.Event()
    alone = asyncio.create_task(ingest(desk, 1, stop))
    await desk.clock.sleep(ALONE)
    stop.set()
    rate_alone = await alone
    stop = asyncio.Event()
    beside = asyncio.create_task(ingest(desk, 2, stop))
    storage.watching = True
    began = desk.clock.monotonic()
    gone = await retention.sweep(desk, actor=actors.job("bench"))
    took = desk.clock.monotonic() - began
    stop.set()
    rate_beside = await beside
    say(
        f"{events:,} events: {gone.events:,} events and {gone.envelopes:,} requests went in {took:.0f} s and"
        f" {storage.count:,} transactions, the longest {storage.longest * 1_000:.0f} ms"
    )
    say(f"ingest: {rate_alone:,.0f} alerts/s alone, {rate_beside:,.0f} beside the sweep")
    if size:
        say(f"file: {size / 2**20:,.0f} MiB before, {_size(database) / 2**20:,.0f} MiB after")
    await storage.close()


def _size(database: str) -> int:
    """Of an embedded file, its journal left out; 0 for a server's."""
    return Path(sqlite_path(database)).stat().st_size if is_sqlite(database) else 0


def main() -> None:
    """Measure and show."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bench_retention", description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL server of its own")
    args = parser.parse_args()
    log.set_up("warning", "json")
    with databases(postgres=args.postgres) as addresses:
        asyncio.run(measure(next(addresses), args.events))


if __name__ == "__main__":
    main()
