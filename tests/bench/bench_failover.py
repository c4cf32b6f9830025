"""Fail-over: the active desk is killed again and again under load; how soon the standby posts, what is lost.

    python -m tests.bench.bench_failover [--kills 50] [--rate 1]

On a PostgreSQL server of its own: an ingress that is never killed, a desk, and for each kill a standby.
Alerts come in all the time; the clock runs from SIGKILL until Discord has the next message. In the end each
alert that was accepted has to stand in the channel exactly once.
"""

import argparse
import asyncio
import tempfile
from contextlib import suppress
from pathlib import Path
from statistics import median

from storage import schema
from tests.bench.bench_ingest import databases, say
from tests.chaos.house import CHANNEL, House, Said
from tests.chaos.pair import Pair
from tests.chaos.process import CLOCK, Process
from tests.waiting import until


class Load:
    """Alerts at an even rate, for as long as it is asked for."""

    def __init__(self, pair: Pair, rate: float) -> None:
        self._pair = pair
        self._pause = 1 / rate
        self.refused = 0

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            name = f"alert-{len(self._pair.accepted)}-{self.refused}"
            answer = await self._pair.house.post([{"name": name, "severity": "info"}])
            if answer.said is Said.PROMISED:
                self._pair.accepted.append(name)
            else:
                self.refused += 1
            await CLOCK.sleep(self._pause)


async def newest(house: House) -> int:
    """The id of the last message in the channel, 0 while there is none."""
    found = await house.control("GET", f"channels/{house.world['channels'][CHANNEL]}/messages?limit=1")
    return int(found[-1]["id"]) if found else 0


async def kill_once(pair: Pair) -> float:
    """Seconds from the death of the active desk until the standby's first message."""
    standby = pair.start("desk")

    async def waits() -> bool:
        return b"standing_by" in standby.log.read_bytes()

    async def posted() -> bool:
        return await newest(pair.house) > before

    try:
        await until(waits, "the second desk to stand by", 120)
        pair.active.kill()
        began, before = CLOCK.monotonic(), await newest(pair.house)
        await until(posted, "the standby to post", 120)
        return CLOCK.monotonic() - began
    finally:
        pair.active.kill()
        pair.active = standby


async def measure(folder: Path, database: str, kills: int, rate: float) -> None:
    """Kill, and say what came of it."""
    await schema.upgrade(database)
    async with House(folder, database) as house:
        pair = Pair(house)
        door = pair.start("ingress")
        took: list[float] = []
        try:
            await pair.active.ready()
            await door.ready()
            load = Load(pair, rate)
            task = asyncio.create_task(load.run())
            for number in range(kills):
                took.append(await kill_once(pair))
                say(f"kill {number + 1:>3}: {took[-1]:.1f} s")
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            with suppress(AssertionError):  # what is missing then is told as lost
                await until(pair.all_shown, "all to be shown", 120)
            shown = await pair.shown()
        finally:
            _end(door, pair.active)
    if missing := sorted(set(pair.accepted) - set(shown)):
        say(f"not shown: {missing[:20]}")
    doubled = sum(count > 1 for count in shown.values())
    lost = len(set(pair.accepted) - set(shown))
    say(
        f"{kills} kills, {len(pair.accepted)} alerts accepted, {load.refused} refused: {lost} lost,"
        f" {doubled} doubled; seconds until the standby posts: p50 {median(took):.1f}, max {max(took):.1f}"
    )


def _end(*processes: Process) -> None:
    for process in processes:
        process.kill()


def main() -> None:
    """Measure and show."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bench_failover", description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--rate", type=float, default=1, help="alerts a second")
    args = parser.parse_args()
    with (
        databases(postgres=True) as addresses,
        tempfile.TemporaryDirectory(prefix="tocsin-failover-") as folder,
    ):
        asyncio.run(measure(Path(folder), next(addresses), args.kills, args.rate))


if __name__ == "__main__":
    main()
