"""Idempotency: a request that may come twice, and how it was answered."""

from datetime import datetime

import msgspec


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """``request`` tells requests apart; ``status`` is None while nobody has answered it."""

    request: str
    begun_at: datetime
    status: int | None
    body: bytes | None
