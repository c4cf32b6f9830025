"""Memory: what the bot holds idle, after many alerts, and whether it grows while they come in for long.

    python -m tests.bench memory [--alerts 100000] [--minutes 15] [--rate 200]

The bot is a process of its own on a SQLite file, the sandbox another; only the bot's resident memory counts.

1. Idle, ten seconds after it was ready. Then ``--alerts`` distinct alerts as fast as the door takes them, all
   open at once; then all of them resolved. Each figure is taken a minute after the last was accepted.
2. The soak, in a bot of its own. Each second of 200 alerts 60 begin a new episode, 60 resolve the oldest of
   those and 80 repeat one that is open. They come from a ring of `RING` signatures, so that each is back
   after about a minute as a new alert: the number of signatures is bounded, that of alerts, events and cards
   grows without end. A tenth is critical. All go to one channel at Discord's default limits, which is a storm
   that never ends; meanwhile a person presses *Acknowledge* every other second. Memory is read every five
   seconds; the slope is that of the least squares over all but the first third.
"""

import argparse
import asyncio
import itertools
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tests.tour.house import House

RING: Final = 4_000  # signatures
HELD: Final = 20  # seconds until an episode is resolved
PARTS: Final = {"new": 0.3, "repeat": 0.4}  # the rest resolves
REQUESTS: Final = 20  # a second
GROUP: Final = 100  # alerts a request, when all are to come at once
CONNECTIONS: Final = 4
SAMPLE: Final = 5.0  # seconds
CLICK: Final = 2.0  # seconds
SETTLED: Final = 60.0  # seconds
TARGETS: Final = "targets: idle <= 120 MB, after 100,000 alerts <= 40 MB more, the slope of the soak flat"
_LINE: Final = re.compile(r"^(VmRSS|VmHWM|RssAnon):\s+(\d+) kB", re.MULTILINE)


class Place(House):
    """A house whose bot can be weighed; an episode is over at once when it is resolved."""

    def _environ(self) -> dict[str, str]:
        return super()._environ() | {"TOCSIN_REOPEN_WINDOW": "1s", "TOCSIN_LOG_LEVEL": "error"}

    def weigh(self) -> dict[str, int]:
        """Resident memory in KiB: now, at its highest, and the part of now that is no file's."""
        assert self._bot is not None
        status = Path(f"/proc/{self._bot._process.pid}/status").read_text("ascii")
        return {name: int(size) for name, size in _LINE.findall(status)}


def alert(number: int, status: str = "firing") -> dict[str, Any]:
    """One of 40 causes on a host of its own."""
    return {
        "title": f"Cause{number % 40}",
        "status": status,
        "severity": "critical" if number % 10 == 0 else "warning" if number % 3 else "info",
        "summary": f"error ratio of pod-{number} is 9 % (threshold 5 %)",
        "service": f"service-{number % 7}",
        "host": f"pod-{number:06}",
        "dedupe_key": f"memory-{number}",
        "labels": {"cluster": "eu-1", "pod": f"pod-{number:06}", "team": f"team-{number % 5}"},
    }


class Mix:
    """What the next request of the soak says; three hands go round the ring."""

    def __init__(self, rate: int) -> None:
        size = rate / REQUESTS
        self._news, self._repeats = round(size * PARTS["new"]), round(size * PARTS["repeat"])
        self._lag = self._news * REQUESTS * HELD
        self._first = self._repeated = self._resolved = 0
        self.episodes = 0

    def next(self) -> list[dict[str, Any]]:
        """New ones, repeats of open ones, and the end of those that have been open for long enough."""
        said = [alert(number % RING) for number in range(self._first, self._first + self._news)]
        self._first += self._news
        self.episodes += self._news
        for _ in range(self._repeats):
            self._repeated = max(self._repeated + 1, self._resolved)
            if self._repeated >= self._first:
                self._repeated = self._resolved
            said.append(alert(self._repeated % RING))
        while self._resolved < self._first - self._lag:
            said.append(alert(self._resolved % RING, "resolved"))
            self._resolved += 1
        return said


async def press(place: Place) -> None:
    """A person acknowledges what has been posted last, for ever; what is gone meanwhile is skipped."""
    for _ in itertools.count():
        await asyncio.sleep(CLICK)  # noqa: TID251 -- the pace of a person
        for message in reversed(await place.messages()):
            ids = [part.get("custom_id", "") for row in message["components"] for part in row["components"]]
            found = [each for each in ids if each.startswith("ack:")]
            if found:
                await place.try_to_click("responder", message, found[0])
                break


async def keep_rate(place: Place, mix: Mix, seconds: float) -> int:
    """Send at an even pace; the number of alerts that were accepted."""
    began, sent = time.monotonic(), 0
    for turn in range(int(seconds * REQUESTS)):
        await asyncio.sleep(max(0.0, began + turn / REQUESTS - time.monotonic()))  # noqa: TID251 -- the pace
        batch = mix.next()
        await place.post(*batch)
        sent += len(batch)
    return sent


async def flood(place: Place, count: int, status: str = "firing") -> None:
    """All alerts as fast as the door takes them."""
    firsts = iter(range(0, count, GROUP))

    async def pour() -> None:
        for first in firsts:
            await place.post(*(alert(number, status) for number in range(first, min(first + GROUP, count))))

    await asyncio.gather(*(pour() for _ in range(CONNECTIONS)))


def slope(samples: Sequence[tuple[float, int]]) -> float:
    """KiB a minute, by least squares over (second, KiB)."""
    return statistics.linear_regression(*zip(*samples, strict=True)).slope * 60


def mib(kib: float) -> str:
    return f"{kib / 1024:.1f} MiB"


async def measure_load(count: int) -> None:
    """Idle, after ``count`` alerts, after their end."""
    with tempfile.TemporaryDirectory(prefix="tocsin-memory-") as folder:
        place = Place(Path(folder), f"sqlite:///{folder}/tocsin.db")
        await place.open()
        try:
            await place.start_bot()
            await asyncio.sleep(10)  # noqa: TID251 -- what a start leaves behind has gone
            idle = place.weigh()["VmRSS"]
            print(f"idle                          {mib(idle)}", flush=True)
            for status in ("firing", "resolved"):
                began = time.monotonic()
                await flood(place, count, status)
                took = time.monotonic() - began
                await asyncio.sleep(SETTLED)  # noqa: TID251 -- cards are still on their way
                now = place.weigh()
                print(
                    f"{count:,} {status:<20} {mib(now['VmRSS'])} ({mib(now['VmRSS'] - idle)} more than idle,"
                    f" {mib(now['VmHWM'])} at its highest; taken in within {took:.0f} s)",
                    flush=True,
                )
        finally:
            await place.close()


async def measure_soak(minutes: float, rate: int) -> None:
    """The soak in a house of its own."""
    with tempfile.TemporaryDirectory(prefix="tocsin-soak-") as folder:
        place = Place(Path(folder), f"sqlite:///{folder}/tocsin.db")
        await place.open()
        try:
            await place.start_bot()
            began, samples = time.monotonic(), list[tuple[float, int]]()
            mix = Mix(rate)
            sending = asyncio.create_task(keep_rate(place, mix, minutes * 60))
            pressing = asyncio.create_task(press(place))
            while not sending.done():
                samples.append((time.monotonic() - began, place.weigh()["VmRSS"]))
                if len(samples) % 12 == 0:
                    weight = place.weigh()
                    print(
                        f"  {samples[-1][0] / 60:4.1f} min  {mib(weight['VmRSS'])},"
                        f" of it {mib(weight['RssAnon'])} no file's; {mix.episodes:,} episodes",
                        flush=True,
                    )
                await asyncio.wait({sending}, timeout=SAMPLE)
            pressing.cancel()
            await asyncio.wait({pressing})
            samples.append((time.monotonic() - began, place.weigh()["VmRSS"]))
            show(samples, sending.result(), mix.episodes, place.weigh()["VmHWM"])
        finally:
            await place.close()


def show(samples: list[tuple[float, int]], sent: int, episodes: int, highest: int) -> None:
    """The findings of a soak."""
    seconds = samples[-1][0]
    tail = [each for each in samples if each[0] > seconds / 3]
    sizes = [size for _, size in tail]
    halves = tail[: len(tail) // 2], tail[len(tail) // 2 :]
    rate = sent / seconds
    print(f"soak of {seconds / 60:.1f} min: {sent:,} alerts, {rate:.0f} a second, {episodes:,} episodes")
    print(f"  after a third, end, highest   {mib(sizes[0])}, {mib(sizes[-1])}, {mib(highest)}")
    print(f"  slope over the last {seconds / 90:4.1f} min   {slope(tail):+.1f} KiB a minute")
    print(f"  of its halves                 {slope(halves[0]):+.1f} and {slope(halves[1]):+.1f} KiB a minute")


async def run(alerts: int, minutes: float, rate: int) -> None:
    """Both parts; none of them with 0."""
    if alerts:
        await measure_load(alerts)
    if minutes:
        await measure_soak(minutes, rate)
    print(TARGETS)


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--alerts", type=int, default=100_000)
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--rate", type=int, default=200)
    args = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # standard output is a text stream
    asyncio.run(run(args.alerts, args.minutes, args.rate))


if __name__ == "__main__":
    main()
