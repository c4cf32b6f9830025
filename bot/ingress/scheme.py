"""Scheme: how senders sign, each in its own way; all are an HMAC-SHA256 under a secret both sides know.

    X-Tocsin-Signature: sha256=<hex of timestamp + "." + body>, X-Tocsin-Timestamp: <Unix s>
    X-Grafana-Alerting-Signature: <hex of timestamp + ":" + body>, X-Grafana-Alerting-Timestamp (its name is
        set in Grafana; without one the signature covers the body alone and never ages)
    X-Hub-Signature-256: sha256=<hex of body>             GitHub, Gitea, Forgejo
    Sentry-Hook-Signature: <hex of body>                  Sentry
    webhook-signature: v1,<base64 of id.timestamp.body>   Standard Webhooks, also as svix-signature

A signature without a time is believed only from senders that know no other, and from Grafana under a secret
that was chosen for it: whoever reads one such request on its way can repeat it for ever.
"""

import base64
import binascii
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import msgspec
from multidict import CIMultiDictProxy

from bot.ingress.problem import ProblemType, Refusal

REPLAY_WINDOW: Final = timedelta(minutes=5)

_LONGEST_TIMESTAMP: Final = 12
_LONGEST_ID: Final = 256
_MOST_SIGNATURES: Final = 8
_HEX_LENGTH: Final = 64
_MAC_BYTES: Final = 32

SIGNATURE: Final = "X-Tocsin-Signature"
TEST: Final = "X-Tocsin-Test"
"""Whoever sends this header, with any value, sends a test: its alerts say so in their first line."""
Headers = CIMultiDictProxy[str]


class Signed(msgspec.Struct, frozen=True):
    """A signature was shown, in ``header``: one or several MACs, of which one must be right.

    ``prefix`` comes before the body, ``source`` is the name it was sent under, "" when it named none.
    ``at`` is the Unix time that it covers, 0 for none.
    ``own``: only the sender's own secret counts. ``encoded``: the secret is written in base64.
    """

    header: str
    prefix: bytes
    macs: tuple[bytes, ...]
    source: str = ""
    own: bool = False
    encoded: bool = False
    at: int = 0

    def fits(self, secret: str, body: bytes) -> bool:
        """Whether ``secret`` makes this signature for ``body``; takes the same time either way."""
        mac = hmac.new(_decoded(secret) if self.encoded else secret.encode(), self.prefix, "sha256")
        mac.update(body)
        right = mac.digest()
        return sum(hmac.compare_digest(right, shown) for shown in self.macs) > 0


def read_signature(headers: Headers, provider: str, now: datetime) -> Signed | None:
    """The signature in ``headers`` of a request to ``provider``, None when there is none it may use.

    Raises:
        Refusal: it is malformed or too old.
    """
    for header, read in (*_ONLY.get(provider, ()), *_EVERYWHERE):
        if header in headers:
            return read(headers, now)
    return None


def unauthenticated(detail: str, field: str) -> Refusal:
    """The one way to say no to a stranger."""
    challenge = {"WWW-Authenticate": 'Bearer realm="tocsin"'}
    return Refusal(ProblemType.UNAUTHENTICATED, detail, field=field, headers=challenge)


def _tocsin(headers: Headers, now: datetime) -> Signed:
    mac = _hex(headers, SIGNATURE, "sha256=")
    timestamp = _timestamp(headers, "X-Tocsin-Timestamp", now)
    source = only(headers, "X-Tocsin-Source") if "X-Tocsin-Source" in headers else ""
    return Signed(SIGNATURE, f"{timestamp}.".encode(), (mac,), source, at=int(timestamp))


def _grafana(headers: Headers, now: datetime) -> Signed:
    mac = _hex(headers, _GRAFANA, "")
    timestamp = _timestamp(headers, "X-Grafana-Alerting-Timestamp", now)
    source = only(headers, "X-Tocsin-Source") if "X-Tocsin-Source" in headers else ""
    return Signed(_GRAFANA, f"{timestamp}:".encode(), (mac,), source, at=int(timestamp))


def _grafana_without_time(headers: Headers, now: datetime) -> Signed:
    if "X-Grafana-Alerting-Timestamp" in headers:
        return _grafana(headers, now)
    return Signed(_GRAFANA, b"", (_hex(headers, _GRAFANA, ""),), own=True)


def _github(headers: Headers, _: datetime) -> Signed:
    return Signed(_GITHUB, b"", (_hex(headers, _GITHUB, "sha256="),))


def _sentry(headers: Headers, _: datetime) -> Signed:
    return Signed(_SENTRY, b"", (_hex(headers, _SENTRY, ""),))


def _standard(headers: Headers, now: datetime) -> Signed:
    return _standard_as("webhook", headers, now)


def _svix(headers: Headers, now: datetime) -> Signed:
    return _standard_as("svix", headers, now)


def _standard_as(word: str, headers: Headers, now: datetime) -> Signed:
    """Several signatures may stand there while the secret is being changed; ``v1a`` is not ours to check."""
    name = f"{word}-signature"
    shown = [part.removeprefix("v1,") for part in only(headers, name).split() if part.startswith("v1,")]
    macs = tuple(mac for part in shown[:_MOST_SIGNATURES] if (mac := _unbase64(part)) is not None)
    if not macs:
        raise unauthenticated("Must hold a signature like v1,<base64 of an HMAC-SHA256>.", name)
    key = only(headers, f"{word}-id") if f"{word}-id" in headers else ""
    if not 0 < len(key) <= _LONGEST_ID:
        raise unauthenticated(f"Must have 1 to {_LONGEST_ID} characters.", f"{word}-id")
    timestamp = _timestamp(headers, f"{word}-timestamp", now)
    prefix = f"{key}.{timestamp}.".encode()
    return Signed(name, prefix, macs, encoded=True, at=int(timestamp))


def _hex(headers: Headers, name: str, mark: str) -> bytes:
    text = only(headers, name).lower()
    if not text.startswith(mark):
        raise unauthenticated(f"Must begin with {mark}", name)
    text = text.removeprefix(mark)
    try:
        mac = bytes.fromhex(text) if len(text) == _HEX_LENGTH else b""
    except ValueError:
        mac = b""
    if len(mac) != _MAC_BYTES:
        raise unauthenticated("Must be an HMAC-SHA256 in hex.", name)
    return mac


def _timestamp(headers: Headers, name: str, now: datetime) -> str:
    if name not in headers:
        detail = f"A signature needs the time it was made at: let the sender put it into {name}."
        raise unauthenticated(detail, name)
    timestamp = only(headers, name)
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _LONGEST_TIMESTAMP):
        raise unauthenticated("Must be Unix time in whole seconds.", name)
    if abs(int(timestamp) - now.timestamp()) > REPLAY_WINDOW.total_seconds():
        raise unauthenticated("Is more than 5 minutes away from the time here.", name)
    return timestamp


def only(headers: Headers, name: str) -> str:
    """The one value of a header.

    Raises:
        Refusal: it is given twice.
    """
    values = headers.getall(name)
    if len(values) > 1:
        raise unauthenticated("Is given twice.", name)
    return values[0].strip()


def _decoded(secret: str) -> bytes:
    """A secret as the specification writes it, ``whsec_`` and base64; any other text stands for itself."""
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return secret.encode()


def _unbase64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


_GRAFANA: Final = "X-Grafana-Alerting-Signature"
_GITHUB: Final = "X-Hub-Signature-256"
_SENTRY: Final = "Sentry-Hook-Signature"

_Read = Callable[[Headers, datetime], Signed]
_EVERYWHERE: Final[tuple[tuple[str, _Read], ...]] = (
    (SIGNATURE, _tocsin),
    (_GRAFANA, _grafana),
    ("webhook-signature", _standard),
    ("svix-signature", _svix),
)
_ONLY: Final[dict[str, tuple[tuple[str, _Read], ...]]] = {
    "grafana": ((_GRAFANA, _grafana_without_time),),
    "github": ((_GITHUB, _github),),
    "sentry": ((_SENTRY, _sentry),),
}
