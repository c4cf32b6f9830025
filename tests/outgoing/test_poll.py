"""Asking an Alertmanager: where, how much, and that nothing is concluded from what goes wrong."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.outgoing import poll
from bot.outgoing.poll import PollClient


@asynccontextmanager
async def serving(status: int = 200, body: bytes = b"[]") -> AsyncIterator[tuple[str, list[str]]]:
    asked: list[str] = []

    async def answer(request: web.BaseRequest) -> web.Response:
        asked.append(request.path_qs)
        return web.Response(status=status, body=body, headers={"Location": "/elsewhere"})

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}", asked
    await runner.cleanup()


async def test_the_address_is_completed_and_its_query_kept() -> None:
    async with serving(body=b'[{"a": 1}]') as (url, asked):
        client = PollClient()
        assert await client.fetch(url) == [{"a": 1}]
        assert await client.fetch(f"{url}/am/?receiver=tocsin") == [{"a": 1}]
        assert await client.fetch(f"{url}/api/v2/alerts") == [{"a": 1}]
    assert asked == ["/api/v2/alerts", "/am/api/v2/alerts?receiver=tocsin", "/api/v2/alerts"]
    assert await client.fetch(url) is None


async def test_what_is_no_answer_is_none() -> None:
    for status, body in ((302, b""), (500, b"[]"), (401, b"[]"), (200, b"{"), (200, b"")):
        async with serving(status, body) as (url, _):
            assert await PollClient().fetch(url) is None
    async with serving(body=b"[" + b" " * poll.LARGEST + b"]") as (url, _):
        assert await PollClient().fetch(url) is None
