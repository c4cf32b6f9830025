"""Claim: what the headers of a request say about who sent it, before anything is believed.

Three ways in: a bearer token, the same token as the password of HTTP Basic (senders that know nothing
else), or an HMAC-SHA256 of the body under a source's signing secret, with the time it was made at:

    X-Tocsin-Signature: sha256=<hex of HMAC(secret, timestamp + "." + body)>, X-Tocsin-Timestamp: <Unix s>
    X-Grafana-Alerting-Signature: <hex of HMAC(secret, timestamp + ":" + body)>, with the timestamp in
    X-Grafana-Alerting-Timestamp (its name is set in Grafana; without one Grafana's signature never ages)

A signature may name its source in X-Tocsin-Source.
"""

import base64
import binascii
import hmac
from datetime import datetime, timedelta
from typing import Final

import msgspec
from multidict import CIMultiDictProxy

from bot.ingress.problem import Reason, Refusal
from bot.usecases.admin.source import digest

REPLAY_WINDOW: Final = timedelta(minutes=5)

_LONGEST_TOKEN: Final = 256
_LONGEST_TIMESTAMP: Final = 12
_HEX_LENGTH: Final = 64

Headers = CIMultiDictProxy[str]


class Bearer(msgspec.Struct, frozen=True):
    """A token was shown; only its SHA-256 is kept."""

    digest: str


class Signed(msgspec.Struct, frozen=True):
    """A signature was shown, in ``header``, as lower-case hex.

    ``prefix`` comes before the body, ``source`` is the name it was sent under, "" when it named none.
    """

    header: str
    prefix: bytes
    signature: str
    source: str

    def fits(self, secret: str, body: bytes) -> bool:
        """Whether ``secret`` makes this signature for ``body``; takes the same time either way."""
        mac = hmac.new(secret.encode(), self.prefix, "sha256")
        mac.update(body)
        return hmac.compare_digest(mac.hexdigest(), self.signature)


class _Scheme(msgspec.Struct, frozen=True):
    signature: str
    timestamp: str
    mark: str
    separator: str


_SCHEMES: Final = (
    _Scheme("X-Tocsin-Signature", "X-Tocsin-Timestamp", "sha256=", "."),
    _Scheme("X-Grafana-Alerting-Signature", "X-Grafana-Alerting-Timestamp", "", ":"),
)


def read_claim(headers: Headers, now: datetime) -> Bearer | Signed:
    """What ``headers`` claim.

    Raises:
        Refusal: nothing, two things at once, or something malformed or too old.
    """
    given = headers.getall("Authorization", ())
    if len(given) == 1:
        return _read_authorization(given[0])
    if given:
        raise unauthenticated("Authorization is given twice.", "Authorization")
    for scheme in _SCHEMES:
        if scheme.signature in headers:
            return _read_signature(headers, scheme, now)
    raise unauthenticated("Send the source's token as Authorization: Bearer <token>.", "Authorization")


def unauthenticated(detail: str, field: str) -> Refusal:
    """The one way to say no to a stranger."""
    challenge = {"WWW-Authenticate": 'Bearer realm="tocsin"'}
    return Refusal(Reason.UNAUTHENTICATED, detail, field=field, headers=challenge)


def _read_authorization(value: str) -> Bearer:
    scheme, _, credentials = value.partition(" ")
    token = credentials.strip()
    if scheme.lower() == "basic":
        token = _read_password(token)
    elif scheme.lower() != "bearer":
        raise unauthenticated("Use the scheme Bearer, or Basic with the token as password.", "Authorization")
    if not 0 < len(token) <= _LONGEST_TOKEN or not token.isascii():
        raise unauthenticated("There is no token in it.", "Authorization")
    return Bearer(digest(token))


def _read_password(credentials: str) -> str:
    try:
        return base64.b64decode(credentials, validate=True).partition(b":")[2].decode("ascii")
    except (binascii.Error, ValueError):
        return ""


def _read_signature(headers: Headers, scheme: _Scheme, now: datetime) -> Signed:
    signature = _only(headers, scheme.signature).lower()
    if not signature.startswith(scheme.mark):
        raise unauthenticated(f"Must begin with {scheme.mark}", scheme.signature)
    signature = signature.removeprefix(scheme.mark)
    if len(signature) != _HEX_LENGTH or not signature.isascii():
        raise unauthenticated("Must be an HMAC-SHA256 in hex.", scheme.signature)
    timestamp = _read_timestamp(headers, scheme, now)
    source = _only(headers, "X-Tocsin-Source") if "X-Tocsin-Source" in headers else ""
    return Signed(scheme.signature, (timestamp + scheme.separator).encode(), signature, source)


def _read_timestamp(headers: Headers, scheme: _Scheme, now: datetime) -> str:
    if scheme.timestamp not in headers:
        detail = f"A signature needs the time it was made at: let the sender put it into {scheme.timestamp}."
        raise unauthenticated(detail, scheme.timestamp)
    timestamp = _only(headers, scheme.timestamp)
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _LONGEST_TIMESTAMP):
        raise unauthenticated("Must be Unix time in whole seconds.", scheme.timestamp)
    if abs(int(timestamp) - now.timestamp()) > REPLAY_WINDOW.total_seconds():
        raise unauthenticated("Is more than 5 minutes away from the time here.", scheme.timestamp)
    return timestamp


def _only(headers: Headers, name: str) -> str:
    values = headers.getall(name)
    if len(values) > 1:
        raise unauthenticated("Is given twice.", name)
    return values[0].strip()
