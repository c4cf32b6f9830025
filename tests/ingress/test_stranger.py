"""What strangers may cost: known senders and programs are answered whatever nobody's connections do."""

import asyncio
import resource
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from bot import metrics
from bot.clock import ManualClock
from bot.domain.access.token import Scope
from bot.ingress import crowd, stranger
from bot.ingress.crowd import Crowd, most_connections
from bot.ingress.peer import peer, read_networks
from bot.ingress.problem import Refusal
from bot.ingress.stranger import BURST, Strangers
from bot.usecases.admin import token as tokens
from tests.conftest import START
from tests.ingress.conftest import OpenDoor
from tests.ingress.door import Door, alert, group, signed
from tests.ingress.program import admit
from tests.waiting import until

GOOD = msgspec.json.encode(group(alert()))
NOW = int(START.timestamp())
ENDLESS = (
    b"POST /v1/hooks/alertmanager HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n"
    b"X-Tocsin-Timestamp: %d\r\nX-Tocsin-Signature: sha256=%b\r\n\r\n{" % (NOW, b"0" * 64)
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One engine is enough: nothing here is storage's."""
    return sqlite_url


@asynccontextmanager
async def connected(door: Door, count: int, said: bytes = b"") -> AsyncIterator[list[asyncio.StreamReader]]:
    """Connections of strangers that say something, and then nothing more."""
    parts = urlsplit(door.url)
    readers = []
    async with AsyncExitStack() as stack:
        for _ in range(count):
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            stack.callback(writer.close)
            writer.write(said)
            readers.append(reader)
        yield readers


async def test_bodies_that_never_end_do_not_keep_a_signed_sender_out(door: Door) -> None:
    secret = (await door.add()).signing_secret
    async with connected(door, 70, ENDLESS) as readers:
        buffers = [reader._buffer for reader in readers]  # type: ignore[attr-defined]  # to see without reading
        await until(lambda: any(buffers))
        body = msgspec.json.encode(group(*(alert(str(n)) for n in range(300))))
        for second in range(20):
            data = _slowly(body) if second % 2 else body
            answer = await door.post(data, headers=signed(secret, body, NOW + second))
            assert answer.status == 202


async def _slowly(body: bytes) -> AsyncIterator[bytes]:
    """Not there at once, as over a real line."""
    half = len(body) // 2
    yield body[:half]
    await asyncio.sleep(0)  # noqa: TID251 -- lets the other side run
    yield body[half:]


async def test_tokens_that_are_none_do_not_keep_a_program_out(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = await admit(door, Scope.ALERTS_READ)
    assert (await program.get("/v1/alerts")).status == 200
    look, slow = tokens.admit, asyncio.Event()

    async def slowly(desk: Any, digest: str) -> Any:
        found = await look(desk, digest)
        if found is None:
            await slow.wait()
        return found

    monkeypatch.setattr(tokens, "admit", slowly)
    junk = [
        asyncio.create_task(door.ask("GET", "/v1/alerts", headers={"Authorization": f"Bearer toc_api_{n}"}))
        for n in range(100)
    ]
    await until(lambda: sum(each.done() for each in junk) >= 96)  # the room of strangers is full
    assert {(await program.get("/v1/alerts")).status for _ in range(30)} == {200}
    slow.set()
    assert {(await each).status for each in junk} == {401, 503}


async def test_silent_connections_lose_their_places_to_those_that_speak(
    open_door: OpenDoor, capfd: pytest.CaptureFixture[str]
) -> None:
    door = await open_door(max_connections=40)
    token = (await door.add()).token
    closed = metrics.total(metrics.CONNECTIONS_CLOSED)
    assert (await door.post(GOOD, token)).status == 202
    async with connected(door, 200) as readers:
        assert (await door.post(GOOD, token)).status == 202
        await until(lambda: sum(reader.at_eof() for reader in readers) >= 160)
        for _ in range(3):
            assert (await door.ask("POST", "/v1/hooks/alertmanager", data=GOOD)).status == 401
            assert (await door.post(GOOD, token)).status == 202
    assert metrics.total(metrics.CONNECTIONS_CLOSED) - closed >= 160
    assert "too many connections" in "".join(capfd.readouterr())


class _Guest:
    def __init__(self) -> None:
        self.gone = False

    def hang_up(self) -> None:
        self.gone = True


def test_the_address_with_most_connections_gives_way_and_the_known_last(clock: ManualClock) -> None:
    full = Crowd(4, clock)
    known, alone, *many = (_Guest() for _ in range(4))
    full.come(known, "a")
    full.prove(known)
    full.come(alone, "b")
    for each in many:
        full.come(each, "c")
    late = _Guest()
    full.come(late, "d")
    assert [each.gone for each in (known, alone, *many, late)] == [False, False, True, False, False]
    for each in (*many, late, alone):
        full.prove(each)
    full.begin(known)
    full.come(_Guest(), "e")
    assert (known.gone, alone.gone or late.gone or many[1].gone) == (False, True)


def test_the_limit_of_open_files_bounds_the_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = [(256, 256), (256, 4_096), (100_000, 100_000), (32, 32)]
    monkeypatch.setattr(resource, "setrlimit", lambda *_: None)
    found = []
    for limit in limits:
        monkeypatch.setattr(resource, "getrlimit", lambda _, limit=limit: limit)
        found.append(most_connections(2_048))
    assert found == [256 - crowd.RESERVE, 2_048, 2_048, crowd.FEWEST]


def test_an_address_that_only_fails_has_to_wait_and_one_that_proved_itself_never(clock: ManualClock) -> None:
    strangers = Strangers(clock)
    for _ in range(BURST):
        strangers.demand("a")
        strangers.failed("a")
    strangers.failed("a")
    with pytest.raises(Refusal):
        strangers.demand("a")
    strangers.demand("b")
    strangers.proved("a")
    for _ in range(BURST + 20):
        strangers.failed("a")
    strangers.demand("a")
    clock.advance(stranger.TRUSTED)
    clock.advance(stranger.TRUSTED)
    strangers.demand("a")


def test_who_knocks_through_a_proxy_of_ours_is_whom_the_proxy_names() -> None:
    ours = read_networks(("10.0.0.0/8", "127.0.0.1"))
    headers = {"X-Forwarded-For": "6.6.6.6, 203.0.113.9, 10.1.1.1"}

    def ask(remote: str) -> web.BaseRequest:
        request = make_mocked_request("GET", "/", headers=headers)
        return request.clone(remote=remote)

    assert peer(ask("127.0.0.1"), ours) == "203.0.113.9"
    assert peer(ask("127.0.0.1")) == "127.0.0.1"
    assert peer(ask("8.8.8.8"), ours) == "8.8.8.8"
    assert peer(ask("2001:db8:1:2:3::4"), ours) == peer(ask("2001:db8:1:2::9"), ours)
    assert peer(ask("::ffff:8.8.8.8"), ours) == "8.8.8.8"
