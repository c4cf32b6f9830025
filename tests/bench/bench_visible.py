"""Visible: from the sender's request to the card in the channel, and from a click to its answer.

    python -m tests.bench.bench_visible [--alerts 300] [--clicks 60] [--load 1500]

Bot and sandbox are processes of their own, on a SQLite file, with Discord's limits switched off: what is
measured is Tocsin. A message is visible at the moment the sandbox took it. For the clicks a sender posts
``--load`` alerts a second in groups of 100 meanwhile (resolves of what was never seen: intake works, the
channel stays free, as the target demands).
"""

import argparse
import asyncio
import re
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles
from typing import Any

import httpx

from tests.tour.house import House
from tests.waiting import until

TARGETS = {
    "webhook to visible": (60, 200),
    "click to first answer, under load": (None, 250),
    "click to edited card, under load": (None, 1_000),
}


async def visible(house: House, alerts: int) -> list[float]:
    """Milliseconds from the start of each request to its message, 20 requests a second."""
    began: dict[str, float] = {}

    async def one(number: int) -> None:
        name = f"Visible{number}"
        began[name] = time.time()  # noqa: TID251 -- compared with the sandbox's own clock
        await house.post({"title": name, "severity": "warning", "dedupe_key": name})

    tasks = []
    for number in range(alerts):
        tasks.append(asyncio.create_task(one(number)))
        await asyncio.sleep(0.05)  # noqa: TID251 -- the pace of the load
    await asyncio.gather(*tasks)

    async def all_there() -> list[dict[str, Any]] | None:
        calls = await house.calls("POST", "/messages")
        return calls if len(calls) >= alerts else None

    calls = await until(all_there, "every card to be posted")
    found = []
    for call in calls:
        name = next(each for each in began if re.search(rf" {each}(?: |$)", call["body"]["content"]))
        found.append((call["ts"] - began[name]) * 1_000)
    return found


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


def line(what: str, found: list[float]) -> str:
    """One row of the table."""
    cuts = quantiles(found, n=100)
    p50_target, p99_target = TARGETS[what]
    wish = f"p50 <= {p50_target} ms, " if p50_target else ""
    return f"{what:<36} {len(found):>5} {cuts[49]:>9.1f} {cuts[98]:>9.1f}   {wish}p99 <= {p99_target} ms"


async def run(alerts: int, clicked: int, load: int) -> None:
    """Measure everything once and print it."""
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder), f"sqlite:///{folder}/tocsin.db")
        await house.open()
        try:
            await house.limits(enabled=False)
            await house.start_bot()
            shown = await visible(house, alerts)
            answered, edited = await clicks(house, clicked, load)
        finally:
            await house.close()
    print(f"{'milliseconds':<36} {'n':>5} {'p50':>9} {'p99':>9}   target")
    for what, found in zip(TARGETS, (shown, answered, edited), strict=True):
        print(line(what, found))
    sys.stdout.flush()


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--alerts", type=int, default=300)
    parser.add_argument("--clicks", type=int, default=60)
    parser.add_argument("--load", type=int, default=1_500)
    args = parser.parse_args()
    asyncio.run(run(args.alerts, args.clicks, args.load))


if __name__ == "__main__":
    main()
