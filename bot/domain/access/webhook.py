"""Webhook: signatures of Standard Webhooks, symmetric (specification 1.0.0, "Signature scheme").

Signed is ``id.timestamp.body`` with HMAC-SHA256; the secret is written ``whsec_`` and base64.
"""

import base64
import binascii
import hmac
from datetime import datetime
from typing import Final

PREFIX: Final = "whsec_"
SHORTEST: Final = 24  # bytes, and at most
LONGEST: Final = 64


def read_secret(text: str) -> bytes:
    """The key that a written secret stands for.

    Raises:
        ValueError: it is none; the message does not repeat it.
    """
    try:
        key = base64.b64decode(text.strip().removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not text.strip().startswith(PREFIX) or not SHORTEST <= len(key) <= LONGEST:
        raise ValueError(f"must be {PREFIX} and {SHORTEST} to {LONGEST} bytes in base64")
    return key


def sign(key: bytes, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of one attempt; a retry has the same id and a time of its own."""
    stamp = str(int(at.timestamp()))
    digest = hmac.digest(key, f"{message_id}.{stamp}.".encode() + body, "sha256")
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
