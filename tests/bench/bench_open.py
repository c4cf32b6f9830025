"""What people's lists cost as open alerts grow: ``python -m tests.bench open 1000 100000``.

For each number it fills a SQLite file with so many open alerts, a tenth of them critical and half of those
taken, each with a card in one of eight channels, and prints milliseconds for the first and the tenth page of
`/alert list`, as an administrator and as somebody who sees half of the channels gets it, for what is read by
`/status`, and for what is counted every few seconds for the metrics. Nothing should grow.
"""

import asyncio
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from bot.clock import ManualClock
from bot.domain.alert.search import OPEN_ALERTS
from bot.domain.sight import Sight
from bot.usecases.admin import status
from bot.usecases.admin.startup import open_desk
from bot.usecases.alert import query as alerts
from storage import schema
from storage.codec import micros
from storage.engine import Storage
from tests.bench.bench_recurrence import measure

NOW: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
TARGETS: Final = "targets with 100,000 open: list <= 15 ms, what /status reads <= 30 ms"
DEFAULT: Final = ("1000", "100000")
RUNS: Final = 60
_ALERT: Final = """
    INSERT INTO alert (id, project_id, source_id, recurrence_id, signature, state, severity, severity_word,
        name, summary, description, labels, links, namespace, service, target, group_key, occurrences, flaps,
        opened_at, last_seen_at, acked_at, first_acked_at, owner, owner_name, channel_id)
    VALUES (?, 1, 1, 1, ?, ?, ?, '', ?, 'error ratio is 9%', 'above 5% for 2m', '{}', '[]', 'shop',
        'checkout', ?, '', 3, 0, ?, ?, ?, ?, ?, ?, ?)
"""
_CARD: Final = """
    INSERT INTO card (id, project_id, kind, subject_id, channel_id, message_id, wanted, shown, lane,
        generation, failures, pinged, dirty_since, sent_at)
    VALUES (?, 1, 'alert', ?, ?, ?, 1, 1, 2, 1, 0, 0, ?, ?)
"""


def _alerts(count: int) -> Iterator[tuple[object, ...]]:
    for key in range(1, count + 1):
        at = micros(NOW - timedelta(seconds=count - key))
        severity = "critical" if key % 10 == 0 else "warning" if key % 3 else "info"
        taken = key % 20 == 0
        person = (at, at, "person:7", "Anna") if taken else (None,) * 4
        state = "acked" if taken else "new"
        yield (
            *(key, f"signature-{key:012}", state, severity, f"HighErrorRate{key % 500}", f"node-{key}"),
            *(at, at, *person, 1 + key % 8),
        )


def fill(path: Path, count: int) -> None:
    """Write them as intake and delivery would have."""
    database = sqlite3.connect(path)
    database.execute("PRAGMA foreign_keys=OFF")
    database.executemany(_ALERT, _alerts(count))
    at = micros(NOW)
    database.executemany(_CARD, ((key, key, 1 + key % 8, 10**9 + key, at, at) for key in range(1, count + 1)))
    database.commit()
    database.close()


async def bench(folder: Path, count: int) -> None:
    """One number of open alerts."""
    url = f"sqlite:///{folder}/{count}.db"
    await schema.upgrade(url)
    await asyncio.to_thread(fill, folder / f"{count}.db", count)
    storage = Storage.open(url)
    desk = await open_desk(storage, ManualClock(NOW))
    print(f"{count:,} open alerts; {TARGETS}")
    some = msgspec.structs.replace(OPEN_ALERTS, sight=Sight(frozenset({1, 2, 3, 4})))
    await measure("list, first page", lambda _: alerts.listing(desk), RUNS)
    await measure("list, tenth page", lambda _: alerts.listing(desk, offset=90), RUNS)
    await measure("list, of half of the channels", lambda _: alerts.listing(desk, some), RUNS)
    await measure("status, condition (metrics too)", lambda _: status.condition(desk), RUNS)
    await measure("status, standing", lambda _: status.standing(desk), RUNS)
    await storage.close()


def main() -> None:
    """Measure all numbers that were asked for."""
    with tempfile.TemporaryDirectory() as folder:
        for count in sys.argv[1:] or DEFAULT:
            asyncio.run(bench(Path(folder), int(count)))


if __name__ == "__main__":
    main()
