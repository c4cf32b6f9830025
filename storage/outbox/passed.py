"""Passed: what a storm was, counted once it is over, from the cards that it made or brought back."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, and_, case, func, or_, select, union_all

from bot.domain.outbox.board import Passed
from bot.domain.outbox.outbox import ParkReason
from bot.domain.snowflake import snowflake_at
from storage.codec import micros
from storage.kind import IS_OWN, IS_SHARED
from storage.table.core import IS_OPEN_ALERT, alert, card

_WAITED: Final = timedelta(minutes=1)  # at most, before so many waited that it was a storm


def count_passed(
    connection: Connection, channel_id: int, *, first_card_id: int, since: datetime, now: datetime
) -> Passed:
    """What came in a storm that began with this card and had a board ``since`` then.

    Ids alone do not tell: an alert that comes back has an old one. So a card counts only if it has waited no
    longer than the first, and no message from before. A channel that was closed may have let it wait long.
    """
    first = connection.execute(select(card.c.dirty_since).where(card.c.id == first_card_id)).scalar()
    waits_since = micros(since - _WAITED)
    came = and_(
        card.c.id >= first_card_id,
        card.c.channel_id == channel_id,
        card.c.dirty_since >= (waits_since if first is None else min(waits_since, first)),
        or_(card.c.message_id.is_(None), card.c.message_id >= snowflake_at(since)),
    )
    is_refused = and_(card.c.message_id.is_(None), card.c.parked_reason == ParkReason.REFUSED.value)
    counts = select(
        func.count().label("alerts"),
        func.sum(case((IS_OPEN_ALERT, 1), else_=0)).label("still_open"),
        func.sum(case((and_(IS_OPEN_ALERT, is_refused), 1), else_=0)).label("refused"),
    ).select_from(card)
    rows = connection.execute(
        union_all(
            counts.join(alert, alert.c.id == card.c.subject_id).where(came, IS_OWN),
            counts.join(alert, alert.c.group_id == card.c.subject_id).where(came, IS_SHARED),
        )
    ).all()
    return Passed(
        sum(row.alerts for row in rows),
        sum(int(row.still_open or 0) for row in rows),
        now,
        refused=sum(int(row.refused or 0) for row in rows),
    )
