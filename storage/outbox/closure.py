"""Closures: one row a channel that was ever closed to us, about the last time.

What the fallback channel is told of it is a card like any other, whose subject is the closed channel.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, exists, func, or_, select, update

from bot.domain.alert.verdict import Lane
from bot.domain.outbox.closure import Closure
from bot.domain.outbox.kind import CardHome, kinds_at
from bot.domain.outbox.outbox import CardKind, ParkReason
from storage.codec import micros, micros_or_none, moment, moment_or_none
from storage.dialect import upsert
from storage.kind import is_kind
from storage.outbox.card import Cards
from storage.table.closure import closure
from storage.table.core import card

LASTING: Final = (
    ParkReason.UNKNOWN_CHANNEL,
    ParkReason.MISSING_ACCESS,
    ParkReason.MISSING_PERMISSION,
    ParkReason.NO_TEXT,
    ParkReason.LOCKED,
)
_IN_THREADS: Final = frozenset(kinds_at(CardHome.THREAD))
_IS_NOTICE: Final = is_kind(CardKind.CLOSURE)


class Closures:
    """The channels' last closures."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def last(self, channel_id: int) -> Closure | None:
        """The last one of a channel, however long ago."""
        row = self._connection.execute(
            select(closure).where(closure.c.channel_id == channel_id)
        ).one_or_none()
        return None if row is None else _read(row)

    def closed_since(self, channel_id: int, since: datetime) -> bool:
        """Whether the channel was closed at any time after ``since``."""
        last = self.last(channel_id)
        return last is not None and (last.ended_at is None or last.ended_at >= since)

    def is_gone(self, channel_id: int) -> bool:
        """Whether the channel is known to be deleted."""
        last = self.last(channel_id)
        return last is not None and last.ended_at is None and last.reason is ParkReason.UNKNOWN_CHANNEL

    def note(self, project_id: int, new: Closure) -> None:
        """Take the place of the channel's last one; the project is that of the first."""
        values = {
            "reason": new.reason.value,
            "began_at": micros(new.began_at),
            "ended_at": micros_or_none(new.ended_at),
            "moved_to": new.moved_to,
            "cards": new.cards,
        }
        self._connection.execute(
            upsert(self._connection, closure)
            .values(channel_id=new.channel_id, project_id=project_id, **values)
            .on_conflict_do_update(index_elements=[closure.c.channel_id], set_=values)
        )

    def waiting(self, channel_id: int) -> int:
        """How many cards wait for the channel to be opened; those in threads alone are not worth a notice."""
        kinds = self._connection.execute(
            select(card.c.kind, func.count().label("cards"))
            .where(card.c.channel_id == channel_id, _LASTING)
            .group_by(card.c.kind)
        ).all()
        if all(row.kind in _IN_THREADS for row in kinds):
            return 0
        return sum(row.cards for row in kinds)

    def over(self, project_id: int) -> list[Closure]:
        """The closures that go on although nothing waits for their end."""
        waits = exists().where(card.c.channel_id == closure.c.channel_id, _LASTING)
        rows = self._connection.execute(
            select(closure).where(closure.c.project_id == project_id, closure.c.ended_at.is_(None), ~waits)
        )
        return [_read(row) for row in rows]

    def is_told(self, channel_id: int, fallback_id: int) -> bool:
        """Whether the fallback channel has, or is about to get, a notice of the channel."""
        own = and_(_IS_NOTICE, card.c.subject_id == channel_id, card.c.channel_id == fallback_id)
        found = select(card.c.id).where(own)
        return self._connection.execute(found).one_or_none() is not None

    def owe_notice(self, project_id: int, channel_id: int, fallback_id: int, *, now: datetime) -> None:
        """The fallback channel is to be told by a new message, unless one is about to be posted there.

        Called after `note`, whose row keeps others from doing the same at once.
        """
        own = and_(_IS_NOTICE, card.c.subject_id == channel_id)
        known = self._connection.execute(select(card.c.id).where(own)).scalar_one_or_none()
        if known is None:
            new = [(channel_id, fallback_id, Lane.CRITICAL)]
            Cards(self._connection).create(project_id, CardKind.CLOSURE, new, now=now)
            return
        elsewhere = card.c.channel_id != fallback_id
        settled = or_(card.c.message_id.is_not(None), card.c.wanted <= card.c.shown)
        self._connection.execute(
            update(card)
            .where(own, or_(elsewhere, settled))
            .values(
                channel_id=fallback_id,
                wanted=card.c.wanted + 1,
                lane=Lane.CRITICAL.value,
                message_id=None,
                generation=card.c.generation + 1,
                nonce=None,
                posting_since=None,
                parked_reason=None,
                parked_at=None,
                pinged=False,
                rung_at=None,
                rung_run=None,
                seen_at=None,
                dirty_since=micros(now),
            )
        )


_LASTING: Final = card.c.parked_reason.in_([reason.value for reason in LASTING])


def _read(row: Row[Any]) -> Closure:
    return Closure(
        channel_id=row.channel_id,
        reason=ParkReason(row.reason),
        began_at=moment(row.began_at),
        ended_at=moment_or_none(row.ended_at),
        moved_to=row.moved_to,
        cards=row.cards,
    )
