"""Reading: a known source's request over HTTP as a delivery, without its credentials."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from aiohttp import web

from bot.domain.access.source import Source
from bot.domain.actor import Method
from bot.domain.alert.mapping import FieldMap
from bot.domain.alert.signal import Reading
from bot.domain.errors import InvalidInputError
from bot.domain.text import harmless
from bot.ingress.address import Address
from bot.providers.delivery import Delivery, read_delivery
from bot.providers.sender import Provider, Request

_OURS = frozenset({"authorization", "proxy-authorization", "cookie", "x-gotify-key", "x-gitlab-token"})


class SourceRequest(NamedTuple):
    """A request of a source known by ``method``."""

    request: web.BaseRequest
    provider: Provider
    address: Address
    source: Source
    method: Method = Method.BEARER


def read_request(asked: SourceRequest, body: bytes, mappings: Mapping[str, FieldMap]) -> Delivery:
    """Read ``body``, which is inflated, by the mapping of the source if it has one.

    Raises:
        UnsupportedMediaError: the body is in no form that is understood.
        InvalidInputError: it is not what this provider's senders send.
    """
    request = Request(
        method=asked.request.method,
        tail=asked.address.tail,
        content_type=asked.request.headers.get("Content-Type", ""),
        headers=_headers(asked.request),
        query=asked.address.query,
    )
    return read_delivery(
        asked.provider,
        request,
        body,
        default_severity=asked.source.default_severity,
        mapping=mappings.get(asked.source.name),
    )


def parse_plain(read: Callable[[object], Reading], value: object) -> Reading | None:
    """The request as it was before redaction; it is never kept."""
    try:
        return read(value)
    except InvalidInputError:
        return None


def _headers(request: web.BaseRequest) -> dict[str, str]:
    """By lower-case name, without credentials; of two with one name the first counts."""
    found: dict[str, str] = {}
    for name, value in request.headers.items():
        if (plain := name.lower()) not in _OURS:
            found.setdefault(plain, harmless(value))
    return found
