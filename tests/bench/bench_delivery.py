"""Delivery: what a card costs the bot's process, from the sender's request to the message and its settling.

    python -m tests.bench delivery [--alerts 600] [--rate 40] [--postgres] [--profile FOLDER]

Bot and sandbox are processes of their own, with Discord's limits switched off. The figure is the bot's CPU
time (user and system), so that it holds beside other work: of alerts with a card, less that of alerts without
one (ends of what never fired: all of intake, nothing to show), less that of the bot at rest. ``--profile``
writes what cProfile saw of every thread into a folder and makes all figures larger.
"""

import argparse
import asyncio
import os
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from storage import schema
from tests.bench.bench_ingest import databases
from tests.tour.house import House
from tests.waiting import until

TARGET_MS: Final = 3.0
_TICKS: Final = os.sysconf("SC_CLK_TCK")


def cpu(pid: int) -> float:
    """Seconds that a process has used up, by itself and in the kernel."""
    after_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / _TICKS


def resident_mib(pid: int) -> float:
    """What a process holds in memory."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


async def paced(house: House, names: list[str], rate: float, **more: Any) -> None:
    """An alert a request, so many requests a second."""
    began = time.monotonic()
    tasks = []
    for number, name in enumerate(names):
        await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))  # noqa: TID251 -- the pace
        alert = {"title": name, "severity": "warning", "dedupe_key": name, **more}
        tasks.append(asyncio.create_task(house.post(alert)))
    await asyncio.gather(*tasks)


async def shown(house: House, count: int) -> None:
    """Wait until so many messages were posted."""

    async def all_there() -> bool:
        return len(await house.calls("POST", "/messages")) >= count

    await until(all_there, "every card to be posted")


async def measure(house: House, alerts: int, rate: float) -> tuple[float, float, float]:
    """Milliseconds of CPU: an alert with a card, an alert without, and a second at rest."""
    pid = house.bot_pid
    await paced(house, [f"Warm{number}" for number in range(40)], rate)
    await shown(house, 40)
    start = cpu(pid)
    await asyncio.sleep(5)  # noqa: TID251 -- at rest, in real time
    rest = (cpu(pid) - start) / 5
    spans = []
    for number, more in enumerate(({"status": "resolved"}, {})):
        start, began = cpu(pid), time.monotonic()
        await paced(house, [f"Card{number}-{each}" for each in range(alerts)], rate, **more)
        if not more:
            await shown(house, 40 + alerts)
        spans.append((cpu(pid) - start - rest * (time.monotonic() - began)) / alerts * 1_000)
    without, with_card = spans
    return with_card, without, rest * 1_000


async def run(alerts: int, rate: float, database: str, profile: str | None) -> None:
    """Measure once and print it."""
    with tempfile.TemporaryDirectory() as folder:
        await schema.upgrade(database)
        house = House(Path(folder), database)
        await house.open()
        try:
            await house.limits(enabled=False)
            if profile:
                await house.start_bot(module="tests.bench.profiled", TOCSIN_PROFILES=profile)
            else:
                await house.start_bot()
            with_card, without, rest = await measure(house, alerts, rate)
            memory = resident_mib(house.bot_pid)
        finally:
            await house.close()
    print(
        f"{alerts} alerts, {rate:g} a second: {with_card:.2f} ms an alert with a card, {without:.2f} without:"
        f" a card {with_card - without:.2f} ms (target {TARGET_MS:g}); at rest {rest:.1f} ms a second;"
        f" {memory:.0f} MiB",
        flush=True,
    )


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--alerts", type=int, default=600)
    parser.add_argument("--rate", type=float, default=40)
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL server of its own")
    parser.add_argument("--profile")
    args = parser.parse_args()
    with databases(postgres=args.postgres) as addresses:
        asyncio.run(run(args.alerts, args.rate, next(addresses), args.profile))


if __name__ == "__main__":
    main()
