"""Head: the words before a body, which a sender says again and again.

What was read of them once, by the library, is kept under their digest, with no secret in it. A request that
is there as a whole and begins with the very same bytes is not read anew: that spares a tenth of what a
request of one alert costs.
"""

from hashlib import sha256
from typing import Final, NamedTuple

from aiohttp import StreamReader
from aiohttp.http import RawRequestMessage
from multidict import istr

from bot.providers.sender import Provider

MAX_HEADS: Final = 1_024
"""So many are kept; then they are read anew. A sender's differ in the length of the body."""
MAX_HEAD: Final = 2_048  # bytes

_END: Final = b"\r\n\r\n"
_CONTENT_LENGTH: Final = istr("Content-Length")


class Head(NamedTuple):
    """Whom the request speaks to, the digest of its token, and what its body is."""

    provider: Provider
    digest: str
    content_type: str


class Found(NamedTuple):
    """A request's parts."""

    head: Head
    body: bytes


class Heads:
    """One for all connections of an ingress."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[Head, int]] = {}

    def find(self, data: bytes) -> Found | None:
        """The parts of ``data``, if it is one request, nothing more or less, with a known head."""
        start = data.find(_END, 0, MAX_HEAD) + len(_END)
        known = self._known.get(sha256(data[:start]).digest())
        if known is None or len(data) - start != known[1]:
            return None
        return Found(known[0], data[start:])

    def keep(self, data: bytes, head: Head) -> None:
        """Know the head of ``data``, which is one whole request, from now on."""
        start = data.find(_END, 0, MAX_HEAD) + len(_END)
        if len(self._known) >= MAX_HEADS:
            self._known.clear()
        self._known[sha256(data[:start]).digest()] = head, len(data) - start


def is_whole(data: bytes, message: object, payload: StreamReader) -> bool:
    """Whether ``data``, with which the library had read ``message``, is that request, nothing more or less.

    It begins with the message's first line, has as many lines as the message has headers, and its body. What
    is no POST, or may become something else than HTTP, is not asked about: it never has a known head.
    """
    if not isinstance(message, RawRequestMessage) or message.method != "POST" or not payload.is_eof():
        return False
    if message.chunked or message.upgrade:
        return False
    start, lengths = data.find(_END, 0, MAX_HEAD), message.headers.getall(_CONTENT_LENGTH, ())
    if start < 0 or len(lengths) != 1 or start + len(_END) + int(lengths[0]) != len(data):
        return False
    begins = data.startswith(f"POST {message.path} ".encode(errors="surrogateescape"))
    return begins and data.count(b"\r\n", 0, start) == len(message.raw_headers)
