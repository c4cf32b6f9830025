"""The outage: Discord is away for an hour, and thousands of alerts fire and mostly end meanwhile.

    python -m tests.bench outage [--alerts 10000] [--resolved 9000] [--minutes 60]

Bot and sandbox share a clock that is moved by hand: through the outage a minute at a time, and afterwards by
exactly what the worker says it has to wait for Discord's default limits, plus the real time that each step
took; nobody tells the worker that Discord is back. The channel is true when three truths agree: what the
senders said, what the database holds, and what the channel shows as cards or on its board.
"""

import argparse
import asyncio
import re
import sys
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp

from bot import log
from bot.cards.alert.alert import find_marker
from bot.clock import ManualClock
from bot.delivery.wire.redirect import redirect
from bot.domain.alert.search import OPEN_ALERTS
from bot.domain.alert.signal import Severity, Signal, Status
from bot.sandbox.control.place import messages
from bot.sandbox.model.settings import SandboxSettings
from bot.sandbox.server import Sandbox
from storage import schema
from storage.engine import Storage
from tests.delivery.conftest import DAY_MS, Stage, build_stage

SHOWN_BEFORE: Final = 20  # half of them end in the outage
NAMES: Final = 40
_CHUNK: Final = 100  # alerts a request
_LONGEST: Final = timedelta(hours=2)  # until it is given up
_REF: Final = re.compile(r"A-(\d+)")


class Truths:
    """The senders' side of the story, and what the other two sides make of it."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._lists: dict[str, set[int]] = {}
        self.open: set[str] = set()

    async def send(self, names: list[str], status: Status) -> None:
        """All in requests of a hundred; each is in the book once it was taken."""
        for first in range(0, len(names), _CHUNK):
            chunk = names[first : first + _CHUNK]
            await self._stage.send(*(_signal(name, status) for name in chunk))
            (self.open.update if status is Status.FIRING else self.open.difference_update)(chunk)

    async def untrue(self, http: aiohttp.ClientSession) -> str:
        """What does not agree, empty when all is true."""
        desk, project_id = self._stage.desk, self._stage.desk.project.id
        known = await desk.storage.read(
            lambda tx: tx.alerts.listing(project_id, OPEN_ALERTS, offset=0, limit=100_000)
        )
        if {alert.name for alert in known} != self.open:
            return "the database holds something else than was sent"
        cards, reachable = await self._shown(http)
        twice = [number for number, each in cards.items() if len(each) > 1]
        stale = [
            number
            for number, each in cards.items()
            if ("RESOLVED" in each[0]) is (number in {alert.id for alert in known})
        ]
        lacking = {alert.id for alert in known} - cards.keys() - reachable
        if not (twice or stale or lacking):
            return ""
        return f"{len(twice)} twice, {len(stale)} stale, {len(lacking)} invisible"

    async def _shown(self, http: aiohttp.ClientSession) -> tuple[dict[int, list[str]], set[int]]:
        """Titles of cards by alert, and what the board's list names."""
        cards: dict[int, list[str]] = {}
        listed: set[int] = set()
        for message in standing(self._stage):
            marker = find_marker(message)
            if marker is not None:
                cards.setdefault(marker[1], []).append(message["content"])
            for attachment in message["attachments"]:
                listed |= await self._read(attachment["url"], http)
        return cards, listed

    async def _read(self, url: str, http: aiohttp.ClientSession) -> set[int]:
        if url not in self._lists:
            async with http.get(url) as answer:
                self._lists[url] = {int(number) for number in _REF.findall(await answer.text())}
        return self._lists[url]


def standing(stage: Stage) -> list[dict[str, Any]]:
    """All messages of the channel, the newest page first."""
    sandbox, found = stage.sandbox, list[dict[str, Any]]()
    channel = sandbox.world.channel(stage.channel_id)
    while page := messages(
        sandbox.world, channel, None, limit=1_000, before=int(found[-1]["id"]) if found else None
    ):
        found += reversed(page)
    return found


def _signal(name: str, status: Status) -> Signal:
    number = int(name.rpartition("-")[2])
    severity = Severity.CRITICAL if number % 10 == 0 else Severity.WARNING if number % 3 else Severity.INFO
    return Signal(status=status, name=name, severity=severity, summary=f"error ratio of pod-{number} is 9 %")


async def step(stage: Stage) -> None:
    """One call, and then as long as it took or as the worker wants to wait."""
    began = time.perf_counter()
    rest = await stage.worker.step()
    took = time.perf_counter() - began
    stage.clock.advance(timedelta(seconds=took + min(rest, 60.0)))


async def be_away(stage: Stage, truths: Truths, alerts: int, over: int, minutes: int) -> None:
    """The outage: alerts fire at an even pace, and end some minutes later."""
    names = [f"cause-{number % NAMES}-pod-{number}" for number in range(SHOWN_BEFORE, SHOWN_BEFORE + alerts)]
    ending = [
        name for index, name in enumerate(names) if index * over // alerts != (index + 1) * over // alerts
    ]
    await stage.sandbox.mischief.set_outage(on=True)
    for minute in range(minutes):
        end = stage.clock.now() + timedelta(minutes=1)
        await truths.send(names[alerts * minute // minutes : alerts * (minute + 1) // minutes], Status.FIRING)
        late = max(0, minute - minutes // 10)
        gone = over * late // minutes, over if minute == minutes - 1 else over * (late + 1) // minutes
        await truths.send([name for name in ending[slice(*gone)] if name in truths.open], Status.RESOLVED)
        while stage.clock.now() < end:
            await step(stage)
    await stage.sandbox.mischief.set_outage(on=False)


async def come_back(stage: Stage, truths: Truths) -> None:
    """From the first call that passes until every open alert has its card; the figures on the way."""
    start, wall = stage.clock.now(), time.perf_counter()
    first = len(stage.calls())
    is_true = False
    async with aiohttp.ClientSession() as http:
        while stage.clock.now() - start < _LONGEST:
            await step(stage)
            if not is_true and not await truths.untrue(http):
                is_true = True
                tell(stage, "true again", start, first, wall)
            if is_true and not await waiting(stage):
                break
        tell(stage, "every open alert has a card", start, first, wall)
        print(f"  in the end              {await truths.untrue(http) or 'all three truths agree'}")
    others = Counter(
        message["content"].partition(" for ")[0]
        for message in standing(stage)
        if not find_marker(message) and message["embeds"]
    )
    print(f"  messages besides cards  {sum(others.values())}: {', '.join(others) or 'none'}")


async def waiting(stage: Stage) -> int:
    """How many alerts have no card of their own."""
    found = await stage.desk.storage.read(lambda tx: tx.boards.unposted(stage.channel_id))
    return found.count


def tell(stage: Stage, what: str, start: datetime, first: int, wall: float) -> None:
    """A line of figures, all counted from the return of Discord."""
    calls = stage.calls()[first:]
    kinds = Counter(call["method"] for call in calls)
    said = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    limited = sum(call["status"] == 429 for call in calls)
    seconds = (stage.clock.now() - start).total_seconds()
    print(
        f"  {what:<23} after {seconds:.1f} s ({time.perf_counter() - wall:.1f} s of work),"
        f" {len(calls)} calls: {said}, {limited} of them 429"
    )


async def run(alerts: int, over: int, minutes: int) -> None:
    """One outage in a house of its own."""
    log.set_up("critical", "console")
    clock = ManualClock(datetime(2026, 11, 21, 2, 0, tzinfo=UTC))
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-outage-"))
        url = f"sqlite:///{Path(folder) / 'tocsin.db'}"
        await schema.upgrade(url)
        storage = Storage.open(url)
        stack.push_async_callback(storage.close)
        sandbox = Sandbox(clock, SandboxSettings(heartbeat_ms=DAY_MS, session_life=DAY_MS))
        redirect(await sandbox.start())
        stack.push_async_callback(sandbox.stop)
        stage = await build_stage(sandbox, storage, clock, {})
        await stage.connect()
        stack.push_async_callback(stage.close)
        truths = Truths(stage)
        before = [f"before-pod-{number}" for number in range(SHOWN_BEFORE)]
        await truths.send(before, Status.FIRING)
        while len(stage.shown()) < SHOWN_BEFORE:
            await step(stage)
        tried = len(stage.calls())
        await be_away(stage, truths, alerts, over, minutes)
        await truths.send(before[::2], Status.RESOLVED)
        print(f"{alerts:,} alerts in an outage of {minutes} min, {over:,} of them over before its end")
        print(f"  tried in vain           {len(stage.calls()) - tried} calls")
        await come_back(stage, truths)
    sys.stdout.flush()


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--alerts", type=int, default=10_000)
    parser.add_argument("--resolved", type=int, default=9_000)
    parser.add_argument("--minutes", type=int, default=60)
    args = parser.parse_args()
    asyncio.run(run(args.alerts, args.resolved, args.minutes))


if __name__ == "__main__":
    main()
