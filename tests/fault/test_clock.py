"""A clock that is off: Discord's, or ours, which comes to the same."""

from datetime import timedelta

import pytest

from bot.domain.alert.signal import Severity
from bot.domain.outbox.outbox import NONCE_WINDOW
from tests.fault.house import POST, House

HOUR = 3600


@pytest.mark.parametrize("seconds", [HOUR, -HOUR])
async def test_a_clock_that_is_off(house: House, seconds: int) -> None:
    async with house.faulty({"effect": "clock_skew", "seconds": seconds}):
        await house.fire("Disk", Severity.CRITICAL)
        await house.true()
        assert (await house.press("Disk"))["answered"]
        await house.fire("Memory")
        await house.true()
        await house.react("Memory")
        await house.acked("Memory")
        await house.resolve("Disk")
        await house.true()


@pytest.mark.parametrize("seconds", [HOUR, -HOUR])
async def test_a_clock_that_is_off_while_a_lost_card_is_looked_for(house: House, seconds: int) -> None:
    house.clock.off = timedelta(seconds=seconds)
    async with house.faulty(
        {"effect": "lost_answer_reset", "route": POST, "times": 1},
        {"effect": "drop_event", "route": "MESSAGE_CREATE", "times": 1},
    ):
        await house.fire("Disk", Severity.CRITICAL)
        await house.struck(2)
        house.clock.off += 2 * NONCE_WINDOW
        house.sandbox.world.nonces.clear()
        await house.true()


async def test_a_clock_that_jumps_ahead_and_back(house: House) -> None:
    for number, off in enumerate((HOUR, -HOUR, 0)):
        house.clock.off = timedelta(seconds=off)
        await house.fire(f"Disk{number}")
        assert (await house.press(f"Disk{number}"))["answered"]
        await house.true()
