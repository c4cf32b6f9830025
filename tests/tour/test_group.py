"""A thousand alerts of one cause come, the bot is killed in the middle, and all of it is one message."""

import asyncio
from typing import Any

import pytest

from tests.tour.house import House, line_of
from tests.waiting import until

MANY = 1_000
REQUEST = 100


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One engine is enough for this story: the laws of groups run on both."""
    return sqlite_url


def alerts(first: int, **more: str) -> list[dict[str, Any]]:
    return [
        {"title": "PodDown", "severity": "warning", "service": "shop", "dedupe_key": f"pod {number}", **more}
        for number in range(first, first + REQUEST)
    ]


async def card(house: House, line: str) -> dict[str, Any]:
    """Wait until the one message of the channel begins with this line."""

    async def look() -> dict[str, Any] | None:
        shown = await house.messages()
        assert len(shown) < 2, f"{len(shown)} messages"
        return shown[0] if shown and line_of(shown[0]).startswith(line) else None

    found: dict[str, Any] = await until(look, f"the card to say {line}")
    return found


async def test_a_thousand_alerts_of_one_cause_are_one_message(empty_house: House) -> None:
    house = empty_house
    issued = await asyncio.to_thread(house.add_source, "pods", "generic", "--card", "group")
    house.token = issued["token"]
    await house.start_bot()
    for first in range(0, MANY, REQUEST):
        await house.post(*alerts(first))
        if first == MANY // 2:
            house.kill_bot()
            await house.start_bot()
    shown = await card(house, "🟠 WARNING PodDown (1,000 alerts)")
    listed = await house.download(shown["attachments"][0])
    assert listed.count("\n  A-") == MANY
    await house.click("responder", shown, "Acknowledge all")
    acked = await card(house, "🟨 ACKED WARNING PodDown (1,000 alerts)")
    assert acked["id"] == shown["id"]
    for first in range(0, MANY, REQUEST):
        await house.post(*alerts(first, status="resolved"))
    over = await card(house, "✅ RESOLVED PodDown (1,000 alerts)")
    assert (over["id"], over["attachments"]) == (shown["id"], [])
    assert len(await house.messages()) == 1
