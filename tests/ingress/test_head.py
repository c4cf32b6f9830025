"""A head that was read before is not read again, and is never taken for another's, however bytes arrive."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import msgspec
import pytest
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http import HttpRequestParser

from bot.ingress import head as heads
from bot.ingress.direct import Direct
from bot.usecases.admin import source as sources
from bot.usecases.intake.queue import Intake
from tests.ingress.door import SETUP, Door, alert, group, held
from tests.waiting import until

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PAGE = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
def again(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each request that stood alone whether its head was known."""
    found: list[bool] = []
    plain = Direct.take_again

    def take_again(*given: object) -> bool:
        found.append(plain(*given))  # type: ignore[arg-type]
        return found[-1]

    monkeypatch.setattr(Direct, "take_again", take_again)
    return found


def posted(token: str, name: str, *more: str) -> bytes:
    content = msgspec.json.encode(group(alert(name)))
    lines = ["POST /v1/hooks/alertmanager HTTP/1.1", "Host: x", *more, f"Content-Length: {len(content)}"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


class Client:
    """A connection on which pieces are sent one by one."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def send(self, raw: bytes) -> None:
        self._writer.write(raw)
        await self._writer.drain()

    async def status(self) -> int:
        async with asyncio.timeout(10):
            said = await self._reader.readuntil(b"\r\n\r\n")
            length = int(said.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            await self._reader.readexactly(length)
        return int(said.split(b" ", 2)[1])

    async def ask(self, raw: bytes) -> int:
        await self.send(raw)
        return await self.status()


@asynccontextmanager
async def connected(door: Door) -> AsyncIterator[Client]:
    parts = urlsplit(door.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    yield Client(reader, writer)
    writer.close()


async def familiar(door: Door, token: str) -> None:
    """Have the head of `posted` known, for names of four letters."""
    async with connected(door) as client:
        for name in ("AAAA", "BBBB", "CCCC"):
            assert await client.ask(posted(token, name)) == 202


async def test_a_known_head_is_not_read_again_on_any_connection(door: Door, again: list[bool]) -> None:
    token = (await door.add()).token
    await familiar(door, token)
    async with connected(door) as client:
        assert await client.ask(posted(token, "Disk")) == 202  # its parser may not have begun yet
        del again[:]
        for name in ("Lag1", "Lag2", "Longer"):
            assert await client.ask(posted(token, name)) == 202
    assert again == [True, True, False]
    assert await door.rows("alert") == 7


async def test_a_source_that_is_removed_is_closed_whatever_is_known(door: Door) -> None:
    token = (await door.add()).token
    await familiar(door, token)
    async with connected(door) as client:
        assert await client.ask(posted(token, "Disk")) == 202
        await sources.remove(door.desk, "prom", actor=SETUP)
        assert await client.ask(posted(token, "Last")) == 401
    assert await door.rows("alert") == 4


async def test_behind_a_request_that_is_being_stored_others_keep_their_order(
    door: Door, database_url: str, again: list[bool]
) -> None:
    token, other = (await door.add()).token, (await door.add("other")).token
    await familiar(door, token)
    async with connected(door) as client:
        assert await client.ask(posted(token, "Disk")) == 202
        with held(database_url):
            await client.send(posted(token, "Lag1"))
            await until(lambda: door.intake.waiting == 1)
            assert again[-1]
            await client.send(PAGE + posted(other, "Lag2") + posted("nobody", "Lag3"))
            await client.send(posted(token, "Lag4"))
        assert [await client.status() for _ in range(5)] == [202, 200, 202, 401, 202]
    rows = await door.desk.storage.read(
        lambda tx: tx.run_raw(
            "SELECT alert.name, source.name FROM alert JOIN source ON source.id = source_id ORDER BY alert.id"
        ).all()
    )
    assert [tuple(row) for row in rows[4:]] == [("Lag1", "prom"), ("Lag2", "other"), ("Lag4", "prom")]


async def test_what_fails_is_answered_in_its_turn(
    door: Door, again: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    token = (await door.add()).token
    await familiar(door, token)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    async with connected(door) as client:
        assert await client.ask(posted(token, "Disk")) == 202
        with monkeypatch.context() as patch:
            patch.setattr(Intake, "put", broken)
            await client.send(posted(token, "Lag1"))
            await until(lambda: again[-1])
            await client.send(PAGE)
            assert [await client.status() for _ in range(2)] == [500, 200]
        assert await client.ask(posted(token, "Lag2")) == 202


@pytest.mark.parametrize("seed", range(6))
async def test_bytes_in_any_pieces_are_answered_as_if_they_came_at_once(door: Door, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 -- seeded on purpose
    token, other = (await door.add()).token, (await door.add("other")).token
    await familiar(door, token)
    kinds: list[Callable[[int], tuple[bytes, int]]] = [
        lambda number: (posted(token, f"N{number:03}"), 202),
        lambda number: (posted(token, f"N{number:03}"), 202),
        lambda number: (posted(other, f"N{number:03}"), 202),
        lambda number: (posted(token, f"N{number:03}").replace(b'"alerts"', b'"others"'), 400),
        lambda _: (PAGE, 200),
    ]
    told = [dice.choice(kinds)(number) for number in range(24)]
    raw = b"".join(each for each, _ in told)
    ends = [sum(len(each) for each, _ in told[: number + 1]) for number in range(len(told))]
    cuts = sorted({*dice.sample(range(1, len(raw)), 12), *dice.sample(ends, 12), len(raw)})
    async with connected(door) as client:
        begun = 0
        for end in cuts:
            await client.send(raw[begun:end])
            begun = end
        assert [await client.status() for _ in told] == [status for _, status in told]
    assert await door.rows("alert") == 3 + sum(status == 202 for _, status in told)


async def test_nobody_gets_in_by_a_head_that_stood_behind_another(door: Door) -> None:
    """The beginning of a request, and behind it, as its header's value, a request without a token."""
    token = (await door.add()).token
    bare = posted("", "Disk")
    async with connected(door) as client:
        for _ in range(3):
            await client.send(opening(token))
            await asyncio.sleep(0)  # noqa: TID251 -- so that they go as two pieces, if they can
            assert await client.ask(bare) == 202
    async with connected(door) as client:
        assert await client.ask(bare) == 401
        assert await client.ask(bare) == 401


def opening(token: str) -> bytes:
    """A request as far as into one of its headers."""
    return f"POST /v1/hooks/alertmanager HTTP/1.1\r\nAuthorization: Bearer {token}\r\nX-Note: ".encode()


@pytest.mark.usefixtures("database_url")
async def test_only_what_is_one_request_from_its_first_byte_to_its_last_is_whole() -> None:
    one = posted("x", "Disk")
    content = one[one.index(b"\r\n\r\n") + 4 :]
    chunked = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    split = b"POST /v1/hooks/alertmanager HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n"
    assert whole(one)
    assert not whole(one + one)
    assert not whole(one + PAGE[:9])
    assert not whole(opening("x"), posted("", "Disk"))
    assert not whole(one[:-1])
    assert not whole(one[: -len(content)], content)
    assert not whole(chunked)
    assert not whole(PAGE)
    assert not whole(one.replace(b"POST /v1/hooks/alertmanager", b"CONNECT x:1", 1))
    assert not whole(one.replace(b"Host: x", b"Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket", 1))
    assert not whole(split, b"\r\nA\r\n\r\nBPOST ")


def whole(*pieces: bytes) -> bool:
    """Whether the last piece is, of which the library has read the first message by then."""
    loop = asyncio.get_running_loop()
    parser = HttpRequestParser(BaseProtocol(loop), loop, 2**16, max_line_size=8_190)
    messages = [found for piece in pieces for found in parser.feed_data(piece)[0]]
    return bool(messages) and heads.is_whole(pieces[-1], *messages[0])


async def test_no_more_heads_are_kept_than_a_certain_number(
    door: Door, again: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heads, "MAX_HEADS", 3)
    token = (await door.add()).token
    async with connected(door) as client:
        for number in range(12):
            assert await client.ask(posted(token, "Disk", f"X-Number: {number}")) == 202
        assert len(door.ingress._direct._heads._known) <= 3
        assert await client.ask(posted(token, "Disk", "X-Number: 11")) == 202
    assert again[-1]
