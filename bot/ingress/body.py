"""Body: the bytes of a request, read and inflated within bounds of size and time."""

import asyncio
import zlib
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from aiohttp import web
from aiohttp.http import HttpVersion11

from bot.ingress.problem import ProblemType, Refusal

_GZIP: Final = zlib.MAX_WBITS | 16
_ZLIB: Final = zlib.MAX_WBITS
_RAW_DEFLATE: Final = -zlib.MAX_WBITS
_ENCODINGS: Final = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": _ZLIB}
_ACCEPTED: Final = {"Accept-Encoding": "gzip, deflate"}


def _unbounded(_: int) -> None:
    """Nobody counts."""


async def read_body(
    request: web.BaseRequest,
    *,
    limit: int,
    patience: timedelta,
    ensure: Callable[[int], None] = _unbounded,
) -> bytes:
    """All bytes as they were sent; ``ensure`` is asked for room as they come, with how many there are.

    Raises:
        Refusal: they are more than ``limit``, come slower than ``patience`` or not at all.
    """
    declared = request.content_length
    if declared is not None and declared > limit:
        raise _too_large(limit)
    content = request.content
    if content.is_eof():
        body = content.read_nowait(-1)
    else:
        await _invite(request)
        try:
            async with asyncio.timeout(patience.total_seconds()):
                body = await _read_slowly(request, limit, ensure)
        except TimeoutError:
            detail = f"The body took longer than {patience.total_seconds():g} s."
            raise Refusal(ProblemType.TOO_SLOW, detail, headers={"Connection": "close"}) from None
        except (web.RequestPayloadError, ConnectionError):
            raise Refusal(
                ProblemType.UNREADABLE, "The body broke off or is not framed as HTTP says."
            ) from None
    if len(body) > limit:
        raise _too_large(limit)
    return body


async def _invite(request: web.BaseRequest) -> None:
    """Tell a client to go on that waits for leave to send (curl does with large bodies)."""
    expected = request.headers.get("Expect")
    if expected is None or request.version != HttpVersion11:
        return
    if expected.lower() != "100-continue":
        raise Refusal(ProblemType.EXPECTATION_FAILED, "Only 100-continue is understood.", field="Expect")
    await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    request.writer.output_size = 0


async def _read_slowly(request: web.BaseRequest, limit: int, ensure: Callable[[int], None]) -> bytes:
    body = bytearray()
    content = request.content
    while not content.at_eof():
        if request.transport is None and not content.is_eof():
            raise ConnectionResetError
        body += await content.readany()
        ensure(len(body))
        if len(body) > limit:
            break
    return bytes(body)


def inflate(body: bytes, encodings: list[str], *, limit: int) -> bytes:
    """``body`` without its ``Content-Encoding``, of which ``encodings`` are all header lines.

    Raises:
        Refusal: the encoding is none of gzip and deflate or used twice, the bytes are not in it, or they
            grow beyond ``limit``.
    """
    words = [word for line in encodings for word in line.lower().replace(" ", "").split(",")]
    names = [word for word in words if word not in ("", "identity")]
    if not names:
        return body
    bits = _ENCODINGS.get(names[0])
    if bits is None or len(names) > 1:
        detail = "Only gzip or deflate is understood, once."
        raise Refusal(ProblemType.UNSUPPORTED_MEDIA, detail, field="Content-Encoding", headers=_ACCEPTED)
    if bits == _ZLIB and not _has_zlib_header(body):
        bits = _RAW_DEFLATE  # what some clients understand by "deflate"
    inflater = zlib.decompressobj(bits)
    try:
        plain = inflater.decompress(body, limit + 1)
    except zlib.error:
        raise _lying(names[0]) from None
    if len(plain) > limit:
        raise _too_large(limit)
    if not inflater.eof or inflater.unused_data:
        raise _lying(names[0])
    return plain


def _has_zlib_header(body: bytes) -> bool:
    """Whether the two bytes of RFC 1950 come first."""
    return len(body) > 1 and body[0] & 0x0F == zlib.DEFLATED and int.from_bytes(body[:2]) % 31 == 0


def _lying(encoding: str) -> Refusal:
    detail = f"The body is not one whole {encoding} stream, as its Content-Encoding says."
    return Refusal(ProblemType.UNREADABLE, detail, field="Content-Encoding")


def _too_large(limit: int) -> Refusal:
    return Refusal(
        ProblemType.TOO_LARGE, f"At most {limit} bytes are taken, inflated ones too.", field="body"
    )
