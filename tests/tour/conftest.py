"""A house for each story."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.tour.house import House


@pytest.fixture
async def empty_house(tmp_path: Path, database_url: str) -> AsyncIterator[House]:
    """Everything but the bot."""
    house = House(tmp_path, database_url)
    await house.open()
    yield house
    await house.close()


@pytest.fixture
async def house(empty_house: House) -> House:
    """A house with its bot at work."""
    await empty_house.start_bot()
    return empty_house
