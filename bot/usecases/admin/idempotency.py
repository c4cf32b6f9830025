"""Idempotency: a request that is sent again with its key gets its first answer, and nothing happens twice.

Law: a key belongs to one request of one token for `KEPT`. Only an answer that changed something uses it up.
Of the key only a SHA-256 is stored. What broke off in the middle may be tried again after `ABANDONED`; an
alert that such a request claimed comes back with its lease.
"""

import hashlib
from datetime import timedelta
from typing import Final

import msgspec

from bot.domain.errors import ConflictError
from bot.usecases.desk import Desk
from storage.transaction import Transaction

KEPT: Final = timedelta(hours=24)
ABANDONED: Final = timedelta(seconds=60)


class First(msgspec.Struct, frozen=True):
    """The answer that was given the first time."""

    status: int
    body: bytes


class KeyReusedError(ConflictError):
    """The key belongs to another request."""


def digest_of(owner: str, key: str) -> str:
    """What is stored of a key of ``owner``."""
    return hashlib.sha256(f"{owner}\n{key}".encode()).hexdigest()


async def begin(desk: Desk, digest: str, request: str) -> First | None:
    """Take the key for ``request``; what was answered before, None when it is to be answered now.

    Raises:
        KeyReusedError: the key belongs to another request.
        ConflictError: the same request is being answered at this moment.
    """
    now = desk.clock.now()

    def begin_request(tx: Transaction) -> First | None:
        if tx.idempotency.begin(digest, request, now=now):
            return None
        known = tx.idempotency.held(digest)
        if known is None:
            raise ConflictError("A request with this Idempotency-Key has just failed; send it again.")
        if known.request != request:
            raise KeyReusedError("This Idempotency-Key belongs to another request; use a new one.")
        if known.status is not None:
            return First(known.status, known.body or b"")
        if now - known.begun_at < ABANDONED:
            raise ConflictError("The first request with this Idempotency-Key is still being answered.")
        tx.idempotency.begin_again(digest, now=now)
        return None

    return await desk.storage.write(begin_request)


async def keep(desk: Desk, digest: str, first: First) -> None:
    """Keep the answer for whoever asks again."""
    await desk.storage.write(lambda tx: tx.idempotency.answer(digest, first.status, first.body))


async def give_back(desk: Desk, digest: str) -> None:
    """Nothing has changed, so the key is free again."""
    await desk.storage.write(lambda tx: tx.idempotency.forget(digest))


async def forget_old(desk: Desk) -> int:
    """Keys nobody can expect to be remembered are deleted; returns how many."""
    before = desk.clock.now() - KEPT
    return await desk.storage.write(lambda tx: tx.idempotency.forget_before(before))
