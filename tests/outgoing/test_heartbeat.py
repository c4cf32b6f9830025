"""The dead man's ping says that all is well, or that it is not, and never that nobody hears it."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.clock import ManualClock
from bot.outgoing.heartbeat import Heartbeat


class Switch:
    """A dead man's switch elsewhere."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []
        self.status = 200
        self.url = ""

    async def hear(self, request: web.BaseRequest) -> web.Response:
        """Remember the ping."""
        self.heard.append((request.path, (await request.read()).decode()))
        return web.Response(status=self.status)


@pytest.fixture
async def switch() -> AsyncIterator[Switch]:
    made = Switch()
    runner = web.ServerRunner(web.Server(made.hear))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/uuid"
    yield made
    await runner.cleanup()


async def test_all_is_well_is_one_address_and_trouble_another(switch: Switch, clock: ManualClock) -> None:
    troubles: list[str] = []
    heartbeat = Heartbeat(switch.url, lambda: tuple(troubles), clock)
    assert await heartbeat.ping()
    troubles += ["a card has been waiting for 9 min", "x" * 9_999]
    assert await heartbeat.ping()
    (well, nothing), (ill, told) = switch.heard
    assert (well, nothing, ill) == ("/uuid", "", "/uuid/fail")
    assert told.startswith("a card has been waiting for 9 min\nxxx")
    assert len(told) == 2_000


async def test_nobody_who_hears_it_is_logged_once_and_costs_nothing(
    switch: Switch, clock: ManualClock
) -> None:
    switch.status = 500
    heartbeat = Heartbeat(switch.url, tuple, clock)
    with capture_logs() as logs:
        assert [await heartbeat.ping() for _ in range(3)] == [False] * 3
        switch.status = 200
        assert await heartbeat.ping()
    assert [each["reason"] for each in logs] == ["status 500"]
    nobody = Heartbeat("http://127.0.0.1:1/x", tuple, clock)
    with capture_logs() as logs:
        assert not await nobody.ping()
    assert [each["reason"] for each in logs] == ["ConnectError"]
