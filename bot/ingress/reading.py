"""Reading: what a known sender's request says, decoded, gathered, redacted and parsed.

The original, whose digest says that two requests are the same, is the body, and with it the query and
whatever headers the provider gave a meaning to.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec
from aiohttp import web

from bot.domain.access.redaction import Redacted, redact, redact_body
from bot.domain.access.source import Source
from bot.domain.alert.mapping import FieldMap
from bot.domain.alert.signal import Reading
from bot.domain.errors import InvalidInputError
from bot.domain.text import harmless
from bot.ingress.address import Address
from bot.providers.content import read_content
from bot.providers.generic import Generic
from bot.providers.registry import Provider
from bot.providers.sender import Request
from bot.providers.severity import absent

_OURS = frozenset({"authorization", "proxy-authorization", "cookie", "x-gotify-key", "x-gitlab-token"})


class Read(msgspec.Struct, frozen=True):
    """``redacted`` is what is stored and was parsed, ``original`` what came.

    ``plain`` is the reading before redaction, where that took anything out: for identities alone.
    """

    original: bytes
    redacted: Redacted
    reading: Reading
    plain: Reading | None = None


class Asked(NamedTuple):
    """A request of a known source."""

    request: web.BaseRequest
    provider: Provider
    address: Address
    source: Source


def read_request(asked: Asked, body: bytes, mappings: Mapping[str, FieldMap]) -> Read:
    """Read ``body``, which is inflated, by the mapping of the source if it has one.

    Raises:
        UnsupportedMediaError: the body is in no form that is understood.
        InvalidInputError: it is not what this provider's senders send.
    """
    provider = asked.provider
    request = Request(
        method=asked.request.method,
        tail=asked.address.tail,
        content_type=asked.request.headers.get("Content-Type", ""),
        headers=_headers(asked.request),
        query=asked.address.query,
    )
    content = read_content(request, body, may_be_empty=provider.may_be_empty)
    gathered = provider.gather(content.value, request)
    direct = content.direct and gathered is content.value
    redacted = redact_body(body, gathered) if direct else redact(gathered)
    original = body if direct else body + b"\n" + msgspec.json.encode(gathered)
    mapping = mappings.get(asked.source.name)
    reading = parse(provider, asked.source, redacted.value, mapping)
    plain = None
    if redacted.hits:
        plain = parse_plain(lambda value: parse(provider, asked.source, value, mapping), gathered)
    return Read(original, redacted, reading, plain)


def parse_plain(read: Callable[[object], Reading], value: object) -> Reading | None:
    """The request as it was before redaction; it is never kept."""
    try:
        return read(value)
    except InvalidInputError:
        return None


def parse(provider: Provider, source: Source, value: object, mapping: FieldMap | None = None) -> Reading:
    """What the sender says; an alert without a severity is what its source says such alerts are.

    Raises:
        InvalidInputError: it is not what this provider's senders send.
    """
    if mapping is not None and isinstance(provider, Generic):
        value = mapping.apply(value)
    reset = absent.set(source.default_severity)
    try:
        return provider.parse(value)
    finally:
        absent.reset(reset)


def _headers(request: web.BaseRequest) -> dict[str, str]:
    """By lower-case name, without credentials; of two with one name the first counts."""
    found: dict[str, str] = {}
    for name, value in request.headers.items():
        if (plain := name.lower()) not in _OURS:
            found.setdefault(plain, harmless(value))
    return found
