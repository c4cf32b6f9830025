"""Submission: what intake takes of a request that was redacted and read."""

import hmac
from base64 import urlsafe_b64encode
from hashlib import blake2b, sha256
from typing import Final

import msgspec

from bot.domain.access.redaction import RULES_VERSION, Redacted
from bot.domain.access.source import Source
from bot.domain.actor import Method
from bot.domain.alert.event import Envelope
from bot.domain.alert.signal import Reading, Signal
from bot.domain.alert.signature import keyed_signature, signature
from bot.ingress.sample import as_test
from bot.usecases.desk import Desk
from bot.usecases.intake.submission import Identified, Submission

ROUNDED_TO: Final = 256
"""The length of the original is stored as a multiple of so many bytes: the exact one tells of secrets."""

_DIGEST_BYTES: Final = 18
_encoder: Final = msgspec.json.Encoder()


def submission_of(
    desk: Desk,
    source: Source,
    body: bytes,
    redacted: Redacted,
    reading: Reading,
    plain: Reading | None = None,
    *,
    method: Method = Method.BEARER,
    is_test: bool = False,
) -> Submission:
    """What intake takes of a request whose ``body`` was redacted and read.

    ``plain`` is the reading before redaction, where that took anything out; ``method`` is how the sender was
    known. With ``is_test`` its alerts say that they are a test.
    """
    if is_test:
        reading, plain = as_test(reading), plain and as_test(plain)
    original = sha256(body).digest()
    envelope = Envelope(
        digest=_digest(desk.signing_key, source.id, original),
        source_id=source.id,
        body=_encoder.encode(redacted.value).decode(),
        original_sha256=hmac.new(desk.signing_key, b"original\n" + original, "sha256").hexdigest(),
        original_length=-(-len(body) // ROUNDED_TO) * ROUNDED_TO,
        rules_version=RULES_VERSION,
        redactions=redacted.hits,
        received_at=desk.clock.now(),
    )
    before = dict(plain.signals) if plain is not None else {}
    signals = tuple(
        [
            Identified(index, _identify(desk.signing_key, source, signal, before.get(index)), signal)
            for index, signal in reading.signals
        ]
    )
    return Submission(
        source=source,
        envelope=envelope,
        signals=signals,
        rejected=reading.rejected,
        note=reading.note,
        method=method,
    )


def digest_of(desk: Desk, source: Source, body: bytes) -> str:
    """The key under which identical bodies of a source are stored once; new rules make a new one.

    It is made with the desk's own key: nobody can try secrets out on what is stored.
    """
    return _digest(desk.signing_key, source.id, sha256(body).digest())


def _digest(key: bytes, source_id: int, original: bytes) -> str:
    framed = b"%d:%d:%b" % (source_id, RULES_VERSION, original)
    return urlsafe_b64encode(blake2b(framed, digest_size=_DIGEST_BYTES, key=key[:64]).digest()).decode()


def _identify(key: bytes, source: Source, signal: Signal, before: Signal | None) -> str:
    """Who it is about: by what was said before secrets were taken out."""
    ignored = source.ignored_labels
    shown = signature(source.provider, source.name, signal, ignored)
    if before is None or before is signal:
        return shown
    plain = signature(source.provider, source.name, before, ignored)
    return shown if plain == shown else keyed_signature(key, plain)
