"""Real programs of others, talking to a real door; where one is missing its tests say so and are skipped."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.ingress.options import IngressOptions
from bot.ingress.server import Ingress
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import Intake
from tests.ingress.door import Door


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def door(desk: Desk) -> AsyncIterator[Door]:
    intake = Intake(desk)
    ingress = Ingress(desk, intake, options=IngressOptions(port=0))
    url = await ingress.start()
    async with aiohttp.ClientSession() as session:
        yield Door(desk, intake, ingress, url, session)
    await ingress.stop()
