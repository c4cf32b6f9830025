"""Signature: who is the same.

The sender's own fingerprint decides when there is one. Otherwise name, place and labels do, without those
that churn: what tells of a moment (values, times, traces) or of a twin (replicas). Severity is no
identity: an alert that gets worse stays the same alert. The source always belongs to it: what two
sources call alike is not alike.

Who is the same is decided before secrets are taken out: two alerts that only a token tells apart are two. Of
those whose identity was redacted the signature is a keyed one.

A source may ignore more labels by name: whatever bears one of them is known by its labels, without these
and without a place that one of these has named, for a sender's fingerprint covers them all.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from functools import lru_cache
from hashlib import blake2b
from typing import Final

import msgspec

from bot.domain.alert.signal import Signal
from bot.domain.text import words

_BYTES: Final = 16
_LETTERS: Final = 22  # of base64, without padding

_MEASURE: Final = re.compile(r"-?\d+\.\d+%?", re.ASCII)
_MOMENTS: Final = frozenset(
    words(
        "value values severity priority level status state time timestamp ts date at age duration elapsed "
        "latency uptime seconds ms count counts total percent pct ratio rate bytes size usage used free "
        "available depth length attempt attempts retries message summary description"
    )
)
_TRACES: Final = frozenset(
    {
        *((word, "id") for word in words("trace span request correlation event message run build session")),
        ("uuid",),
        ("uid",),
        ("pid",),
        ("nonce",),
    }
)
_TWINS: Final = frozenset({"replica", "prometheus_replica", "receive_replica", "__replica__"})


def signature(provider: str, source_key: str, signal: Signal, ignored: frozenset[str] = frozenset()) -> str:
    """The identity of ``signal`` among all that ``provider`` says through the source ``source_key``.

    ``ignored`` are names of labels. 22 characters of base64url, for 16 bytes.
    """
    if ignored and not ignored.isdisjoint(signal.labels):
        signal = _without(signal, ignored)
    if signal.fingerprint:
        return _digest(["fingerprint", provider, source_key, signal.fingerprint])
    place = signal.identity or (signal.namespace, signal.service, signal.target)
    parts = ["labels", provider, source_key, signal.name, *place]
    for name in sorted(signal.labels):
        value = signal.labels[name]
        if not (churns(name) or ("." in value and _MEASURE.fullmatch(value))):
            parts += (name, value)
    return _digest(parts)


def keyed_signature(key: bytes, plain: str) -> str:
    """The signature of what was redacted: by the desk's ``key``, from the one that was never kept.

    What two secrets distinguish stays two, and nobody without the key can try which secret it was.
    """
    code = hmac.digest(key, b"identity:" + plain.encode("ascii"), "sha256")
    return urlsafe_b64encode(code[:_BYTES])[:_LETTERS].decode("ascii")


@lru_cache(maxsize=4096)
def churns(name: str) -> bool:
    """Whether a label of this name says when, how much or in which copy, rather than what."""
    last = words(name)[-2:]
    return name in _TWINS or last in _TRACES or last[-1:] in _TRACES or not _MOMENTS.isdisjoint(last[-1:])


def _without(signal: Signal, ignored: frozenset[str]) -> Signal:
    gone = {value for name, value in signal.labels.items() if name in ignored}
    namespace, service, target = signal.identity or (signal.namespace, signal.service, signal.target)
    return msgspec.structs.replace(
        signal,
        fingerprint="",
        identity=(
            "" if namespace in gone else namespace,
            "" if service in gone else service,
            "" if target in gone else target,
        ),
        labels={name: value for name, value in signal.labels.items() if name not in ignored},
    )


def _digest(parts: list[str]) -> str:
    framed = msgspec.msgpack.encode(parts)  # MessagePack puts lengths first, so neighbours stay apart
    return urlsafe_b64encode(blake2b(framed, digest_size=_BYTES).digest())[:_LETTERS].decode("ascii")
