"""Channels: the outbox seen from the places where cards go: what is due, what is parked."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    TextClause,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    true,
    update,
)

from bot.domain.alert.ring import RingSubject
from bot.domain.alert.signal import Severity
from bot.domain.alert.verdict import Lane
from bot.domain.outbox.due import LaneCounts
from bot.domain.outbox.kind import CardHome, kinds_at
from bot.domain.outbox.outbox import CardKind, ParkReason
from storage.codec import micros, moment_or_none
from storage.dialect import is_dead, is_one_of
from storage.kind import IS_OVER, IS_OWN, IS_SHARED, is_among, is_kind
from storage.outbox import queue
from storage.outbox.due import look
from storage.outbox.placement import note_channel
from storage.table.core import IS_OPEN_ALERT, alert, card
from storage.table.ring import ring


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

    def lose(self, channel_id: int, *, now: datetime) -> list[int]:
        """The channel is gone with what stood there: the cards of open alerts wait, as if never shown.

        Their messages are remembered: should the channel be there after all, they are edited, and not posted
        again. Returns the projects of these cards, one for each.
        """
        us = micros(now)
        whose: list[int] = []
        for of_open in _of(IS_OPEN_ALERT):  # two statements: each finds its cards by their subjects
            stood = (
                update(card)
                .where(
                    card.c.channel_id == channel_id,
                    card.c.message_id.is_not(None),
                    card.c.wanted <= card.c.shown,
                    of_open,
                )
                .values(
                    shown=0,
                    lane=case((_is_of(IS_OPEN_ALERT, _IS_CRITICAL), _URGENT), else_=Lane.WARNING.value),
                    dirty_since=us,
                    parked_reason=ParkReason.UNKNOWN_CHANNEL.value,
                    parked_at=us,
                )
                .returning(card.c.project_id)
            )
            whose += self._connection.execute(stood).scalars().all()
        return whose

    def unpark(self, channel_id: int, *, reasons: Iterable[ParkReason] | None = None) -> int:
        """The cause may have changed: the channel's parked cards are due again."""
        statement = update(card).where(
            card.c.channel_id == channel_id,
            card.c.parked_reason.is_not(None),
            card.c.parked_reason != ParkReason.NO_THREAD.value,
        )
        if reasons is not None:
            statement = statement.where(card.c.parked_reason.in_([reason.value for reason in reasons]))
        return self._connection.execute(
            statement.values(parked_reason=None, parked_at=None, not_before=None, failures=0)
        ).rowcount

    def adopt_homeless(self, project_id: int, channel_id: int, *, now: datetime) -> int:
        """Give the cards that had no channel, or whose channel is gone, this one, as new messages.

        A board and a report are their channel's own and go with it. What was shown there before it was over
        is not shown again.
        """
        self._let_be(project_id, channel_id)
        homeless = or_(card.c.channel_id == 0, card.c.parked_reason == ParkReason.UNKNOWN_CHANNEL.value)
        return self._move(
            channel_id,
            card.c.project_id == project_id,
            card.c.channel_id != channel_id,
            ~is_among(*kinds_at(CardHome.FIXED)),
            card.c.parked_reason.is_distinct_from(ParkReason.NO_THREAD.value),
            homeless,
            now=now,
        )

    def _let_be(self, project_id: int, beside: int) -> None:
        """Cards that stood in a channel that is gone, of what is over by now, need not be shown any more.

        They are held first: the second statement sees an alert that came back while the first waited.
        """
        stood = and_(
            card.c.channel_id > 0,  # which leads through the index of what is parked
            card.c.parked_reason.is_not(None),
            card.c.project_id == project_id,
            card.c.channel_id != beside,
            card.c.message_id.is_not(None),
            card.c.parked_reason == ParkReason.UNKNOWN_CHANNEL.value,
        )
        held = select(card.c.id).where(stood).order_by(card.c.channel_id, card.c.id).with_for_update()
        if self._connection.execute(held).first() is not None:
            over = update(card).where(stood, IS_OVER)
            self._connection.execute(over.values(shown=card.c.wanted, parked_reason=None, parked_at=None))

    def follow(self, source_id: int, old_id: int, new_id: int, *, all_of_them: bool, now: datetime) -> int:
        """Cards of a source's open alerts that an old channel cannot show go to a new one, as new messages.

        ``all_of_them`` says that the old channel is gone, with the messages that stood there. Those of alerts
        that are over are let be. Calls for them that were never posted go along. Returns how many cards go.
        """
        stuck = and_(
            card.c.channel_id == old_id,
            true() if all_of_them else and_(card.c.message_id.is_(None), card.c.parked_reason.is_not(None)),
        )
        stuck_calls = and_(card.c.channel_id == old_id, card.c.message_id.is_(None))
        self._move(new_id, stuck_calls, card.c.parked_reason.is_not(None), _calls_for(source_id), now=now)
        moved = self._move(new_id, stuck, _is_of(alert.c.source_id == source_id, IS_OPEN_ALERT), now=now)
        self._connection.execute(
            update(card)
            .where(stuck, _is_of(alert.c.source_id == source_id))
            .values(shown=card.c.wanted, parked_reason=None, parked_at=None)
        )
        return moved

    def _move(self, channel_id: int, *which: ColumnElement[bool], now: datetime) -> int:
        """Cards go to this channel, as new messages; returns how many."""
        moved = self._connection.execute(
            update(card)
            .where(*which)
            .values(
                channel_id=channel_id,
                message_id=None,
                shown=0,
                generation=card.c.generation + 1,
                nonce=None,
                posting_since=None,
                parked_reason=None,
                parked_at=None,
                dirty_since=micros(now),
            )
            .returning(card.c.kind, card.c.subject_id)
        ).all()
        note_channel(self._connection, channel_id, (tuple(each) for each in moved))
        calls = [each.subject_id for each in moved if each.kind == CardKind.RING.value]
        if calls:
            told = update(ring).where(is_one_of(self._connection, ring.c.lead_id, calls))
            self._connection.execute(told.values(channel_id=channel_id))
        return len(moved)

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
        """Channels where something may be sent now, or where a board has to be kept."""
        return [row[0] for row in queue.DUE.rows(self._connection, now=micros(now))]

    def look(self, channel_id: int, *, now: datetime, young_after: datetime, cap: int) -> LaneCounts:
        """Count what may be sent in a channel, each lane up to ``cap``; cards that came later are young."""
        return look(self._connection, channel_id, now=now, young_after=young_after, cap=cap)

    def next_due(self, channel_id: int) -> datetime | None:
        """When the earliest of a channel's waiting cards may be sent, None when nothing waits."""
        found = [each.value(self._connection, channel=channel_id) for each in queue.NEXT_DUE]
        return moment_or_none(min((each for each in found if each is not None), default=None))

    def is_done(self, channel_id: int) -> bool:
        """Whether nothing waits in a channel, now or later, and no board stands there."""
        return not queue.UNDONE.value(self._connection, channel=channel_id)

    def dirty_by_lane(self, project_id: int) -> dict[Lane, int]:
        """How many cards wait, by lane."""
        counts: Counter[Lane] = Counter()
        for row in queue.BY_LANE.rows(self._connection, project=project_id):
            if row.cards:
                counts[Lane(row.lane)] += row.cards
        return dict(counts)

    def parked(self, project_id: int) -> list[tuple[int, ParkReason, int]]:
        """(channel, reason, how many) of what is parked."""
        rows = self._connection.execute(
            select(card.c.channel_id, card.c.parked_reason, func.count().label("cards"))
            .where(card.c.project_id == project_id, card.c.parked_reason.is_not(None))
            .group_by(card.c.channel_id, card.c.parked_reason)
        )
        return [(row.channel_id, ParkReason(row.parked_reason), row.cards) for row in rows]

    def oldest_due(self, *, now: datetime) -> datetime | None:
        """Since when the longest waiting sendable card is dirty, of those that no board holds back."""
        firsts = [_first.value(self._connection, now=micros(now)) for _first in queue.FIRSTS]
        return moment_or_none(min((each for each in firsts if each is not None), default=None))


_IS_CRITICAL: Final = alert.c.severity == Severity.CRITICAL.value
_URGENT: Final = Lane.CRITICAL.value


def _of(*which: ColumnElement[bool] | TextClause) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Own cards of such alerts, and the cards of groups with one of them."""
    theirs = and_(*which)
    members = select(alert.c.group_id).where(alert.c.group_id.is_not(None), theirs)
    own = card.c.subject_id.in_(select(alert.c.id).where(theirs))
    return and_(IS_OWN, own), and_(IS_SHARED, card.c.subject_id.in_(members))


def _is_of(*which: ColumnElement[bool] | TextClause) -> ColumnElement[bool]:
    """Cards of such alerts, or of groups with one of them."""
    return or_(*_of(*which))


def _calls_for(source_id: int) -> ColumnElement[bool]:
    """Calls for open alerts of a source, and perhaps for others besides."""
    theirs = select(alert.c.id).where(alert.c.source_id == source_id, IS_OPEN_ALERT)
    told = exists().where(
        ring.c.lead_id == card.c.subject_id,
        ring.c.subject == RingSubject.ALERT.value,
        ring.c.subject_id.in_(theirs),
    )
    return and_(is_kind(CardKind.RING), told.correlate(card))
