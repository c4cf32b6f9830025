"""Refusals: of too many calls, of a channel, of a message that is gone."""

from typing import Any

from bot.domain.alert.signal import Severity
from bot.domain.outbox.outbox import ParkReason
from tests.fault.house import EDIT, POST, House
from tests.waiting import until

WAIT = 0.8  # seconds
ROUNDED = 1.0  # seconds: all that Cloudflare's answer says is a header in whole seconds


async def limit(house: House, wait: float, **rule: Any) -> list[dict[str, Any]]:
    """Refuse a card for a while; people are answered meanwhile. Returns the bot's calls for messages."""
    await house.fire("Memory")
    await house.true()
    before, channel_id = len(house.posts()), str(house.sandbox.channels["alerts"])
    async with house.faulty({"route": POST, "channel": channel_id, "times": 1, "retry_after": WAIT, **rule}):
        await house.fire("Disk", Severity.CRITICAL)
        await house.struck()
        await house.fire("Load", channel="ops")
        assert (await house.press("Memory"))["answered"]
        await house.true()
    posts = house.posts()[before:]
    refused = next(call for call in posts if call["status"] == 429)
    again = [call for call in posts if call["ts"] > refused["ts"] and call["path"] == refused["path"]]
    assert min(call["ts"] for call in again) - refused["ts"] >= wait
    assert sum(call["status"] == 429 for call in posts) == 1
    return posts


async def test_a_429_with_via(house: House) -> None:
    posts = await limit(house, WAIT, effect="rate_limit")
    assert posts[1]["path"] != posts[0]["path"], "another channel does not wait"


async def test_a_429_without_via(house: House) -> None:
    posts = await limit(house, ROUNDED, effect="rate_limit", via=False)
    assert all(call["ts"] - posts[0]["ts"] >= ROUNDED for call in posts[1:]), "Cloudflare means everybody"


async def test_a_global_429(house: House) -> None:
    posts = await limit(house, WAIT, effect="global_rate_limit")
    assert all(call["ts"] - posts[0]["ts"] >= WAIT for call in posts[1:])


async def shut(house: House, effect: str, reason: ParkReason) -> None:
    """A channel is closed to the bot, another is not; then it is open again."""
    channel_id = str(house.sandbox.channels["alerts"])
    async with house.faulty({"effect": effect, "route": POST, "channel": channel_id}):
        await house.fire("Disk", Severity.CRITICAL)
        await house.struck()
        await house.fire("Load", channel="ops")
        assert (await house.press("Load"))["answered"]
        await house.fire("Memory")
        await until(house.parked, "the cards to be parked")
        assert await house.parked() == {"alerts": reason}
        assert house.hits() == 1, "nobody knocks at a closed channel again and again"
    house.open("alerts")
    await house.true()


async def test_a_403_for_a_channel(house: House) -> None:
    await shut(house, "forbidden", ParkReason.MISSING_PERMISSION)


async def test_a_404_for_a_channel(house: House) -> None:
    await shut(house, "not_found", ParkReason.UNKNOWN_CHANNEL)


async def test_a_message_deleted_before_its_edit(house: House) -> None:
    await house.fire("Disk", Severity.CRITICAL)
    await house.true()
    async with house.faulty({"effect": "delete_message", "route": EDIT, "times": 1}):
        await house.react("Disk")
        await house.struck()
        await house.true()


async def test_a_message_deleted_as_soon_as_it_stands(house: House) -> None:
    async with house.faulty({"effect": "delete_message", "route": POST, "times": 1}):
        await house.fire("Disk", Severity.CRITICAL)
        await house.struck()
        await house.true()
    assert (await house.press("Disk"))["answered"]
    await house.true()
