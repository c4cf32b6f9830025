"""Window: the channel as a person sees it, live."""

import asyncio
from typing import Any

import aiohttp
import msgspec

from bot.cards.alert.alert import find_marker
from tests.chaos.house import House
from tests.chaos.pulse import Beat, Pulse


class Window:
    """The newest look of every card, by alert id."""

    def __init__(self, house: House, pulse: Pulse) -> None:
        self._house = house
        self._pulse = pulse
        self.cards: dict[int, dict[str, Any]] = {}
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Begin to look."""
        line = await self._house.session.ws_connect(self._house.sandbox_url("stream?person=operator"))
        self._task = asyncio.create_task(self._look(line))

    async def close(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _look(self, line: aiohttp.ClientWebSocketResponse) -> None:
        async with line:
            async for frame in line:
                event = msgspec.json.decode(frame.data)
                self._see(event["t"], event["d"])

    def _see(self, event: str, message: dict[str, Any]) -> None:
        if event not in {"MESSAGE_CREATE", "MESSAGE_UPDATE"} or message["sandbox"]["ephemeral_for"]:
            return
        marker = find_marker(message)
        if marker is not None:
            self.cards[marker[1]] = message
            self._pulse.beat(Beat.POSTED if event == "MESSAGE_CREATE" else Beat.EDITED)
