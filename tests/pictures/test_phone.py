"""On a phone of 390 pixels: five buttons stand in one row, and a board is no longer than a screen."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from playwright.async_api import Page

from bot.cards.admin import help as help_card
from bot.cards.admin.help import HelpLine, HelpTopic, HelpView
from bot.cards.alert.alert import render
from bot.cards.card import Card
from bot.cards.outbox import board as board_card
from bot.domain.actor import person
from bot.domain.alert.alert import State
from bot.domain.alert.signal import Severity
from bot.sandbox.server import Sandbox
from tests.cards.crowd import held
from tests.cards.world import NOON, TAG, view
from tests.pictures.browser import browsing, find_chromium, looking, message, screens

pytestmark = pytest.mark.skipif(find_chromium() is None, reason="there is no Chromium on this machine")

CARDS = {
    "open": render(view()),
    "acked": render(view(state=State.ACKED, owner=person(7, "ann"), acked_at=NOON)),
    "resolved": render(view(state=State.RESOLVED, resolved_at=NOON + timedelta(minutes=9))),
    "failed": render(view(state=State.FAILED, attempts=5)),
}


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    sandbox = Sandbox()
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


async def post(sandbox: Sandbox, card: Card) -> str:
    """The card as a message of the bot's; returns its id."""
    channel = sandbox.channels["alerts"]
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(
            f"{sandbox.url}/api/v10/channels/{channel}/messages",
            json={**card.to_payload(), "attachments": []},
            headers={"Authorization": f"Bot {sandbox.bot_token}"},
        )
    assert answer.status_code == 200, answer.text
    posted: dict[str, Any] = answer.json()
    return str(posted["id"])


async def rows(page: Page, message_id: str) -> list[int]:
    """How many lines the buttons of each row take."""
    found: list[int] = await message(page, message_id).evaluate(
        """(node) => {
             const top = (each) => Math.round(each.getBoundingClientRect().top);
             return [...node.querySelectorAll(".row")].map((row) => new Set([...row.children].map(top)).size);
           }"""
    )
    return found


def crowd() -> board_card.BoardView:
    """Long names and places, more than a board has lines for."""
    members = tuple(
        held(
            number,
            f"KubePersistentVolumeFillingUp{number % 40}",
            severity=Severity.CRITICAL if number % 3 else Severity.WARNING,
            target=f"postgres-data-{number}/payments-production-eu-west-1",
        )
        for number in range(400, 0, -1)
    )
    return board_card.BoardView(channel_id=77, number=3, tag=TAG, since=NOON, now=NOON, held=members)


async def test_buttons_stand_in_one_row_and_a_board_fits_one_screen(sandbox: Sandbox) -> None:
    ids = {name: await post(sandbox, card) for name, card in CARDS.items()}
    board = await post(sandbox, board_card.render(crowd()))
    async with browsing() as browser, looking(browser, sandbox.url) as page:
        assert {name: await rows(page, each) for name, each in ids.items()} == {
            "open": [1],
            "acked": [1],
            "resolved": [1, 1],
            "failed": [1, 1],
        }
        assert await screens(page, board) <= 1.0


def helped() -> Card:
    """What a manager is told: more groups and longer names than there are today."""
    groups = tuple(
        HelpTopic(
            f"group{number}",
            "What people work on together, in words",
            tuple(HelpLine(f"group{number} action command{each}", "w" * 100) for each in range(12)),
        )
        for number in range(12)
    )
    return help_card.render(
        HelpView(
            may_view=True,
            may_respond=True,
            may_manage=True,
            topics=groups,
            menus=("Acknowledge alert", "Escalate to incident", "Add to timeline", "Brief me on this alert"),
            tag=TAG,
        )
    )


async def test_what_help_tells_is_no_wider_than_the_screen(sandbox: Sandbox) -> None:
    posted = await post(sandbox, helped())
    async with browsing() as browser, looking(browser, sandbox.url) as page:
        over = await message(page, posted).evaluate(
            "(node) => [node, ...node.querySelectorAll('*')]"
            ".filter((each) => each.getBoundingClientRect().right > window.innerWidth + 1).length"
        )
        assert over == 0
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
