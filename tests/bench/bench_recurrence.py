"""What looking back costs as the database grows: ``python -m tests.bench recurrence 100000 100000+100000``.

For each number of events it fills a SQLite file of 10,000 recurrences over 90 days, some hot and most not,
and with so many more as stand behind ``+`` that fired once within the last day, as after a storm. It prints
the bytes of the file by event, then milliseconds for the ranking, for one recurrence without its picture, and
for the memory line of a new card, as the desk's own readers take them. Nothing should grow.
"""

import asyncio
import random
import sqlite3
import sys
import tempfile
from bisect import bisect
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from statistics import quantiles
from time import perf_counter, process_time

from bot.clock import ManualClock
from bot.domain.recurrence.ranking import Query, RankingWindow, Sort
from bot.usecases.admin.startup import open_desk
from bot.usecases.desk import Desk
from bot.usecases.recurrence import query as recurrences
from bot.usecases.view import memory_of
from storage import schema
from storage.codec import micros
from storage.engine import Storage
from storage.transaction import Transaction

RECURRENCES = 10_000
DAYS = 90
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
EPISODE = 10  # events: one that opens, eight repeats, one that resolves
BODY = '{"version":"4","status":"firing","alerts":[{"labels":{"alertname":"HighErrorRate"}}],"filler":"%s"}'
LABELS = (
    '{"alertname":"HighErrorRate","cluster":"eu-1","namespace":"shop","service":"checkout","pod":"cart-%d"}'
)
DEFAULT = ("20000", "100000", "100000+100000")
RUNS = 200


def episodes(events: int) -> Iterator[tuple[int, int]]:
    """Pairs of time (microseconds) and recurrence, in the order of time; a few recurrences are hot."""
    dice = random.Random(1)  # noqa: S311 -- the same figures each time
    heat = list(accumulate(1 / (rank + 20) ** 0.6 for rank in range(RECURRENCES)))
    start, span = micros(NOW - timedelta(days=DAYS)), DAYS * 86_400_000_000
    times = sorted(start + int(dice.random() * span) for _ in range(events // EPISODE))
    for at in times:
        yield at, bisect(heat, dice.random() * heat[-1]) + 1


def fill(path: Path, events: int, once: int) -> None:
    """Write everything but the sums as intake would have, and add up the rest in SQL."""
    database = sqlite3.connect(path)
    database.execute("PRAGMA synchronous=OFF")
    database.execute("PRAGMA foreign_keys=OFF")
    lives = list(enumerate(episodes(events), 1))
    database.executemany(_RECURRENCE, map(_recurrence, range(1, RECURRENCES + 1)))
    database.executemany(_ALERT, map(_alert, lives))
    database.executemany(_ENVELOPE, _envelopes(lives))
    database.executemany(_EVENT, _events(lives))
    database.executescript(_SUMS)
    database.executemany(_ONCE, (_fired_once(key) for key in range(RECURRENCES + 1, RECURRENCES + once + 1)))
    database.executescript(_COUNTS_OF_ONCE % {"first": RECURRENCES})
    database.commit()
    database.execute("VACUUM")
    database.close()


_ENVELOPE = """
    INSERT INTO envelope (digest, source_id, body, original_sha256, original_length, rules_version,
        redactions, received_at)
    VALUES (?, 1, ?, ?, 900, 1, 0, ?)
"""
_RECURRENCE = """
    INSERT INTO recurrence (id, project_id, source_id, signature, name, namespace, service, target,
        occurrences, episodes, duplicates, flaps, first_seen_at, last_seen_at)
    VALUES (?, 1, 1, ?, ?, 'shop', 'checkout', ?, 0, 0, 0, 0, 0, 0)
"""
_ALERT = """
    INSERT INTO alert (id, project_id, source_id, recurrence_id, signature, state, severity, severity_word,
        name, summary, description, labels, links, namespace, service, target, group_key, occurrences, flaps,
        opened_at, last_seen_at, first_acked_at, acked_at, resolved_at, resolved_by, resolved_by_name, owner,
        owner_name, note, note_by, note_by_name)
    VALUES (?, 1, 1, ?, ?, 'resolved', 'warning', '', ?, 'error ratio is 9%', 'above 5% for 2m', ?, '[]',
        'shop', 'checkout', ?, '{}:{alertname="HighErrorRate"}', 9, 0, ?, ?, ?, ?, ?, 'source:bench', 'bench',
        ?, ?, ?, ?, ?)
"""
_EVENT = """
    INSERT INTO event (project_id, source_id, recurrence_id, alert_id, envelope_digest, position, status,
        severity, verdict, reason, preview, received_at)
    VALUES (1, 1, ?, ?, ?, 0, ?, 'warning', ?, '', 'HighErrorRate: error ratio is 9%', ?)
"""
_SUMS = """
    INSERT INTO recurrence_hour
        SELECT event.recurrence_id, event.received_at / 3600000000, count(*), sum(verdict = 'opened'),
            sum(verdict = 'opened' AND owner IS NULL),
            coalesce(sum(CASE verdict WHEN 'opened' THEN resolved_at - acked_at END), 0)
        FROM event JOIN alert ON alert.id = alert_id WHERE status = 'firing' GROUP BY 1, 2;
    INSERT INTO recurrence_day
        SELECT recurrence_id, hour / 24, sum(occurrences), sum(episodes), sum(self_resolves),
            sum(attention_us)
        FROM recurrence_hour GROUP BY 1, 2;
    UPDATE recurrence SET (occurrences, episodes, duplicates, first_seen_at, last_seen_at, last_alert_id,
            acks, ack_us, resolves, resolve_us, self_resolves, attention_us) =
        (SELECT coalesce(sum(occurrences), 0), count(*), coalesce(sum(occurrences - 1), 0),
            coalesce(min(opened_at), 0), coalesce(max(last_seen_at), 0), max(id), count(acked_at),
            coalesce(sum(acked_at - opened_at), 0), count(*), coalesce(sum(resolved_at - opened_at), 0),
            count(*) - count(owner), coalesce(sum(resolved_at - acked_at), 0)
        FROM alert WHERE alert.recurrence_id = recurrence.id);
"""
_ONCE = """
    INSERT INTO recurrence (id, project_id, source_id, signature, name, namespace, service, target,
        occurrences, episodes, duplicates, flaps, first_seen_at, last_seen_at)
    VALUES (?, 1, 1, ?, ?, 'shop', 'checkout', ?, 1, 1, 0, 0, ?, ?)
"""
_COUNTS_OF_ONCE = """
    INSERT INTO recurrence_hour
        SELECT id, last_seen_at / 3600000000, 1, 1, 0, 0 FROM recurrence WHERE id > %(first)d;
    INSERT INTO recurrence_day
        SELECT id, last_seen_at / 86400000000, 1, 1, 0, 0 FROM recurrence WHERE id > %(first)d;
"""


def _fired_once(key: int) -> tuple[object, ...]:
    at = micros(NOW) - key % 82_800 * 1_000_000
    return (*_recurrence(key), at, at)


def _recurrence(key: int) -> tuple[object, ...]:
    return key, f"signature-{key:012}", f"HighErrorRate{key % 500}", f"node-{key}"


def _alert(life: tuple[int, tuple[int, int]]) -> tuple[object, ...]:
    key, (at, which) = life
    acked = key % 4 == 0
    person = ("person:7", "Anna") if acked else (None, None)
    note = ("restarted the consumer", *person) if acked and key % 8 == 0 else ("", None, None)
    times = (at, at + 480_000_000, *([at + 60_000_000] * 2 if acked else [None] * 2), at + 540_000_000)
    names = (f"signature-{which:012}", f"HighErrorRate{which % 500}", LABELS % which, f"node-{which}")
    return (key, which, *names, *times, *person, *note)


def _envelopes(lives: list[tuple[int, tuple[int, int]]]) -> Iterator[tuple[object, ...]]:
    """A repeat says the same word for word: an episode has one body while it fires, one when it is over."""
    for key, (at, _) in lives:
        for part in ("firing", "resolved"):
            yield f"{part}-{key:014}", BODY % ("x" * 800), "0" * 64, at


def _events(lives: list[tuple[int, tuple[int, int]]]) -> Iterator[tuple[object, ...]]:
    for key, (at, which) in lives:
        for step in range(EPISODE - 1):
            verdict = "folded" if step else "opened"
            yield which, key, f"firing-{key:014}", "firing", verdict, at + step * 60_000_000
        yield which, key, f"resolved-{key:014}", "resolved", "resolved", at + 540_000_000


async def measure(
    name: str,
    work: Callable[[int], Awaitable[object]],
    runs: int = RUNS,
    spent: Callable[[], float] = process_time,
) -> None:
    """Print the median, the 95th percentile, and what it takes of a processor on the average."""
    await work(0)
    times, before = [], spent()
    for turn in range(runs):
        began = perf_counter()
        await work(turn)
        times.append((perf_counter() - began) * 1_000)
    cuts, each = quantiles(times, n=100), (spent() - before) / runs * 1_000
    told = f"p50 {cuts[49]:7.2f}   p95 {cuts[94]:7.2f}   processor {each:7.2f}"
    print(f"  {name:<38} {told} ms")


def rank(desk: Desk, query: Query) -> Callable[[int], Awaitable[object]]:
    """The first page of a ranking."""
    return lambda _: recurrences.listing(desk, query)


async def look(desk: Desk, last_alert: int) -> None:
    """All measurements on one database."""
    for window in RankingWindow:
        for sort in Sort:
            query = Query(window=window, sort=sort)
            await measure(f"list, {window}, by {sort}", rank(desk, query), 40)
    dice = random.Random(2)  # noqa: S311 -- the same figures each time
    some = [dice.randint(1, last_alert) for _ in range(RUNS)]  # hot recurrences have more alerts
    which = await desk.storage.read(
        lambda tx: [alert.recurrence_id for key in some if (alert := tx.alerts.get(1, key)) is not None]
    )
    await measure("show without picture", lambda turn: recurrences.find(desk, which[turn]))
    await measure("show, the hottest", lambda _: recurrences.find(desk, 1))
    await measure("memory line of a new card", lambda turn: remember(desk, which[turn]))
    await measure("memory line, the hottest", lambda _: remember(desk, 1))


async def remember(desk: Desk, recurrence_id: int) -> None:
    """What the card of the newest alert needs."""

    def work(tx: Transaction) -> object:
        known = tx.recurrences.get(1, recurrence_id)
        assert known is not None
        assert known.last_alert_id is not None
        alert = tx.alerts.get(1, known.last_alert_id)
        assert alert is not None
        return memory_of(tx, desk, alert)

    await desk.storage.read(work)


async def bench(folder: Path, size: str) -> None:
    """One size, as ``EVENTS`` or ``EVENTS+RECURRENCES``."""
    events, once = (int(each) for each in (*size.split("+"), "0")[:2])
    path = folder / f"{size}.db"
    url = f"sqlite:///{path}"
    await schema.upgrade(url)
    await asyncio.to_thread(fill, path, events, once)
    storage = Storage.open(url)
    desk = await open_desk(storage, ManualClock(NOW))
    desk.guild_id = 1
    each = path.stat().st_size / events
    print(f"{events:,} events in {RECURRENCES + once:,} recurrences, {each:.0f} bytes an event")
    await look(desk, events // EPISODE)
    await storage.close()


def main() -> None:
    """Measure all sizes that were asked for."""
    sizes = sys.argv[1:] or DEFAULT
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            asyncio.run(bench(Path(folder), size))


if __name__ == "__main__":
    main()
