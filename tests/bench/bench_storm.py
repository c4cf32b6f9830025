"""The storm: thousands of alerts within seconds into one channel, at Discord's default limits.

    python -m tests.bench storm [--alerts 1000,10000] [--seconds 10] [--watch 60] [--table [0,1,2,3]]

First the table of four storms (`storm_table`), which ``--table`` prints alone; then the pace.

Bot and sandbox are processes of their own, on a SQLite file. A tenth of the alerts is critical. An alert is
visible at the moment a message is heard of that is its card, or that has it in the attached list; it arrived
when its request was begun. Meanwhile a person acknowledges critical alerts by their buttons.
"""

import argparse
import asyncio
import io
import re
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import aiohttp

from tests.bench import storm_table
from tests.tour.house import House

GROUP: Final = 10  # alerts a request
NAMES: Final = 40
_REF: Final = re.compile(r"A-\d+")
_CARD: Final = re.compile(r"(A-\d+) · ")
PEERS: Final = """
peers, as measured elsewhere (Alertmanager 0.25 with its own Discord receiver, 5 calls per 2 s):
  1,000 alerts, a message each        50 visible after 10 min    1,975 calls, 1,925 of them 429
  10,000 alerts, a message each       50 visible after 10 min   19,975 calls, 19,925 of them 429
  10,000 alerts, grouped by name     165 visible after 10 min       70 calls, 45 of them 429
targets: visible p99 <= 3 s, <= 60 calls in the first minute, no 429 after the first learned one,
  click answered p99 <= 250 ms, card edited p99 <= 1 s"""


class Watch:
    """What a person at the channel sees, and when."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._fetches: set[asyncio.Task[None]] = set()
        self.visible: dict[str, float] = {}
        self.carded: dict[str, tuple[float, str]] = {}
        self.acked: dict[str, float] = {}
        self.listened = asyncio.Event()

    async def run(self) -> None:
        """Listen until cancelled."""
        url = f"{self._house.world['sandbox_url']}/sandbox/stream?person=visitor"
        async with aiohttp.ClientSession() as session, session.ws_connect(url, max_msg_size=0) as stream:
            async for frame in stream:
                heard = frame.json()
                self.listened.set()
                if heard["t"] in {"MESSAGE_CREATE", "MESSAGE_UPDATE"}:
                    self._see(heard["d"], time.monotonic(), session)

    async def rest(self) -> None:
        """Wait for lists that are still being read."""
        if self._fetches:
            await asyncio.wait(self._fetches)

    def _see(self, message: dict[str, Any], at: float, session: aiohttp.ClientSession) -> None:
        for embed in message.get("embeds", ()):
            card = _CARD.match((embed.get("footer") or {}).get("text", ""))
            if card:
                self.visible.setdefault(card[1], at)
                self.carded.setdefault(card[1], (at, message["id"]))
                if "ACKED" in message["content"]:
                    self.acked.setdefault(card[1], at)
        for attachment in message.get("attachments", ()):
            fetch = asyncio.create_task(self._read(attachment["url"], at, session))
            self._fetches.add(fetch)
            fetch.add_done_callback(self._fetches.discard)

    async def _read(self, url: str, at: float, session: aiohttp.ClientSession) -> None:
        async with session.get(url) as answer:
            data = await answer.read()
        if data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                data = archive.read(archive.namelist()[0])
        text = data.decode()
        for ref in _REF.findall(text):
            self.visible[ref] = min(at, self.visible.get(ref, at))


async def send(house: House, count: int, seconds: float) -> tuple[dict[str, float], set[str]]:
    """All alerts at an even pace; when each arrived, by ref, and which are critical."""
    arrived: dict[str, float] = {}
    critical: set[str] = set()
    start = time.monotonic()

    async def group(first: int) -> None:
        await asyncio.sleep(max(0.0, start + seconds * first / count - time.monotonic()))  # noqa: TID251 -- the pace
        alerts = [alert(number) for number in range(first, first + GROUP)]
        began = time.monotonic()
        answer = await house.post(*alerts)
        for sent, told in zip(alerts, answer["alerts"], strict=True):
            arrived[told["ref"]] = began
            if sent["severity"] == "critical":
                critical.add(told["ref"])

    await asyncio.gather(*(group(first) for first in range(0, count, GROUP)))
    return arrived, critical


def alert(number: int) -> dict[str, Any]:
    """One of `NAMES` causes on a host of its own."""
    return {
        "title": f"Cause{number % NAMES}",
        "severity": "critical" if number % 10 == 0 else "warning" if number % 3 else "info",
        "summary": f"error ratio of pod-{number} is 9 % (threshold 5 %)",
        "service": f"service-{number % 7}",
        "host": f"pod-{number:05}",
        "dedupe_key": f"storm-{number}",
    }


async def click(
    house: House, watch: Watch, critical: set[str], until: float
) -> list[tuple[str, float, float]]:
    """Acknowledge a critical card each second; (ref, begun, seconds to the answer)."""
    done: list[tuple[str, float, float]] = []
    tried: set[str] = set()
    while time.monotonic() < until:
        free = [ref for ref in watch.carded if ref in critical and ref not in tried]
        if free:
            tried.add(free[0])
            card_id = watch.carded[free[0]][1]
            found = [each for each in await house.messages() if each["id"] == card_id and is_open(each)]
            began = time.monotonic()
            if found:
                await house.click("responder", found[0], "Acknowledge")
                done.append((free[0], began, time.monotonic() - began))
        await asyncio.sleep(1.37)  # noqa: TID251 -- the pace of a person, out of step with ours
    return done


def is_open(card: dict[str, Any]) -> bool:
    """Whether it can be acknowledged still: in a storm some are taken into a shared card meanwhile."""
    return any(part.get("label") == "Acknowledge" for row in card["components"] for part in row["components"])


def cuts(values: Sequence[float]) -> str:
    """``p50 0.41 s, p99 1.22 s, all 1.30 s``."""
    if not values:
        return "none"
    ordered = sorted(values)
    p50, p99 = (ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.99))
    return f"p50 {p50:.2f} s, p99 {p99:.2f} s, all {ordered[-1]:.2f} s"


async def measure(count: int, seconds: float, watched: float) -> None:
    """One storm in a house of its own."""
    with tempfile.TemporaryDirectory(prefix="tocsin-storm-") as folder:
        house = House(Path(folder), f"sqlite:///{folder}/tocsin.db")
        await house.open()
        watch = Watch(house)
        watching = asyncio.create_task(watch.run())
        try:
            await house.start_bot()
            await watch.listened.wait()
            began, began_at = time.monotonic(), time.time()  # noqa: TID251 -- compared with the sandbox's clock
            arrived, critical = await send(house, count, seconds)
            clicks = await click(house, watch, critical, began + watched)
            await watch.rest()
            edits = [each for each in await house.calls("PATCH", "") if "/channels/" in each["path"]]
            calls = [*await house.calls("POST", "/messages"), *edits]
            stand = await house.messages()
        finally:
            watching.cancel()
            await asyncio.wait([watching])
            await house.close()
    minute = [each for each in calls if each["ts"] < began_at + 60]
    show(count, watched, watch, arrived, critical, clicks, minute)
    rang = sum(any(each["sandbox"]["pinged"].values()) for each in stand)
    print(f"  messages that stand     {len(stand)}: {rang} of them rang somebody")
    sys.stdout.flush()


def show(
    count: int,
    watched: float,
    watch: Watch,
    arrived: dict[str, float],
    critical: set[str],
    clicks: list[tuple[str, float, float]],
    calls: list[dict[str, Any]],
) -> None:
    """The findings."""
    seen = [watch.visible[ref] - at for ref, at in arrived.items() if ref in watch.visible]
    carded = [watch.carded[ref][0] - arrived[ref] for ref in critical if ref in watch.carded]
    edits = [watch.acked[ref] - began for ref, began, _ in clicks if ref in watch.acked]
    posts = sum(each["method"] == "POST" for each in calls)
    print(f"{count:,} alerts, {len(critical):,} of them critical, watched for {watched:.0f} s")
    print(f"  visible                 {len(seen):,} of {count:,}: {cuts(seen)} after arrival")
    print(f"  criticals with a card   {len(carded):,} of {len(critical):,}: {cuts(carded)}")
    print(f"  calls in the minute     {len(calls)}: {posts} posts, {len(calls) - posts} edits")
    print(f"  of them 429             {sum(each['status'] == 429 for each in calls)}")
    print(f"  click answered          {len(clicks)}: {cuts([each[2] for each in clicks])}")
    print(f"  card edited by it       {len(edits)}: {cuts(edits)}")


async def run(counts: Sequence[int], seconds: float, watched: float) -> None:
    """All storms, one after the other."""
    for count in counts:
        await measure(count, seconds, watched)
    print(PEERS)


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--alerts", type=lambda text: [int(each) for each in text.split(",")], default=[1_000, 10_000]
    )
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--watch", type=float, default=60)
    parser.add_argument("--table", nargs="?", const="0,1,2,3", help="only the table, or some of its rows")
    args = parser.parse_args()
    asyncio.run(both(args))


async def both(args: argparse.Namespace) -> None:
    """The table, and the pace unless only the table was asked for."""
    rows = [int(each) for each in (args.table or "0,1,2,3").split(",")]
    await storm_table.run(rows, seconds=args.seconds, watched=args.watch)
    if args.table is None:
        await run(args.alerts, args.seconds, args.watch)


if __name__ == "__main__":
    main()
