"""Pressure: what a click waits while alerts pour in, and what memory does when the database takes none.

    python -m tests.bench.bench_pressure [--rate 10000] [--seconds 20] [--postgres] [--flood 1500]

First a sender fires alerts at ``--rate`` a second, in hundreds, the same ones again and again and then
new ones, which are a storm, through the whole desk (bot and sandbox as processes of their own,
Discord's default limits): meanwhile a person presses buttons, one after the other. Then the writer of a
desk is held up by somebody else's transaction while 512 connections send as fast as they are answered:
memory must stay where the bounds of the backlog put it, and everybody who is not taken in is told to
come back.
"""

import argparse
import asyncio
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import quantiles

import msgspec

from storage import schema
from tests.bench.bench_ingest import ROOT, databases, server
from tests.bench.load import Findings, Order
from tests.tour.house import House

ALERTS = 100  # a request
CONNECTIONS = 512
CARDS = 20
CLICK_P99_MS = 250


def send(order: Order) -> "subprocess.Popen[bytes]":
    """Have the order carried out by another process; `found` waits for what came of it."""
    command = [sys.executable, "-m", "tests.bench.load"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(msgspec.json.encode(order))
    process.stdin.close()
    return process


def found(process: "subprocess.Popen[bytes]") -> Findings:
    """What came of an order."""
    assert process.stdout is not None
    findings = msgspec.json.decode(process.stdout.read(), type=Findings)
    process.wait()
    return findings


async def prepare(house: House) -> dict[str, str]:
    """Cards to press on: by message id the custom_id of *Acknowledge*."""
    names = [f"Click{number}" for number in range(CARDS)]
    await house.limits(enabled=False)
    await house.post(*({"title": name, "dedupe_key": name} for name in names))
    cards = [await house.card(name, "🟠") for name in names]
    await house.limits(enabled=True)
    parts = {card["id"]: [part for row in card["components"] for part in row["components"]] for card in cards}
    return {
        message_id: next(each["custom_id"] for each in row if each.get("label") == "Acknowledge")
        for message_id, row in parts.items()
    }


async def click(house: House, buttons: dict[str, str], *, back: bool) -> list[float]:
    """Milliseconds from each press to its answer, which redraws the card: taken, or given ``back``."""
    waits = []
    for message_id, custom_id in buttons.items():
        wanted = f"un{custom_id}" if back else custom_id
        start = time.perf_counter()
        await house.act("responder", "click", message_id=message_id, custom_id=wanted)
        waits.append((time.perf_counter() - start) * 1_000)
    return waits


async def press(database: str, rate: int, seconds: float) -> None:
    """Click while alerts pour in."""
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder), database or f"sqlite:///{folder}/tocsin.db")
        await house.open()
        try:
            await house.start_bot()
            token = (await asyncio.to_thread(house.add_source, "flood", "alertmanager"))["token"]
            url = f"{house.ingress_url}/v1/hooks/alertmanager"
            buttons = await prepare(house)
            calm = await click(house, buttons, back=False) + await click(house, buttons, back=True)
            requests = int(rate * seconds / ALERTS)
            say(f"{'clicks in a calm':<44} {line(calm)}")
            for repeated in (True, False):
                process = send(Order(url, token, ALERTS, requests, rate=rate / ALERTS, repeated=repeated))
                busy: list[float] = []
                while process.poll() is None:
                    busy += await click(house, buttons, back=len(busy) // CARDS % 2 == 1)
                if len(busy) // CARDS % 2:
                    await click(house, buttons, back=True)
                show(requests, await asyncio.to_thread(found, process), busy, repeated=repeated)
        finally:
            await house.close()


def show(requests: int, findings: Findings, busy: list[float], *, repeated: bool) -> None:
    """Two rows of the table."""
    taken = (requests - findings.refused) * ALERTS / findings.seconds
    what = f"{taken:,.0f} {'repeated' if repeated else 'new'} alerts/s come in"
    say(f"{f'clicks while {what}':<44} {line(busy)}   p99 <= {CLICK_P99_MS} ms")
    waits = line([each * 1_000 for each in findings.latencies])
    say(f"{'  answers to the sender':<44} {waits}   {findings.refused} refused")


def line(waits: list[float]) -> str:
    """Count, median and 99th percentile in milliseconds."""
    if len(waits) < 2:
        return f"{len(waits):>6}"
    cuts = quantiles(waits, n=100)
    return f"{len(waits):>6} {cuts[49]:>9.1f} {cuts[98]:>9.1f}"


def flood(requests: int) -> None:
    """Send to a desk whose database takes nothing, and watch its memory."""
    with databases(postgres=False) as addresses:
        database = next(addresses)
        with server(database) as (address, pid):
            order = Order(address.url, address.token, ALERTS, 200, connections=8)
            found(send(order))
            before = resident(pid)
            order = Order(address.url, address.token, ALERTS, requests, connections=CONNECTIONS, first=10**7)
            peak = Peak(pid)
            with held(database):
                process = send(order)
                findings = found(process)
            say(
                f"flood of {requests} requests, {requests * ALERTS:,} alerts, writer held up:"
                f" {findings.refused} asked to come back, memory {before:.0f} -> {peak.end():.0f} MB"
            )
            again = Order(address.url, address.token, ALERTS, 200, connections=8, first=10**8)
            say(f"afterwards: {found(send(again)).refused} refused, memory {resident(pid):.0f} MB")


class held:  # noqa: N801 -- reads as a word in a with statement
    """Somebody else's transaction, renewed for as long as it takes."""

    def __init__(self, database: str) -> None:
        self._connection = sqlite3.connect(database.removeprefix("sqlite:///"), isolation_level=None)

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, *_: object) -> None:
        self._connection.rollback()
        self._connection.close()


class Peak:
    """The most memory a process was seen with, looked at a hundred times a second."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._most = 0.0
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look)
        self._watch.start()

    def _look(self) -> None:
        while not self._over.wait(0.01):
            self._most = max(self._most, resident(self._pid))

    def end(self) -> float:
        """Megabytes."""
        self._over.set()
        self._watch.join()
        return self._most


def resident(pid: int) -> float:
    """Megabytes of a process in memory."""
    fields = Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")[2].split()
    return int(fields[0]) / 1_024


def say(text: str) -> None:
    """One line, at once."""
    print(text, flush=True)


def main() -> None:
    """Measure and show."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rate", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--postgres", action="store_true", help="click on a PostgreSQL server of its own")
    parser.add_argument("--flood", type=int, default=1_500, help="requests")
    args = parser.parse_args()
    say(f"{'milliseconds':<44} {'n':>6} {'p50':>9} {'p99':>9}   target")
    if args.postgres:
        with databases(postgres=True) as addresses:
            database = next(addresses)
            schema.upgrade_now(database)
            asyncio.run(press(database, args.rate, args.seconds))
    else:
        asyncio.run(press("", args.rate, args.seconds))
    if args.flood:
        flood(args.flood)


if __name__ == "__main__":
    main()
