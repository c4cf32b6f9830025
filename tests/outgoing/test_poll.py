"""Asking an Alertmanager: where, how much, and that nothing is concluded from what goes wrong."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from bot.domain.access.poll import PollCredential
from bot.outgoing import poll
from bot.outgoing.poll import PollClient

SHOWN: list[str] = []


@asynccontextmanager
async def serving(status: int = 200, body: bytes = b"[]") -> AsyncIterator[tuple[str, list[str]]]:
    asked: list[str] = []
    shown = SHOWN
    shown.clear()

    async def answer(request: web.BaseRequest) -> web.Response:
        asked.append(request.path_qs)
        shown.append(request.headers.get("Authorization", ""))
        return web.Response(status=status, body=body, headers={"Location": "/elsewhere"})

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}", asked
    await runner.cleanup()


async def test_the_address_is_completed_and_its_query_kept() -> None:
    async with serving(body=b'[{"a": 1}]') as (url, asked):
        client = PollClient()
        assert await client.fetch("prod", url) == [{"a": 1}]
        assert await client.fetch("prod", f"{url}/am/?receiver=tocsin") == [{"a": 1}]
        assert await client.fetch("prod", f"{url}/api/v2/alerts") == [{"a": 1}]
    assert asked == ["/api/v2/alerts", "/am/api/v2/alerts?receiver=tocsin", "/api/v2/alerts"]
    assert await client.fetch("prod", url) is None


async def test_what_is_no_answer_is_none() -> None:
    for status, body in ((302, b""), (500, b"[]"), (401, b"[]"), (200, b"{"), (200, b"")):
        async with serving(status, body) as (url, _):
            assert await PollClient().fetch("prod", url) is None
    async with serving(body=b"[" + b" " * poll.LARGEST + b"]") as (url, _):
        assert await PollClient().fetch("prod", url) is None


async def test_each_source_shows_its_own_credential_and_the_file_is_read_each_time(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "secret"
    file.write_text("one\n")
    credentials = {
        "basic": PollCredential(username="tocsin", secret="geheim"),
        "file": PollCredential(file=file),
        "gone": PollCredential(file=tmp_path / "nowhere"),
    }
    assert "geheim" not in repr(credentials)
    async with serving() as (url, asked):
        client = PollClient(credentials)
        for source in ("basic", "file", "other"):
            assert await client.fetch(source, url) == []
        file.write_text("two")
        assert await client.fetch("file", url) == []
        for broken in ("", "a\nb", "\u00e4"):
            file.write_text(broken)
            assert await client.fetch("file", url) is None
        assert await client.fetch("gone", url) is None
        assert len(asked) == 4
    basic = "Basic " + base64.b64encode(b"tocsin:geheim").decode()
    assert [basic, "Bearer one", "", "Bearer two"] == SHOWN
    assert "geheim" not in caplog.text
