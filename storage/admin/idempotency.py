"""Answered requests, by the SHA-256 of their Idempotency-Key; the key itself is not kept."""

from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from bot.domain.access.idempotency import Answered
from storage.codec import micros, moment
from storage.dialect import upsert
from storage.table.idempotency import idempotency


class Idempotency:
    """The rows of requests that may come twice."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self, digest: str, request: str, *, now: datetime) -> bool:
        """Insert; False when the key was used before."""
        statement = upsert(self._connection, idempotency).values(
            digest=digest, request=request, begun_at=micros(now)
        )
        kept = statement.on_conflict_do_nothing(index_elements=["digest"]).returning(idempotency.c.digest)
        return self._connection.execute(kept).scalar_one_or_none() is not None

    def held(self, digest: str) -> Answered | None:
        """One, which nobody else changes until the commit."""
        row = self._connection.execute(
            select(idempotency).where(idempotency.c.digest == digest).with_for_update()
        ).one_or_none()
        if row is None:
            return None
        return Answered(request=row.request, begun_at=moment(row.begun_at), status=row.status, body=row.body)

    def begin_again(self, digest: str, *, now: datetime) -> None:
        """Whoever began it never answered."""
        which = update(idempotency).where(idempotency.c.digest == digest)
        self._connection.execute(which.values(begun_at=micros(now)))

    def answer(self, digest: str, status: int, body: bytes) -> None:
        """Keep what was answered."""
        which = update(idempotency).where(idempotency.c.digest == digest)
        self._connection.execute(which.values(status=status, body=body))

    def forget(self, digest: str) -> None:
        """The key was not used up after all."""
        self._connection.execute(delete(idempotency).where(idempotency.c.digest == digest))

    def forget_before(self, moment_: datetime) -> int:
        """Delete what was begun before; returns how many."""
        old = delete(idempotency).where(idempotency.c.begun_at < micros(moment_))
        return self._connection.execute(old).rowcount
