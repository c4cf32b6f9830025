"""A sandbox, a desk to start bots at, and a raw REST client for what discord.py would not send."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.sandbox.server import Sandbox
from tests.sandbox.desk import Desk, redirected


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    yield desk
    await desk.stop()


@pytest.fixture
async def sandbox(desk: Desk) -> AsyncIterator[Sandbox]:
    sandbox = await desk.sandbox()
    with redirected(sandbox):
        yield sandbox
        await desk.stop_bots()


class Rest:
    """Plain REST calls with the bot's token: ``await rest("POST", "/channels/…", {…})`` → status, body."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self._sandbox = sandbox
        self.session = session
        self.headers: dict[str, str] = {}

    async def __call__(
        self, method: str, path: str, body: object = None, *, token: str | None = None, **more: Any
    ) -> tuple[int, Any]:
        authorization = f"Bot {token or self._sandbox.bot_token}"
        url = f"{self._sandbox.url}/api/v10{path}"
        headers = {"Authorization": authorization}
        if body is not None:
            more["json"] = body
        async with self.session.request(method, url, headers=headers, **more) as answer:
            self.headers = dict(answer.headers)
            if answer.content_type == "application/json":
                return answer.status, await answer.json()
            return answer.status, await answer.text() or None

    async def control(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """A call of the control API."""
        url = f"{self._sandbox.url}/sandbox{path}"
        async with self.session.request(method, url, json=body) as answer:
            if answer.content_type == "application/json":
                return answer.status, await answer.json()
            return answer.status, await answer.text()


@pytest.fixture
async def rest(sandbox: Sandbox) -> AsyncIterator[Rest]:
    async with aiohttp.ClientSession() as session:
        yield Rest(sandbox, session)
