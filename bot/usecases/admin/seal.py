"""Seal: how a sender's own signing secret is kept, so that its signatures can be checked later.

A token is only recognised, so its hash is enough; an HMAC needs the secret itself. It is stored encrypted
with AES-256-GCM under a key that is derived from the desk's own, bound to the source it belongs to: a copy
of the database tells nothing without the desk's key, and a sealed text moved to another row opens nothing.
"""

import base64
import binascii
import hmac
import secrets
from typing import TYPE_CHECKING, Final

from bot.domain.errors import InvalidInputError
from bot.usecases.desk import Desk

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAX_SECRET: Final = 1_024
_MARK: Final = "s1:"
_NONCE: Final = 12


def seal(desk: Desk, source_id: int, secret: str) -> str:
    """``secret`` as it is stored.

    Raises:
        InvalidInputError: it is empty, too long or no single line, or the desk has no key of its own.
    """
    if not desk.signing_key:
        raise InvalidInputError("secret", "cannot be kept: this desk has no key of its own")
    if not 0 < len(secret) <= MAX_SECRET or not secret.isprintable():
        raise InvalidInputError("secret", f"must be one line of 1 to {MAX_SECRET} characters")
    nonce = secrets.token_bytes(_NONCE)
    sealed = _cipher(desk).encrypt(nonce, secret.encode(), _owner(desk, source_id))
    return _MARK + base64.b64encode(nonce + sealed).decode("ascii")


def unseal(desk: Desk, source_id: int, sealed: str) -> str | None:
    """The secret, or None when it was sealed with another key or for another source."""
    from cryptography.exceptions import InvalidTag  # see `_cipher`

    try:
        raw = base64.b64decode(sealed.removeprefix(_MARK), validate=True)
        return _cipher(desk).decrypt(raw[:_NONCE], raw[_NONCE:], _owner(desk, source_id)).decode()
    except (InvalidTag, binascii.Error, ValueError):
        return None


def _cipher(desk: Desk) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # 9 MiB, and most desks seal nothing

    return AESGCM(hmac.digest(desk.signing_key, b"seal of senders' secrets", "sha256"))


def _owner(desk: Desk, source_id: int) -> bytes:
    return f"{desk.project.tag}:{source_id}".encode()
