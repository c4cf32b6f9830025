"""An ingress on a free port of this machine, and doors with other options where a test needs them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.ingress.options import IngressOptions
from bot.ingress.server import Ingress
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import Intake
from tests.ingress.door import Door

OpenDoor = Callable[..., Awaitable[Door]]


@pytest.fixture
def door_options() -> dict[str, Any]:
    """What all doors of a test are told; fixtures may add to it."""
    return {}


@pytest.fixture
def hasty(door_options: dict[str, Any]) -> None:
    """Strangers need not wait for the next reading of the keys."""
    door_options["reading_pause"] = timedelta(0)


@pytest.fixture
async def open_door(desk: Desk, door_options: dict[str, Any]) -> AsyncIterator[OpenDoor]:
    async with AsyncExitStack() as stack:

        async def open_one(*, probes: Any = (), fetch: Any = None, **options: Any) -> Door:
            intake = Intake(desk)
            told = IngressOptions(port=0, **door_options | options)
            ingress = Ingress(desk, intake, options=told, probes=probes, fetch=fetch)
            url = await ingress.start()
            stack.push_async_callback(ingress.stop)
            session = await stack.enter_async_context(aiohttp.ClientSession(auto_decompress=False))
            return Door(desk, intake, ingress, url, session)

        yield open_one


@pytest.fixture
async def door(open_door: OpenDoor) -> Door:
    return await open_door()
