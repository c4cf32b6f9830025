"""A line that looks open and is dead: who hears nothing for too long gets a new client."""

from datetime import timedelta

import pytest

from tests.fault.house import House, break_line


@pytest.fixture
def silence() -> timedelta:
    return timedelta(seconds=1.5)


async def test_a_zombie(house: House) -> None:
    await break_line(house, effect="zombie")
    assert house.gateway.starts > 1


async def test_a_press_on_a_zombie_is_said_to_be_unanswered_and_works_again_later(house: House) -> None:
    await house.fire("Disk")
    await house.true()
    house.disturb(effect="zombie")
    seen = await house.press("Disk")
    assert (seen["answered"], seen["error"]) == (False, "The application did not respond")
    await house.looked_around(2)
    assert (await house.press("Disk"))["answered"]
    await house.true()
    assert len(await house.deeds("Disk")) == 1
