"""Browser: the sandbox's page as a person has it in the hand, looked at with a headless Chromium."""

import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, cast

from playwright.async_api import Browser, Locator, Page, async_playwright

PHONE: Final = (390, 844)
DESK: Final = (1100, 1200)
_CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS: Final = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars")


def find_chromium() -> str | None:
    """The browser of this machine; None where there is none."""
    found = map(shutil.which, _CHROMIUM)
    return next((each for each in found if each is not None), None)


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    """A browser that is closed afterwards."""
    async with async_playwright() as playwright:
        environ = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(), args=[*_ARGUMENTS], env=cast("Any", environ)
        )
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def looking(
    browser: Browser,
    url: str,
    *,
    channel: str = "alerts",
    person: str = "responder",
    size: Sequence[int] = PHONE,
) -> AsyncIterator[Page]:
    """The page at a channel, quiet: nothing moves, and what was unread is read."""
    width, height = size
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=2 if width < DESK[0] else 1,
        reduced_motion="reduce",
        color_scheme="dark",
        timezone_id="UTC",
    )
    page = await context.new_page()
    try:
        await page.goto(f"{url}/#channel={channel}&person={person}", wait_until="load")
        await page.wait_for_selector(".message, .empty, .timeline")
        await settle(page)
        yield page
    finally:
        await context.close()


async def settle(page: Page) -> None:
    """Fonts and pictures are there, and two frames have been painted."""
    await page.evaluate(
        """async () => {
          await document.fonts.ready;
          await Promise.all([...document.images].map((each) => each.decode().catch(() => {})));
          for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
        }"""
    )


def message(page: Page, message_id: str) -> Locator:
    """One message of the channel."""
    return page.locator(f'[data-id="{message_id}"]').first


async def screens(page: Page, message_id: str) -> float:
    """How many screens a message takes: of what is left between the channel's name and the keyboard."""
    share: float = await message(page, message_id).evaluate(
        "(node) => node.getBoundingClientRect().height / node.closest('.scroll').clientHeight"
    )
    return share
