"""What people's lists cost as alerts grow: ``python -m tests.bench open [--postgres] 1000 100000+900000``.

For each number it fills a database with so many open alerts, and with so many more as stand behind ``+`` that
are over: a tenth of them critical, half of those taken, each with a card in one of eight channels and a
recurrence of its own, and a thousand incidents for every 20,000, of which a tenth is open. It prints
milliseconds for lists and completions, for rankings of recurrences and lists of incidents, as an
administrator, somebody who sees half of the channels and somebody who sees none gets them, for what is read
by `/status`, and for what is counted every few seconds for the metrics. Nothing should grow.

The processor time on PostgreSQL is the server's too.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import process_time
from typing import Final

from msgspec.structs import replace
from sqlalchemy import Connection, text

from bot.clock import ManualClock
from bot.domain.alert.search import OPEN_ALERTS
from bot.domain.incident.search import OPEN_INCIDENTS, IncidentFilter
from bot.domain.recurrence.ranking import Query
from bot.domain.sight import EVERYTHING, Sight
from bot.usecases.admin import status
from bot.usecases.admin.startup import open_desk
from bot.usecases.alert import query as alerts
from bot.usecases.desk import Desk
from bot.usecases.incident import query as incidents
from bot.usecases.recurrence import query as recurrences
from storage import schema
from storage.codec import micros
from storage.engine import Storage
from tests.bench.bench_ingest import count_again, databases
from tests.bench.bench_peers import family, postmasters
from tests.bench.bench_recurrence import measure

NOW: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
TARGETS: Final = "targets with 100,000 open: lists <= 15 ms, rankings <= 60 ms, what /status reads <= 30 ms"
DEFAULT: Final = ("1000", "100000")
RUNS: Final = 60
EYES: Final = {
    "all": EVERYTHING,
    "half": Sight(frozenset({1, 2, 3, 4})),
    "none": Sight(frozenset(range(100, 140)), beyond=False),
}
TYPED: Final = {"of many": "node-1", "of one in 500": "HighErrorRate77", "of none": "nowhere"}
_COUNT: Final = "CAST(:count AS BIGINT)"
_BEFORE: Final = "CAST(:before AS BIGINT)"
_KEYS: Final = f"WITH RECURSIVE n(key) AS (SELECT 1 UNION ALL SELECT key + 1 FROM n WHERE key < {_COUNT})"  # noqa: S608
_AT: Final = f"(CAST(:now AS BIGINT) - ({_COUNT} - key) * 1000000)"
_SOURCE: Final = """
    INSERT INTO source (project_id, name, provider, created_at) VALUES (1, 'bench', 'alertmanager', 0)
"""
_RECURRENCE: Final = f"""
    INSERT INTO recurrence (id, project_id, source_id, signature, name, namespace, service, target,
        occurrences, episodes, duplicates, flaps, first_seen_at, last_seen_at, last_alert_id, channel_id)
    {_KEYS} SELECT key, 1, 1, 'signature-' || (1000000000 + key), 'HighErrorRate' || (key % 500), 'shop',
        'checkout', 'node-' || key, 1 + 1000 / (1 + key % 1000), 1, 0, 0, {_AT}, {_AT}, key,
        1 + key % 8
    FROM n
"""  # noqa: S608 -- constants of our own
_COUNTS: Final = """
    INSERT INTO {table} (recurrence_id, {period}, occurrences, episodes)
    SELECT id, last_seen_at / {length}, occurrences, 1 FROM recurrence
"""
_ALERT: Final = f"""
    INSERT INTO alert (id, project_id, source_id, recurrence_id, signature, state, severity, severity_word,
        name, summary, description, labels, links, namespace, service, target, group_key, occurrences, flaps,
        opened_at, last_seen_at, acked_at, first_acked_at, owner, owner_name, resolved_at, channel_id)
    {_KEYS} SELECT key, 1, 1, key, 'signature-' || (1000000000 + key),
        CASE WHEN key <= :over THEN 'resolved' WHEN key % 20 = 0 THEN 'acked' ELSE 'new' END,
        CASE WHEN key % 10 = 0 THEN 'critical' WHEN key % 3 > 0 THEN 'warning' ELSE 'info' END, '',
        'HighErrorRate' || (key % 500), 'error ratio is 9%', 'above 5% for 2m',
        '{{"alertname"\\:"HighErrorRate","cluster"\\:"eu-1","pod"\\:"cart-' || key || '"}}',
        '[]', 'shop', 'checkout', 'node-' || key, '', 3, 0, {_AT}, {_AT},
        CASE WHEN key % 20 = 0 THEN {_AT} END, CASE WHEN key % 20 = 0 THEN {_AT} END,
        CASE WHEN key % 20 = 0 THEN 'person:7' END, CASE WHEN key % 20 = 0 THEN 'Anna' END,
        CASE WHEN key <= :over THEN {_AT} END, 1 + key % 8 FROM n
"""  # noqa: S608 -- constants of our own
_INCIDENT: Final = f"""
    INSERT INTO incident (id, project_id, state, severity, title, summary, service, roles, opened_by,
        opened_by_name, opened_at, touched_at, detected_at, update_text)
    {_KEYS} SELECT key, 1, CASE WHEN key % 10 = 0 THEN 'open' ELSE 'closed' END, 'P' || (key % 4),
        'Checkout fails ' || key, '', 'checkout', '{{}}', 'person:7', 'Anna', {_AT}, {_AT}, {_AT}, '' FROM n
"""  # noqa: S608 -- constants of our own
_CARD: Final = f"""
    INSERT INTO card (id, project_id, kind, subject_id, channel_id, message_id, wanted, shown, lane,
        generation, failures, pinged, dirty_since, sent_at)
    {_KEYS} SELECT {_BEFORE} + key, 1, :kind, key, 1 + key % 8, 1000000000 + {_BEFORE} + key, 1, 1, 2, 1,
        0, false, :now, :now FROM n
"""  # noqa: S608 -- constants of our own


def fill(path: Path, count: int) -> None:
    """Write so many open alerts into a file in which a desk was opened."""
    asyncio.run(schema.on_connection(f"sqlite:///{path}", lambda connection: write(connection, count, 0)))


def write(connection: Connection, count: int, over: int) -> None:
    """Write alerts as intake and delivery would have."""
    total, shown = count + over, (count + over) // 20
    many = {"count": total, "now": micros(NOW)}
    few = {"count": shown, "now": micros(NOW)}
    connection.execute(text(_SOURCE))
    connection.execute(text(_RECURRENCE), many)
    for period, length in (("hour", 3_600_000_000), ("day", 86_400_000_000)):
        counts = _COUNTS.format(table=f"recurrence_{period}", period=period, length=length)
        connection.execute(text(counts))
    connection.execute(text(_ALERT), {**many, "over": over})
    connection.execute(text(_CARD), {**many, "before": 0, "kind": "alert"})
    if shown:
        connection.execute(text(_INCIDENT), few)
        connection.execute(text(_CARD), {**few, "before": total, "kind": "incident"})


def ask(work: Callable[..., Awaitable[object]], *words: object) -> Callable[[int], Awaitable[object]]:
    """The same question each time."""
    return lambda _: work(*words)


async def look(desk: Desk, spent: Callable[[], float]) -> None:
    """All measurements on one database."""
    timed = partial(measure, runs=RUNS, spent=spent)
    await timed("alerts, tenth page", lambda _: alerts.listing(desk, offset=90))
    for eyes, sight in EYES.items():
        seen = replace(OPEN_ALERTS, sight=sight)
        await timed(f"alerts, of {eyes}", ask(alerts.listing, desk, seen))
        await timed(f"alerts suggested, of {eyes}", ask(alerts.suggest, desk, "", seen))
    for name, typed in TYPED.items():
        await timed(f"alerts with words {name}", ask(alerts.listing, desk, replace(OPEN_ALERTS, text=typed)))
        await timed(f"alerts suggested, words {name}", ask(alerts.suggest, desk, typed))
    for eyes, sight in EYES.items():
        await timed(f"recurrences, of {eyes}", ask(recurrences.listing, desk, Query(sight=sight)))
        await timed(f"recurrences suggested, of {eyes}", ask(recurrences.suggest, desk, "", sight))
    for name, typed in TYPED.items():
        await timed(f"recurrences with words {name}", ask(recurrences.listing, desk, Query(text=typed)))
    for eyes, sight in EYES.items():
        for name, which in (("open", OPEN_INCIDENTS), ("any", IncidentFilter())):
            kept = replace(which, sight=sight)
            await timed(f"incidents, {name}, of {eyes}", ask(incidents.listing, desk, kept))
            await timed(f"incidents suggested, {name}, of {eyes}", ask(incidents.suggest, desk, "", kept))
    await timed("status, condition (metrics too)", lambda _: status.condition(desk))
    await timed("status, standing", lambda _: status.standing(desk))


async def bench(url: str, count: int, over: int = 0) -> None:
    """One number of alerts."""
    await schema.upgrade(url)
    storage = Storage.open(url)
    desk = await open_desk(storage, ManualClock(NOW))
    await schema.on_connection(url, lambda connection: write(connection, count, over))
    await asyncio.to_thread(count_again, url, "VACUUM ANALYZE")
    servers = postmasters(url)
    print(f"{count:,} open alerts of {count + over:,}; {TARGETS}")
    await look(desk, lambda: process_time() + sum(map(family, servers)))
    await storage.close()


def main() -> None:
    """Measure all numbers that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench open", description=__doc__)
    parser.add_argument("sizes", nargs="*", default=DEFAULT)
    parser.add_argument("--postgres", action="store_true")
    args = parser.parse_args()
    with databases(postgres=args.postgres) as addresses:
        for size in args.sizes:
            asyncio.run(bench(next(addresses), *map(int, size.split("+"))))


if __name__ == "__main__":
    main()
