"""Channels: the outbox seen from the places where cards go: what is due, what is parked."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select, update

from bot.domain.outbox import COUNT_DELAY, ParkReason
from bot.domain.verdict import Lane
from storage.codec import micros, moment_or_none
from storage.dialect import is_dead
from storage.table import card


class Channels:
    """Queries by channel over the cards' rows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def park(self, channel_id: int, reason: ParkReason, *, now: datetime, card_id: int | None = None) -> int:
        """A lasting failure: the channel's cards (or just one) wait until the cause changes."""
        which = card.c.id == card_id if card_id is not None else card.c.channel_id == channel_id
        parked = self._connection.execute(
            update(card)
            .where(which, card.c.wanted > card.c.shown, card.c.parked_reason.is_(None))
            .values(
                parked_reason=reason.value,
                parked_at=micros(now),
                claimed_by=None,
                claim_expires_at=None,
            )
        )
        return parked.rowcount

    def unpark(self, channel_id: int, *, reasons: Iterable[ParkReason] | None = None) -> int:
        """The cause may have changed: the channel's parked cards are due again."""
        statement = update(card).where(card.c.channel_id == channel_id, card.c.parked_reason.is_not(None))
        if reasons is not None:
            statement = statement.where(card.c.parked_reason.in_([reason.value for reason in reasons]))
        return self._connection.execute(
            statement.values(parked_reason=None, parked_at=None, not_before=None, failures=0)
        ).rowcount

    def adopt_homeless(self, project_id: int, channel_id: int) -> int:
        """Give the cards that had no channel, or whose channel is gone, this one, as new messages."""
        homeless = or_(card.c.channel_id == 0, card.c.parked_reason == ParkReason.UNKNOWN_CHANNEL.value)
        return self._connection.execute(
            update(card)
            .where(card.c.project_id == project_id, card.c.channel_id != channel_id, homeless)
            .values(
                channel_id=channel_id,
                message_id=None,
                shown=0,
                generation=card.c.generation + 1,
                nonce=None,
                posting_since=None,
                parked_reason=None,
                parked_at=None,
            )
        ).rowcount

    def free_from_dead(self, worker: str) -> int:
        """End the claims of workers whose process is gone, all but ``worker``'s own; returns how many."""
        names = self._connection.execute(
            select(card.c.claimed_by)
            .where(card.c.claimed_by.is_not(None), card.c.claimed_by != worker)
            .distinct()
        ).scalars()
        dead = [name for name in names if name is not None and is_dead(self._connection, name)]
        if not dead:
            return 0
        return self._connection.execute(
            update(card).where(card.c.claimed_by.in_(dead)).values(claimed_by=None, claim_expires_at=None)
        ).rowcount

    def due(self, *, now: datetime) -> list[int]:
        """Channels where something may be sent now."""
        return list(
            self._connection.execute(
                select(card.c.channel_id).where(sendable(micros(now))).distinct()
            ).scalars()
        )

    def next_due(self, channel_id: int) -> datetime | None:
        """When the earliest of a channel's waiting cards may be sent, None when nothing waits."""
        held = case(
            (card.c.claimed_by.is_not(None), card.c.claim_expires_at),
            else_=func.coalesce(card.c.not_before, 0),
        )
        counted = case((card.c.lane == Lane.COUNT.value, card.c.dirty_since + _delay_us()), else_=0)
        ready = case((held > counted, held), else_=counted)
        us = self._connection.execute(
            select(func.min(ready)).where(
                card.c.channel_id == channel_id, card.c.wanted > card.c.shown, card.c.parked_reason.is_(None)
            )
        ).scalar_one_or_none()
        return moment_or_none(us)

    def dirty_by_lane(self, project_id: int) -> dict[Lane, int]:
        """How many cards wait, by lane."""
        rows = self._connection.execute(
            select(card.c.lane, func.count().label("cards"))
            .where(
                card.c.project_id == project_id, card.c.wanted > card.c.shown, card.c.parked_reason.is_(None)
            )
            .group_by(card.c.lane)
        )
        return {Lane(row.lane): row.cards for row in rows}

    def parked(self, project_id: int) -> list[tuple[int, ParkReason, int]]:
        """(channel, reason, how many) of what is parked."""
        rows = self._connection.execute(
            select(card.c.channel_id, card.c.parked_reason, func.count().label("cards"))
            .where(card.c.project_id == project_id, card.c.parked_reason.is_not(None))
            .group_by(card.c.channel_id, card.c.parked_reason)
        )
        return [(row.channel_id, ParkReason(row.parked_reason), row.cards) for row in rows]

    def oldest_due(self, *, now: datetime) -> datetime | None:
        """Since when the longest waiting sendable card is dirty."""
        us = self._connection.execute(
            select(func.min(card.c.dirty_since)).where(sendable(micros(now)))
        ).scalar_one_or_none()
        return moment_or_none(us)


def _delay_us() -> int:
    return COUNT_DELAY // timedelta(microseconds=1)


def sendable(now_us: int) -> ColumnElement[bool]:
    """What may be sent now: dirty, not parked, not put off, not claimed, counts only after a while."""
    return and_(
        card.c.wanted > card.c.shown,
        card.c.parked_reason.is_(None),
        or_(card.c.not_before.is_(None), card.c.not_before <= now_us),
        or_(card.c.claimed_by.is_(None), card.c.claim_expires_at <= now_us),
        or_(card.c.lane < Lane.COUNT.value, card.c.dirty_since <= now_us - _delay_us()),
    )
