"""Delivery: one request from a sender, from its bytes to what it says.

The original, whose digest says that two requests are the same, is the body, and with it the query and
whatever headers the provider gave a meaning to.
"""

import msgspec

from bot.domain.access.redaction import Redacted, redact, redact_body
from bot.domain.alert.mapping import FieldMap
from bot.domain.alert.signal import Reading, Severity
from bot.domain.errors import InvalidInputError
from bot.providers.content import read_content
from bot.providers.generic import Generic
from bot.providers.sender import Provider, Request
from bot.providers.severity import absent_as


class Delivery(msgspec.Struct, frozen=True):
    """``redacted`` is what is stored and was parsed, ``original`` what came.

    ``plain`` is the reading before redaction, where that took anything out: for identities alone.
    """

    original: bytes
    redacted: Redacted
    reading: Reading
    plain: Reading | None = None


def read_delivery(
    provider: Provider,
    request: Request,
    body: bytes,
    *,
    default_severity: Severity = Severity.WARNING,
    mapping: FieldMap | None = None,
) -> Delivery:
    """Read ``body``, which is inflated; an alert without a severity is ``default_severity``.

    Raises:
        UnsupportedMediaError: the body is in no form that is understood.
        InvalidInputError: it is not what this provider's senders send.
    """
    content = read_content(request, body, may_be_empty=provider.may_be_empty)
    gathered = provider.gather(content.value, request)
    direct = content.direct and gathered is content.value
    redacted = redact_body(body, gathered) if direct else redact(gathered)
    original = body if direct else body + b"\n" + msgspec.json.encode(gathered)
    with absent_as(default_severity):
        reading = _parse(provider, mapping, redacted.value)
        plain = _parse_plain(provider, mapping, gathered) if redacted.hits else None
    return Delivery(original, redacted, reading, plain)


def _parse(provider: Provider, mapping: FieldMap | None, value: object) -> Reading:
    if mapping is not None and isinstance(provider, Generic):
        value = mapping.apply(value)
    return provider.parse(value)


def _parse_plain(provider: Provider, mapping: FieldMap | None, value: object) -> Reading | None:
    """The request as it was before redaction; it is never kept."""
    try:
        return _parse(provider, mapping, value)
    except InvalidInputError:
        return None
