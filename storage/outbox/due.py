"""Due: which cards wait in a channel, and which of them may be sent now.

Dirty cards stand in one of two partial indexes, those never posted and those to be edited, in the order in
which they are sent. So the next one, and whether there is any, is found without looking at the others.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    ScalarSelect,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
)

from bot.domain.alert.verdict import Lane
from bot.domain.outbox.due import CardChoice, LaneCounts
from bot.domain.outbox.outbox import COUNT_DELAY, EDIT_REST, CardKind
from storage.codec import micros
from storage.kind import card_of, is_kind
from storage.prepared import Prepared
from storage.table.core import card

_MICROSECOND: Final = timedelta(microseconds=1)


def chosen(which: CardChoice, channel_id: ColumnElement[int]) -> ColumnElement[bool]:
    """The choice as SQL, in the words of the index: a range of lanes needs no sorting."""
    if not which.lanes:
        return card_of(which.kind, channel_id)
    return and_(
        dirty(posted=which.posted),
        card.c.lane >= min(which.lanes),
        card.c.lane <= max(which.lanes),
        is_kind(CardKind.RING) if which.calling else ~is_kind(CardKind.BOARD),
    )


def dirty(*, posted: bool | None = None) -> ColumnElement[bool]:
    """What does not show the truth and is not parked; None means both, posted and not."""
    waits = and_(card.c.wanted > card.c.shown, card.c.parked_reason.is_(None))
    if posted is None:
        return waits
    return and_(waits, card.c.message_id.is_not(None) if posted else card.c.message_id.is_(None))


def sendable(now_us: int | ColumnElement[int]) -> ColumnElement[bool]:
    """What may be sent now: dirty, nobody has claimed it, and its own rest is over."""
    return and_(dirty(), _rested(now_us))


def rests_until() -> ColumnElement[int]:
    """When a dirty card may be sent, in microseconds; long ago for one that may be sent now."""
    held = case(
        (card.c.claimed_by.is_not(None), card.c.claim_expires_at),
        else_=func.coalesce(card.c.not_before, 0),
    )
    collected = case(
        (card.c.lane == Lane.COUNT.value, card.c.dirty_since + COUNT_DELAY // _MICROSECOND),
        (_is_patient(), card.c.sent_at + EDIT_REST // _MICROSECOND),
        else_=0,
    )
    return case((held > collected, held), else_=collected)


def look(
    connection: Connection, channel_id: int, *, now: datetime, young_after: datetime, cap: int
) -> LaneCounts:
    """Count what may be sent in a channel, each lane up to ``cap``; cards that came later are young."""
    counts = _LOOK.row(
        connection, channel=channel_id, now=micros(now), young_after=micros(young_after), cap=cap
    )
    lanes = len(Lane)
    return LaneCounts(
        new={lane: counts[lane] for lane in Lane if counts[lane]},
        changed={lane: counts[lanes + lane] for lane in Lane if counts[lanes + lane]},
        young=sum(counts[2 * lanes :]),
    )


def _is_patient() -> ColumnElement[bool]:
    """Edits that nobody waits for: so many changes as come in a second are one edit."""
    return and_(card.c.message_id.is_not(None), card.c.lane > Lane.RESOLVE.value)


def _rested(now_us: int | ColumnElement[int]) -> ColumnElement[bool]:
    return and_(
        or_(card.c.not_before.is_(None), card.c.not_before <= now_us),
        or_(card.c.claimed_by.is_(None), card.c.claim_expires_at <= now_us),
        or_(card.c.lane < Lane.COUNT.value, card.c.dirty_since <= now_us - COUNT_DELAY // _MICROSECOND),
        or_(
            card.c.message_id.is_(None),
            card.c.lane <= Lane.RESOLVE.value,
            card.c.sent_at.is_(None),
            card.c.sent_at <= now_us - EDIT_REST // _MICROSECOND,
        ),
    )


def _count(lane: Lane, *conditions: ColumnElement[bool]) -> ScalarSelect[Any]:
    some = (
        select(literal(1).label("one"))
        .where(
            card.c.channel_id == bindparam("channel", type_=BigInteger),
            card.c.lane == literal(lane.value, Integer, literal_execute=True),
            ~is_kind(CardKind.BOARD),
            *conditions,
        )
        .limit(bindparam("cap", type_=Integer))
        .subquery()
    )
    return select(func.count()).select_from(some).scalar_subquery()


_now: Final = bindparam("now", type_=BigInteger)
_young: Final = card.c.dirty_since > bindparam("young_after", type_=BigInteger)
_LOOK: Final = Prepared(
    select(
        *(_count(lane, dirty(posted=False), _rested(_now)).label(f"new_{lane}") for lane in Lane),
        *(_count(lane, dirty(posted=True), _rested(_now)).label(f"changed_{lane}") for lane in Lane),
        *(_count(lane, dirty(posted=False), _young).label(f"young_{lane}") for lane in Lane),
    )
)
