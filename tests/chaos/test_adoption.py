"""A message that stood in the channel before the desk knew of it is a card like any other."""

from pathlib import Path

import pytest

from tests.chaos.deed import ACK
from tests.chaos.house import House, Said
from tests.chaos.process import PATIENCE
from tests.chaos.record import Reader
from tests.chaos.weather import POST
from tests.waiting import until

DISK = {"title": "DiskFull", "severity": "critical", "dedupe_key": "disk"}


@pytest.mark.parametrize("effect", ["lost_answer_hang", "lost_answer_500"])
async def test_an_emoji_on_a_card_whose_answer_was_lost_counts_after_a_kill(
    sqlite_url: str, tmp_path: Path, effect: str
) -> None:
    async with House(tmp_path, sqlite_url) as house:
        await house.start_ready()
        await house.control("PUT", "faults", [{"route": POST, "effect": effect}])
        assert (await house.post([DISK])).said is Said.PROMISED
        (card,) = await until(house.messages, "the card to be seen", PATIENCE)
        house.kill()
        await house.act("responder", "react", message_id=card["id"], emoji=ACK)
        await house.control("PUT", "faults", [])
        await house.start_ready()
        await _heard(house)
        (shown,) = await house.messages()
        assert shown["id"] == card["id"]


async def _heard(house: House) -> None:
    """Wait until the alert is acknowledged."""
    reader = Reader(house.database_url)

    async def is_acked() -> bool:
        return [each.state for each in (await reader.read()).alerts.values()] == ["acked"]

    try:
        await until(is_acked, "the emoji to be heard", PATIENCE)
    finally:
        await reader.close()
