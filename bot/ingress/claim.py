"""Claim: what a request says about who sent it, before anything is believed.

A source's token opens its address in whatever place the client can put it: as bearer, as the password of
HTTP Basic, as ``GenieKey`` (Opsgenie's clients), in ``X-Gotify-Key`` or ``X-Gitlab-Token``, and for senders
that can show nothing else in the address itself. Or the body is signed, see `scheme`.
"""

import base64
import binascii
from datetime import datetime
from typing import Final

import msgspec

from bot.ingress.scheme import (
    Headers,
    Signed,
    only,
    read_signature,
    unauthenticated,
)
from bot.usecases.admin.source import digest

LONGEST_TOKEN: Final = 256
_SCHEMES: Final = ("bearer", "geniekey")
_OWN_HEADERS: Final = {"gotify": "X-Gotify-Key", "gitlab": "X-Gitlab-Token"}


class Bearer(msgspec.Struct, frozen=True):
    """A token was shown in ``header``; only its SHA-256 is kept.

    ``own``: it may as well be the secret that the sender made.
    """

    digest: str
    header: str = "Authorization"
    own: bool = False


def read_claim(headers: Headers, now: datetime, provider: str = "", *, in_url: str = "") -> Bearer | Signed:
    """What a request to ``provider`` claims; ``in_url`` is a token that stood in its address.

    Raises:
        Refusal: nothing, two things at once, or something malformed or too old.
    """
    given = headers.getall("Authorization", ())
    if len(given) == 1:
        return _read_authorization(given[0])
    if given:
        raise unauthenticated("Authorization is given twice.", "Authorization")
    signed = read_signature(headers, provider, now)
    if signed is not None:
        return signed
    header = _OWN_HEADERS.get(provider, "")
    if header and header in headers:
        return _read_token(only(headers, header), header)
    if in_url:
        return _read_token(in_url, "address")
    raise unauthenticated("Send the source's token as Authorization: Bearer <token>.", "Authorization")


def read_bearer(value: str) -> str:
    """The digest of the token in an ``Authorization`` of the usual form, "" for any other."""
    scheme, _, credentials = value.partition(" ")
    token = credentials.strip()
    usual = scheme.lower() == "bearer" and token.isascii() and 0 < len(token) <= LONGEST_TOKEN
    return digest(token) if usual else ""


def _read_authorization(value: str) -> Bearer:
    scheme, _, credentials = value.partition(" ")
    token = credentials.strip()
    if scheme.lower() == "basic":
        token = _read_password(token)
    elif scheme.lower() not in _SCHEMES:
        raise unauthenticated("Use the scheme Bearer, or Basic with the token as password.", "Authorization")
    if not token.isascii():
        raise unauthenticated("There is no token in it.", "Authorization")
    return _read_token(token, "Authorization")


def _read_token(token: str, header: str) -> Bearer:
    if not 0 < len(token) <= LONGEST_TOKEN:
        raise unauthenticated("There is no token in it.", header)
    return Bearer(digest(token), header, own=header == "X-Gitlab-Token")


def _read_password(credentials: str) -> str:
    try:
        return base64.b64decode(credentials, validate=True).partition(b":")[2].decode("ascii")
    except (binascii.Error, ValueError):
        return ""
