"""Bodies that people, bugs and enemies send: each is made harmless or gets a clear no, never a 500."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ingress.body import inflate
from bot.ingress.problem import Refusal
from tests.ingress.conftest import OpenDoor
from tests.ingress.door import Answer, Door, alert, group

GOOD = msgspec.json.encode(group(alert()))


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One engine is enough: none of this gets as far."""
    return sqlite_url


async def send(
    door: Door, body: object, *, headers: dict[str, str] | None = None, provider: str = "alertmanager"
) -> Answer:
    token = (await door.add("sender", provider)).token
    answer = await door.post(body, token, headers=headers, provider=provider)
    assert await door.rows("event") == (answer.status == 202)
    return answer


def spoiled(text: str) -> bytes:
    """A good group, but for the name of its alert, which is the JSON string ``text``."""
    return GOOD.replace(b'"HighErrorRate"', text.encode(), 1)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"nonsense",
        b"null",
        b"[]",
        b'"text"',
        b"12",
        b"{}",
        b'{"alerts": {}}',
        b"payload=%7B%7D",
        GOOD[:-1],
        GOOD + b"x",
        b"\x00" + GOOD,
        b"\xff\xfe" + GOOD.decode().encode("utf-16-le"),
    ],
    ids=lambda body: repr(body[:12]),
)
async def test_what_is_not_the_senders_shape_is_a_400_and_stored_nowhere(door: Door, body: bytes) -> None:
    answer = await send(door, body)
    assert (answer.status, answer.json["type"]) == (400, "urn:tocsin:problem:unreadable")
    assert answer.json["field"]


async def test_a_body_20_000_levels_deep_is_refused(door: Door) -> None:
    deep = b'{"alerts":' + b"[" * 20_000 + b"]" * 20_000 + b"}"
    answer = await send(door, deep)
    assert (answer.status, "deep" in answer.json["detail"]) == (400, True)


async def test_a_body_that_is_not_utf_8_is_refused(door: Door) -> None:
    answer = await send(door, GOOD.replace(b"HighErrorRate", b"High\xff\xfeRate"))
    assert (answer.status, "UTF-8" in answer.json["detail"]) == (400, True)


async def test_a_byte_order_mark_is_forgiven(door: Door) -> None:
    assert (await send(door, b"\xef\xbb\xbf" + GOOD)).status == 202


async def test_a_number_of_5_000_digits_is_no_accident(door: Door) -> None:
    answer = await send(door, GOOD.replace(b'"version":"4"', b'"version":' + b"9" * 5_000))
    assert answer.status in {202, 400}


async def test_nan_and_infinity_are_no_json(door: Door) -> None:
    assert (await send(door, GOOD.replace(b'"version":"4"', b'"version":NaN'))).status == 400


@pytest.mark.parametrize("text", [r'"\ud800"', r'"a\udfffb"', r'"\udc00\ud800"', r'"\u0000"', '"a\\u0000b"'])
async def test_lone_surrogates_and_nul_are_made_harmless(door: Door, text: str) -> None:
    assert (await send(door, spoiled(text))).json["accepted"] == 1
    (event,) = await door.desk.storage.read(lambda tx: tx.events.of_recurrence(1))
    kept = await door.desk.storage.read(lambda tx: tx.events.envelope(event.envelope_digest))
    assert kept is not None
    assert "�" in event.preview
    assert not {"\\ud", "\\u0000"} & {kept.body[i : i + n] for i in range(len(kept.body)) for n in (3, 6)}


async def test_the_last_of_duplicate_keys_counts(door: Door) -> None:
    assert (
        await send(door, GOOD.replace(b'"alertname":', b'"alertname":"First","alertname":'))
    ).status == 202
    (event,) = await door.desk.storage.read(lambda tx: tx.events.of_recurrence(1))
    assert event.preview.startswith("HighErrorRate")


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip", "identity, gzip"])
async def test_gzip_is_inflated(door: Door, encoding: str) -> None:
    assert (await send(door, gzip.compress(GOOD), headers={"Content-Encoding": encoding})).status == 202


async def test_both_things_called_deflate_are_inflated(door: Door) -> None:
    token = (await door.add()).token
    raw = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    for body in (zlib.compress(GOOD), raw.compress(GOOD) + raw.flush()):
        assert (await door.post(body, token, headers={"Content-Encoding": "deflate"})).status == 202


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
@pytest.mark.parametrize(
    "body", [GOOD, b"", gzip.compress(GOOD)[:-9], gzip.compress(GOOD) + b"x", zlib.compress(GOOD)[:-1]]
)
async def test_a_content_encoding_that_lies_is_refused(door: Door, encoding: str, body: bytes) -> None:
    answer = await send(door, body, headers={"Content-Encoding": encoding})
    assert (answer.status, answer.json["field"]) == (400, "Content-Encoding")


@pytest.mark.parametrize(
    "encoding", ["br", "zstd", "gzip, gzip", "compress", "\N{LATIN SMALL LETTER E WITH ACUTE}"]
)
async def test_a_content_encoding_that_is_not_spoken_here_is_refused(door: Door, encoding: str) -> None:
    answer = await send(door, GOOD, headers={"Content-Encoding": encoding})
    assert (answer.status, answer.headers["Accept-Encoding"]) == (415, "gzip, deflate")


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
async def test_a_compressed_bomb_is_not_inflated(door: Door, pack: object) -> None:
    bomb = pack(b"[" * 50_000_000)  # type: ignore[operator]  # both take bytes
    encoding = "gzip" if pack is gzip.compress else "deflate"
    answer = await send(door, bomb, headers={"Content-Encoding": encoding})
    assert (len(bomb) < 1_048_576, answer.status) == (True, 413)


@pytest.mark.parametrize(
    ("content_type", "body", "status", "field"),
    [
        ("application/xml", b"<alert/>", 415, "Content-Type"),
        ("image/png", b"\x89PNG", 415, "Content-Type"),
        ("multipart/form-data", b"x", 400, "body"),
        ("multipart/form-data; boundary=x", b"--x--", 400, "body"),
        ("text/plain", b"disk full", 400, "body"),
        ("application/json", b"disk full", 400, "body"),
        ("", b"", 400, "body"),
    ],
)
async def test_what_is_neither_json_nor_looks_like_it_is_refused(
    door: Door, content_type: str, body: bytes, status: int, field: str
) -> None:
    answer = await send(door, body, headers={"Content-Type": content_type})
    assert (answer.status, answer.json["field"]) == (status, field)


@pytest.mark.parametrize(
    "content_type",
    [
        *("application/json; charset=utf-8", "application/cloudevents+json", "TEXT/JSON", ""),
        *("text/plain; charset=UTF-8", "application/x-www-form-urlencoded", "application/octet-stream"),
        *("application/xml", "multipart/form-data"),
    ],
)
async def test_json_is_known_by_many_names(door: Door, content_type: str) -> None:
    assert (await send(door, GOOD, headers={"Content-Type": content_type})).status == 202


async def test_more_than_may_be_sent_is_refused_before_it_is_read(door: Door) -> None:
    token = (await door.add()).token
    head = (
        "POST /v1/hooks/alertmanager HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: 16777217\r\n\r\n"
    )
    assert (await door.exchange(head.encode())).startswith(b"HTTP/1.1 413")


async def test_more_than_may_be_sent_is_refused_while_it_is_read(door: Door) -> None:
    async def stream() -> AsyncIterator[bytes]:
        for _ in range(9):
            yield b" " * 2_097_152

    answer = await send(door, stream())
    assert (answer.status, answer.json["type"]) == (413, "urn:tocsin:problem:too-large")
    assert answer.json["field"] == "body"


async def test_exactly_as_much_as_may_be_sent_is_taken(open_door: OpenDoor) -> None:
    door = await open_door(max_body=100_000)
    token = (await door.add()).token
    for size, status in ((100_001, 413), (100_000, 202)):
        assert (await door.post(GOOD + b" " * (size - len(GOOD)), token)).status == status


async def test_a_group_of_750_real_size_alerts_is_taken(door: Door) -> None:
    words = {"summary": "s" * 300, "description": "d" * 900}
    alerts = [alert(f"Alert{number}") | {"annotations": words} for number in range(750)]
    body = msgspec.json.encode(group(*alerts))
    assert len(body) > 1_048_576
    token = (await door.add()).token
    assert (await door.post(stream_of(body), token)).json["accepted"] == 750


async def stream_of(body: bytes) -> AsyncIterator[bytes]:
    for place in range(0, len(body), 65_536):
        yield body[place : place + 65_536]


async def test_a_body_in_many_small_chunks_is_put_together(door: Door) -> None:
    async def stream() -> AsyncIterator[bytes]:
        for place in range(0, len(GOOD), 7):
            yield GOOD[place : place + 7]

    assert (await send(door, stream())).status == 202


async def test_a_body_that_does_not_come_is_not_waited_for(open_door: OpenDoor) -> None:
    door = await open_door(patience=timedelta(seconds=0.05))
    token = (await door.add()).token
    head = (
        "POST /v1/hooks/alertmanager HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n"
        f"Authorization: Bearer {token}\r\n\r\n{{"
    )
    answer = await door.exchange(head.encode())
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"onnection: close" in answer


async def test_a_client_that_waits_for_leave_gets_it_when_it_is_known(door: Door) -> None:
    token = (await door.add()).token
    head = (
        "POST /v1/hooks/alertmanager HTTP/1.1\r\nHost: x\r\nExpect: {}\r\nConnection: close\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(GOOD)}\r\n\r\n"
    )
    host, port = door.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(head.format("100-continue").encode())
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(GOOD)
    assert (await reader.read()).startswith(b"HTTP/1.1 202")
    writer.close()
    stranger = head.replace("Bearer toc_", "Bearer other_").format("100-continue")
    assert (await door.exchange(stranger.encode())).startswith(b"HTTP/1.1 401")
    assert (await door.exchange(head.format("200-ok").encode())).startswith(b"HTTP/1.1 417")


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET\r\n\r\n",
        b"POST /v1/hooks/alertmanager HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"POST /v1/hooks/alertmanager HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/hooks/alertmanager HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer toc_\x01secret\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 9_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 1_000 + b"\r\n",
    ],
    ids=lambda raw: repr(raw[-20:]),
)
async def test_what_is_no_http_gets_a_400_that_repeats_nothing(
    door: Door, raw: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = await door.exchange(raw)
    assert answer.split()[1] == b"400"
    assert b"application/problem+json" in answer
    assert b"toc_" not in answer
    assert "toc_" not in "".join(capfd.readouterr())


@pytest.mark.parametrize("rest", [b"zz\r\n{}\r\n0\r\n\r\n", b"2\r\n{}", b"ffffffffffffffffff\r\n{}"])
async def test_chunks_that_are_framed_wrongly_are_refused(open_door: OpenDoor, rest: bytes) -> None:
    door = await open_door(patience=timedelta(seconds=0.05))
    token = (await door.add()).token
    head = (
        "POST /v1/hooks/alertmanager HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n\r\n"
    )
    answer = await door.exchange(head.encode() + rest)
    assert answer.split()[1] in {b"400", b"408"}


@given(st.binary(max_size=2_000), st.sampled_from(["gzip", "deflate"]), st.integers(0, 500))
def test_inflating_never_exceeds_its_bounds(body: bytes, encoding: str, limit: int) -> None:
    for packed in (body, gzip.compress(body), zlib.compress(body)):
        with suppress(Refusal):
            plain = inflate(packed, [encoding], limit=limit)
            assert len(plain) <= limit
            if packed is not body and encoding == ("gzip" if packed[:2] == b"\x1f\x8b" else "deflate"):
                assert plain == body
