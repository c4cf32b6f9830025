"""Delivery: one request from a sender, from its bytes to what it says.

The original, whose digest says that two requests are the same, is the body, and with it the query and
whatever headers the provider gave a meaning to.
"""

from hashlib import blake2b

import msgspec

from bot.domain.access.redaction import Redacted, redact, redact_body
from bot.domain.alert.mapping import FieldMap
from bot.domain.alert.signal import Reading, Severity
from bot.providers.content import read_content
from bot.providers.generic import Generic
from bot.providers.sender import Provider, Request
from bot.providers.severity import absent


class Delivery(msgspec.Struct, frozen=True):
    """``redacted`` is what is stored and was parsed, ``original`` what came."""

    original: bytes
    redacted: Redacted
    reading: Reading


def _with_keys(provider: Provider, said: object, redacted: object) -> object:
    """What was redacted, with digests for those keys that were taken for secrets."""
    if said is redacted or not isinstance(said, dict) or not isinstance(redacted, dict):
        return redacted
    lost = {
        name: "blake2b:" + blake2b(str(said[name]).encode(), digest_size=16).hexdigest()
        for name in provider.keys
        if name in said and name in redacted and said[name] != redacted[name]
    }
    return {**redacted, **lost} if lost else redacted


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
    value = _with_keys(provider, gathered, redacted.value)
    redacted = Redacted(value, redacted.hits)
    if mapping is not None and isinstance(provider, Generic):
        value = mapping.apply(value)
    reset = absent.set(default_severity)
    try:
        return Delivery(original, redacted, provider.parse(value))
    finally:
        absent.reset(reset)
