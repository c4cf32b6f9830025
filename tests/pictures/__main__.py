"""``make pictures``: what the docs show, taken of the running product.

    python -m tests.pictures [--only NAME,...] [--to docs/pictures]

The demo is started as a newcomer starts it, its story is told, and more is sent: a group, a storm, an example
of each sender. Pictures are of a phone (390 x 844) or of the message alone, with few colours, to be small.
"""

import argparse
import asyncio
import html
import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Final

from PIL import Image
from playwright.async_api import Browser, Page

from tests.pictures.browser import DESK, PHONE, browsing, looking, message, settle
from tests.pictures.product import Product

COLOURS: Final = 256
ROUNDS: Final = 4  # of a search for the best of them: a rare orange stays orange
WIDE: Final = (1280, 900)
TO: Final = Path("docs/pictures")
SENDERS: Final = Path("docs/senders")
_TERMINAL: Final = """<style>body {{ margin: 0 }} pre {{ margin: 0; padding: 16px; font: 14px/1.4 monospace;
background: #16181d; color: #d7dae0; white-space: pre-wrap }}</style><pre>{}</pre>"""
NIGHT: Final = {
    "title": "ReplicationStopped",
    "severity": "critical",
    "summary": "the replica is 40 minutes behind and its receiver has stopped",
    "service": "postgres",
    "host": "db-02",
}
_GROUP: Final = 12
_STORM: Final = 260


def save(picture: bytes, to: Path) -> None:
    """With few colours: a third of the size, and nobody sees it."""
    to.parent.mkdir(parents=True, exist_ok=True)
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    few = image.quantize(COLOURS, kmeans=ROUNDS, dither=Image.Dither.NONE)
    few.save(to, optimize=True)
    print(f"{to} {to.stat().st_size // 1024} KiB", flush=True)  # noqa: T201 -- for a person to read


class Camera:
    """Takes the pictures of one product into one folder."""

    def __init__(self, product: Product, browser: Browser, to: Path) -> None:
        self.product = product
        self._browser = browser
        self._to = to

    def open(self, channel: str, *, size: tuple[int, int] = PHONE) -> AbstractAsyncContextManager[Page]:
        """The page at a channel, for many pictures."""
        return looking(self._browser, self.product.url, channel=channel, size=size)

    async def shoot(self, page: Page, name: str, message_id: str) -> None:
        """The message alone."""
        await _bring(page, message_id)
        save(await message(page, message_id).screenshot(), self._to / f"{name}.png")

    async def phone(self, name: str, channel: str, message_id: str, *, person: str = "responder") -> None:
        """A phone's screen with the message at its end."""
        async with looking(self._browser, self.product.url, channel=channel, person=person) as page:
            await _bring(page, message_id)
            save(await page.screenshot(), self._to / f"{name}.png")

    async def message(
        self, name: str, channel: str, message_id: str, *, size: tuple[int, int] = PHONE
    ) -> None:
        """The message alone."""
        async with self.open(channel, size=size) as page:
            await self.shoot(page, name, message_id)

    async def answer(
        self,
        name: str,
        command: str,
        *,
        person: str = "responder",
        size: tuple[int, int] = DESK,
        chart: bool = False,
        **options: str,
    ) -> None:
        """What the bot whispers to somebody, who has the page open."""
        async with looking(self._browser, self.product.url, person=person, size=size) as page:
            answer = await self.product.command(person, command, **options)
            assert answer["message"], (command, answer)
            shown = answer["message"]["id"]
            await page.wait_for_selector(f'[data-id="{shown}"]{" img" if chart else ""}')
            await _bring(page, shown)
            if size == PHONE:
                save(await page.screenshot(), self._to / f"{name}.png")
            else:
                await self.shoot(page, name, shown)

    async def whole(self, name: str) -> None:
        """The page as it is opened first."""
        async with self.open("alerts", size=WIDE) as page:
            save(await page.screenshot(), self._to / f"{name}.png")

    async def thread(self, name: str, thread_id: str) -> None:
        """An incident's thread beside its channel."""
        async with looking(
            self._browser, self.product.url, channel=f"alerts&thread={thread_id}", size=DESK
        ) as page:
            await page.wait_for_selector("#side .message")
            await settle(page)
            save(await page.locator("#side").screenshot(), self._to / f"{name}.png")

    async def text(self, name: str, printed: str) -> None:
        """What a program has printed, as a terminal shows it."""
        page = await self._browser.new_page(viewport={"width": 900, "height": 200})
        await page.set_content(_TERMINAL.format(html.escape(printed)))
        save(await page.locator("pre").screenshot(), self._to / f"{name}.png")
        await page.close()

    async def file(self, name: str, path: Path) -> None:
        """A page of the docs."""
        page = await self._browser.new_page(viewport={"width": WIDE[0], "height": WIDE[1]})
        await page.goto(path.as_uri())
        await settle(page)
        save(await page.screenshot(), self._to / f"{name}.png")
        await page.close()


async def _bring(page: Page, message_id: str) -> None:
    """To the lower edge, as it stands when it has just come."""
    found = message(page, message_id)
    await found.wait_for()
    await found.evaluate("(node) => node.scrollIntoView({ block: 'end' })")
    await settle(page)


async def desk(camera: Camera) -> None:
    """What the demo's story left."""
    product = camera.product
    card = await product.message("alerts", "HighErrorRate", '"ack:')
    await camera.whole("page")
    await camera.phone("phone-card", "alerts", card["id"])
    await camera.message("card", "alerts", card["id"], size=DESK)
    head = await product.message("alerts", "Checkout fails for one in ten", '"incident-')
    await camera.phone("phone-incident", "alerts", head["id"])
    (thread, *_) = (await product.world())["threads"]
    await camera.thread("thread", thread["id"])


async def answers(camera: Camera) -> None:
    """What people ask for; before the list is looked at, one more critical has come."""
    await camera.product.send_demo(NIGHT)
    await camera.product.message("alerts", "ReplicationStopped")
    await camera.answer("phone-list", "alert list", size=PHONE)
    await camera.answer("setup", "setup", person="operator")
    await camera.answer("status", "status", person="operator")
    await camera.answer("help", "help")
    await camera.answer("recurrence", "recurrence show", chart=True, recurrence="R-1")


async def group(camera: Camera) -> None:
    """Twelve alerts of one cause share a card."""
    product = camera.product
    issued = product.add_source("nodes", "generic", "alerts-low")
    await product.send(issued, [_pod(number, "KubePodCrashLooping", "payments") for number in range(_GROUP)])
    card = await product.message("alerts-low", f"KubePodCrashLooping ({_GROUP} alerts)")
    await camera.phone("phone-group", "alerts-low", card["id"])


async def board(camera: Camera) -> None:
    """A storm of many causes."""
    product = camera.product
    issued = product.add_source("cluster", "generic", "incidents-log", "--card", "alert")
    names = (
        "HighErrorRate",
        "TargetDown",
        "HighLatency",
        "NodeNotReady",
        "DiskPressure",
        "QueueIsGrowing",
        "OOMKilled",
    )
    await product.send(
        issued, [_pod(number, names[number % 7], f"service-{number % 7}") for number in range(_STORM)]
    )
    card = await product.message("incidents-log", "Alert storm")
    await product.message("incidents-log", "fires too")
    await camera.phone("phone-board", "incidents-log", card["id"])


def _pod(number: int, name: str, service: str) -> dict[str, str]:
    return {
        "title": name,
        "severity": ("critical", "warning", "warning", "info")[number % 4],
        "summary": f"{service} has restarted {number % 5 + 3} times within 10 minutes",
        "service": service,
        "host": f"{service}-7d9f{number:03}",
        "dedupe_key": f"{name}/{service}/{number}",
    }


async def senders(camera: Camera) -> None:
    """The card of each sender, of the request that its provider knows as its own."""
    product = camera.product
    async with camera.open("ops") as page:
        for text in sorted(SENDERS.glob("*.md")):
            issued = product.add_source(f"our-{text.stem}", text.stem, "ops")
            await product.send_example(issued)
            card = await product.message("ops", f' \u00b7 our-{text.stem}"')
            await camera.shoot(page, f"senders/{text.stem}", card["id"])


async def outside(camera: Camera) -> None:
    """The terminal in which the demo was started, and these pages as a reader has them."""
    await camera.text("terminal", camera.product.printed())
    with tempfile.TemporaryDirectory(prefix="tocsin-pages-") as folder:
        words = (sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", folder)
        await asyncio.to_thread(subprocess.run, words, check=True)
        await camera.file("docs", Path(folder) / "index.html")


SCENES: Final[Mapping[str, Callable[[Camera], Awaitable[Any]]]] = {
    "desk": desk,
    "answers": answers,
    "group": group,
    "senders": senders,
    "board": board,
    "outside": outside,
}


def has_emoji() -> bool:
    """Whether a browser of this machine can draw them."""
    fonts = shutil.which("fc-list")
    return fonts is None or bool(
        subprocess.run([fonts, ":lang=und-zsye"], check=False, capture_output=True).stdout
    )


async def take(only: list[str], to: Path) -> None:
    """One product for all of them."""
    with tempfile.TemporaryDirectory(prefix="tocsin-pictures-") as folder:
        product = Product(Path(folder))
        try:
            await product.open()
            async with browsing() as browser:
                for name in only:
                    await SCENES[name](Camera(product, browser, to))
        finally:
            await product.close()


def main() -> None:
    """Read the arguments and take them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default=",".join(SCENES), help="scenes, by default all: %(default)s")
    parser.add_argument("--to", type=Path, default=TO)
    args = parser.parse_args()
    if not has_emoji():
        parser.error("there is no font with emoji: install fonts-noto-color-emoji")
    asyncio.run(take(args.only.split(","), args.to))


if __name__ == "__main__":
    main()
