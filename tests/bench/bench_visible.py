"""Visible: from the sender's request to the card in the channel, and from a click to its answer.

    python -m tests.bench visible [--alerts 300] [--rate 50] [--channels 8] [--clicks 60] [--load 1500]

Bot and sandbox are processes of their own, on a SQLite file, with Discord's limits switched off: what is
measured is Tocsin. An alert a request, over so many channels and then all into one; a message is visible at
the moment the sandbox took it, a request accepted when its answer is there. For the clicks a sender posts
``--load`` alerts a second in groups of 100 meanwhile (resolves of what was never seen: intake works, the
channel stays free, as the target demands).
"""

import argparse
import asyncio
import re
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from statistics import quantiles
from typing import Any

import httpx

from tests.tour.house import House
from tests.waiting import until

TARGETS = {
    "webhook to visible, {} channels": (40, 150),
    "accepted meanwhile, {} channels": (8, 40),
    "webhook to visible, one channel": (40, 150),
    "accepted meanwhile, one channel": (8, 40),
    "click to first answer, under load": (None, 250),
    "click to edited card, under load": (None, 1_000),
}
WARM = 40


async def add_channels(house: House, folder: Path, count: int) -> list[str]:
    """Channels with a source each; the sources' tokens."""
    found = []
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        for number in range(count):
            url = f"{house.world['sandbox_url']}/sandbox/channels"
            made = (await client.post(url, json={"name": f"channel-{number}"})).raise_for_status().json()
            found.append((await asyncio.to_thread(house.add_source, f"source-{number}", "generic"))["token"])
            with closing(sqlite3.connect(folder / "tocsin.db")) as database:
                moved = "UPDATE source SET channel_id = ? WHERE name = ?"
                database.execute(moved, (int(made["id"]), f"source-{number}"))
                database.commit()
    return found


async def visible(
    house: House, tokens: list[str], word: str, alerts: int, rate: float
) -> tuple[list[float], list[float]]:
    """Milliseconds from the start of each request to its message, and to its answer."""
    began: dict[str, float] = {}
    accepted: list[float] = []
    url = f"{house.ingress_url}/v1/hooks/generic"
    before = len(await house.calls("POST", "/messages"))

    async def one(client: httpx.AsyncClient, number: int) -> None:
        name, token = f"{word}{number}", tokens[number % len(tokens)]
        alert = {"title": name, "severity": "warning", "dedupe_key": name}
        began[name] = time.time()  # noqa: TID251 -- compared with the sandbox's own clock
        start = time.perf_counter()
        answer = await client.post(url, json=[alert], headers={"Authorization": f"Bearer {token}"})
        answer.raise_for_status()
        accepted.append((time.perf_counter() - start) * 1_000)

    async with httpx.AsyncClient(timeout=30, trust_env=False) as client, asyncio.TaskGroup() as group:
        start = time.perf_counter()
        for number in range(alerts):
            await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))  # noqa: TID251 -- the pace
            group.create_task(one(client, number))

    async def all_there() -> list[dict[str, Any]] | None:
        calls = await house.calls("POST", "/messages")
        return calls[before:] if len(calls) >= before + alerts else None

    found = []
    for call in await until(all_there, "every card to be posted"):
        named = re.search(rf" ({word}\d+)(?: |$)", call["body"]["content"])
        assert named is not None, call["body"]["content"]
        found.append((call["ts"] - began[named[1]]) * 1_000)
    return found, accepted


async def clicks(house: House, count: int, load: int) -> tuple[list[float], list[float]]:
    """Milliseconds to the first answer and to the edited card while a sender keeps the desk busy."""
    names = [f"Click{number}" for number in range(count)]
    await house.post(*({"title": name, "dedupe_key": name} for name in names))
    cards = [await house.card(name, "🟠") for name in names]
    busy = asyncio.create_task(_keep_busy(house, load))
    answers, edits = [], []
    for name, card in zip(names, cards, strict=True):
        start = time.perf_counter()
        await house.click("responder", card, "Acknowledge")
        answers.append((time.perf_counter() - start) * 1_000)
        await house.card(name, "🟨")
        edits.append((time.perf_counter() - start) * 1_000)
    busy.cancel()
    await asyncio.wait([busy])
    return answers, edits


async def _keep_busy(house: House, load: int) -> None:
    """A hundred alerts a request, each recorded and none shown."""
    url, headers = f"{house.ingress_url}/v1/hooks/generic", {"Authorization": f"Bearer {house.token}"}
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        number = 0
        while True:
            group = [
                {"title": "Busy", "severity": "info", "status": "resolved", "dedupe_key": f"b{number}-{each}"}
                for each in range(100)
            ]
            number += 1
            start = time.perf_counter()
            (await client.post(url, json=group, headers=headers)).raise_for_status()
            await asyncio.sleep(max(0.0, 100 / load - (time.perf_counter() - start)))  # noqa: TID251 -- the pace


def line(what: str, found: list[float], channels: int) -> str:
    """One row of the table."""
    cuts = quantiles(found, n=100)
    p50_target, p99_target = TARGETS[what]
    wish = f"p50 <= {p50_target} ms, " if p50_target else ""
    return (
        f"{what.format(channels):<36} {len(found):>5} {cuts[49]:>9.1f} {cuts[98]:>9.1f}"
        f"   {wish}p99 <= {p99_target} ms"
    )


async def run(args: argparse.Namespace) -> None:
    """Measure everything once and print it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        house = House(folder, f"sqlite:///{folder}/tocsin.db")
        await house.open()
        try:
            await house.limits(enabled=False)
            tokens = await add_channels(house, folder, args.channels)
            await house.start_bot()
            await visible(house, tokens, "Warm", WARM, args.rate)
            over_many = await visible(house, tokens, "Many", args.alerts, args.rate)
            into_one = await visible(house, [house.token], "One", args.alerts, args.rate)
            clicked = await clicks(house, args.clicks, args.load)
        finally:
            await house.close()
    print(f"{'milliseconds':<36} {'n':>5} {'p50':>9} {'p99':>9}   target")
    for what, found in zip(TARGETS, (*over_many, *into_one, *clicked), strict=True):
        print(line(what, found, args.channels))
    sys.stdout.flush()


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--alerts", type=int, default=300)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--channels", type=int, default=8)
    parser.add_argument("--clicks", type=int, default=60)
    parser.add_argument("--load", type=int, default=1_500)
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
