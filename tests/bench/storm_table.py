"""Storm table: what four storms leave behind for the people at the channel, with Discord's default limits.

    python -m tests.bench storm [--table]

A message that stands is counted however it came; a ring is a message whose mention rang a phone. A cause is
named when a message that rang says its name, also by a later edit. The board is measured in a browser of the
size of a phone, where there is one.
"""

import asyncio
import re
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import aiohttp
import httpx
import msgspec

from tests.pictures.browser import browsing, find_chromium, looking, screens
from tests.tour.house import House

_REF: Final = re.compile(r"A-\d+")
_CAUSE: Final = re.compile(r"Cause\d+x")
_OPENS_PAGE: Final = ("board", "group-page")
_OPENS_ALERT: Final = "pick"
CALLS_FROM: Final = "/channels/"


class Storm(msgspec.Struct, frozen=True):
    """``waves`` are (second at which it begins, number of alerts, number of causes, the first cause)."""

    name: str
    waves: tuple[tuple[int, int, int, int], ...]
    critical: int = 1
    """Each so-manieth is critical."""
    request: int = 10
    """Alerts in one request."""

    @property
    def alerts(self) -> int:
        return sum(count for _, count, _, _ in self.waves)


STORMS: Final = (
    Storm("150 of one cause", ((0, 150, 1, 0),)),
    Storm("400 of seven causes", ((0, 400, 7, 0),)),
    Storm("10,000 distinct", ((0, 10_000, 10_000, 0),), critical=10, request=50),
    Storm("two of 200, a minute apart", ((0, 200, 5, 0), (70, 200, 5, 5))),
)


class Found(msgspec.Struct, kw_only=True):
    """What one storm left."""

    alerts: int
    messages: int
    pings: int
    calls: int
    refused: int
    board: float | None
    reachable: int
    named: Sequence[float]
    causes: int


class Ears:
    """When each cause was first named in a message that rang."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/sandbox/stream?person=visitor"
        self.named: dict[str, float] = {}
        self.listened = asyncio.Event()

    async def run(self) -> None:
        """Listen until cancelled."""
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(self._url, max_msg_size=0) as stream,
        ):
            async for frame in stream:
                heard = frame.json()
                self.listened.set()
                if heard["t"] in {"MESSAGE_CREATE", "MESSAGE_UPDATE"} and _rang(heard["d"]):
                    for cause in _CAUSE.findall(heard["d"]["content"]):
                        self.named.setdefault(cause, time.monotonic())


def alert(storm: Storm, number: int, cause: int) -> dict[str, Any]:
    """One alert of a cause on a host of its own."""
    return {
        "title": f"Cause{cause}x",
        "severity": "critical" if number % storm.critical == 0 else "warning",
        "summary": f"error ratio of pod-{number} is 9 % (threshold 5 %)",
        "service": f"service-{cause % 7}",
        "host": f"pod-{number:05}",
        "dedupe_key": f"storm-{cause}-{number}",
    }


async def send(house: House, storm: Storm, seconds: float) -> dict[str, float]:
    """All waves at an even pace; returns when the first critical of each cause was sent."""
    first: dict[str, float] = {}
    start = time.monotonic()

    async def part(at: float, alerts: list[dict[str, Any]]) -> None:
        await asyncio.sleep(max(0.0, start + at - time.monotonic()))  # noqa: TID251 -- the pace
        for each in alerts:
            if each["severity"] == "critical":
                first.setdefault(each["title"], time.monotonic())
        await house.post(*alerts)

    await asyncio.gather(*(part(at, alerts) for at, alerts in _parts(storm, seconds)))
    return first


def _parts(storm: Storm, seconds: float) -> Iterator[tuple[float, list[dict[str, Any]]]]:
    for begins, count, causes, first in storm.waves:
        for offset in range(0, count, storm.request):
            numbers = range(offset, min(offset + storm.request, count))
            yield (
                begins + seconds * offset / count,
                [alert(storm, number, first + number % causes) for number in numbers],
            )


async def everything(house: House) -> list[dict[str, Any]]:
    """All messages that stand in the channel, oldest first."""
    url = f"{house.world['sandbox_url']}/sandbox/channels/{house.world['channels']['alerts']}/messages"
    found: list[dict[str, Any]] = []
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        before = None
        while True:
            asked = {"limit": 100, **({"before": before} if before else {})}
            page = (await client.get(url, params=asked)).raise_for_status().json()
            found = [*(each for each in page if not each["flags"] & 64), *found]
            if len(page) < 100:
                return found
            before = page[0]["id"]


async def reach(house: House, stand: Sequence[Mapping[str, Any]]) -> set[str]:
    """The alerts that two presses open: a card's own, those in a menu, those in the menus of any page."""
    found: set[str] = set()
    for shown in stand:
        footer = ((shown.get("embeds") or [{}])[0].get("footer") or {}).get("text", "")
        found.update(_REF.findall(footer) if shown["components"] else ())
        for part in _parts_of(shown):
            if part["custom_id"].startswith(f"{_OPENS_ALERT}:"):
                found.update(_menu(part))
            elif part["custom_id"].split(":")[0] in _OPENS_PAGE:
                pages = [{"values": [each["value"]]} for each in part.get("options", ())]
                for more in pages or [{}]:
                    answer = await house.act(
                        "visitor", "click", message_id=shown["id"], custom_id=part["custom_id"], **more
                    )
                    for inner in _parts_of(answer.get("message") or {}):
                        found.update(_menu(inner))
    return found


def _parts_of(shown: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [part for row in shown.get("components", ()) for part in row["components"]]


def _menu(part: Mapping[str, Any]) -> set[str]:
    options = part.get("options", ()) if part.get("custom_id", "").startswith(f"{_OPENS_ALERT}:") else ()
    return {f"A-{each['value']}" for each in options}


def _rang(shown: Mapping[str, Any]) -> bool:
    return any(shown["sandbox"]["pinged"].values())


async def measure(storm: Storm, *, seconds: float, watched: float) -> Found:
    """One storm in a house of its own, and what stands ``watched`` seconds after its end."""
    with tempfile.TemporaryDirectory(prefix="tocsin-storm-") as folder:
        house = House(Path(folder), f"sqlite:///{folder}/tocsin.db", TOCSIN_PING_CRITICAL="on-call")
        await house.open()
        ears = Ears(house.world["sandbox_url"])
        listening = asyncio.create_task(ears.run())
        try:
            await house.start_bot()
            await ears.listened.wait()
            first = await send(house, storm, seconds)
            board = await look(house)
            await asyncio.sleep(watched)  # noqa: TID251 -- what comes later counts too
            stand = await everything(house)
            calls = [
                each
                for method in ("POST", "PATCH", "DELETE", "PUT")
                for each in await house.calls(method, "")
                if each["path"].startswith(CALLS_FROM)
            ]
            reached = await reach(house, stand)
        finally:
            listening.cancel()
            await asyncio.wait([listening])
            await house.close()
    return Found(
        alerts=storm.alerts,
        messages=len(stand),
        pings=sum(map(_rang, stand)),
        calls=len(calls),
        refused=sum(each["status"] == 429 for each in calls),
        board=board,
        reachable=len(reached),
        named=sorted(ears.named[each] - at for each, at in first.items() if each in ears.named),
        causes=len(first),
    )


async def look(house: House) -> float | None:
    """How many screens of a phone the board takes; None where there is no board or no browser."""
    boards = [each for each in await everything(house) if "Alert storm" in each["content"]]
    if not boards or find_chromium() is None:
        return None
    async with browsing() as browser, looking(browser, house.world["sandbox_url"]) as page:
        return await screens(page, boards[-1]["id"])


HEAD: Final = (
    "| storm | messages | pings | calls (429) | board, screens | in two presses | causes named in a ring |\n"
    "|---|---|---|---|---|---|---|"
)


def line(storm: Storm, found: Found) -> str:
    """A row of the table."""
    board = "no board" if found.board is None else f"{found.board:.2f}"
    named = f"{len(found.named)} of {found.causes}"
    if found.named:
        named += f", the last after {found.named[-1]:.1f} s"
    return (
        f"| {storm.name} | {found.messages} | {found.pings} | {found.calls} ({found.refused}) | {board} "
        f"| {found.reachable:,} of {found.alerts:,} | {named} |"
    )


async def run(which: Sequence[int], *, seconds: float, watched: float) -> None:
    """The table, a row as soon as it is known."""
    print(HEAD, flush=True)
    for index in which:
        print(line(STORMS[index], await measure(STORMS[index], seconds=seconds, watched=watched)), flush=True)
