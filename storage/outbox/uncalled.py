"""Uncalled: criticals that a board holds back and that nobody was called for, derived from their cards."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BigInteger, Connection, and_, bindparam, case, exists, func, or_, select

from bot.domain.alert.ring import PERSONAL, RingReason, RingSubject
from bot.domain.alert.signal import Severity
from bot.domain.alert.verdict import Lane
from bot.domain.outbox.outbox import CardKind
from bot.domain.outbox.storm import ToldCause, Uncalled
from storage.codec import micros, moment
from storage.kind import CALLING, OWN, SHARED, card_of
from storage.outbox.due import dirty
from storage.prepared import Prepared
from storage.table.board import board
from storage.table.core import IS_OPEN_ALERT, alert, card
from storage.table.ring import ring

_RECENT: Final = 200  # messages of the desk, more than a minute takes
_WAITED: Final = timedelta(seconds=1)
_project: Final = bindparam("project", type_=card.c.project_id.type)
_ANSWERABLE: Final = Prepared(
    select(board.c.channel_id, board.c.entered_at)
    .join(card, card_of(CardKind.BOARD, board.c.channel_id))
    .where(
        board.c.project_id == _project,
        board.c.left_at.is_(None),
        card.c.message_id.is_not(None),
        card.c.parked_reason.is_(None),
    )
)
_CROWDED: Final = Prepared(
    select(card.c.channel_id)
    .where(
        card.c.project_id == _project,
        dirty(posted=False),
        card.c.lane <= Lane.RESOLVE.value,
        card.c.kind.in_(CALLING),
        card.c.rung_run.is_(None),
        card.c.dirty_since <= bindparam("since", type_=BigInteger),
        ~exists().where(board.c.channel_id == card.c.channel_id, board.c.left_at.is_(None)),
    )
    .distinct()
)


def channels(connection: Connection, project_id: int) -> dict[int, datetime]:
    """The channels where a board can be answered, and since when it stands."""
    rows = _ANSWERABLE.rows(connection, project=project_id)
    return {row.channel_id: moment(row.entered_at) for row in rows}


def uncalled(
    connection: Connection, channel_id: int, *, now: datetime, limit: int, lock: bool = True
) -> list[Uncalled]:
    """Criticals of their first run, oldest first; cards that are on their way are left alone.

    So is one whose post was tried and not written down: it may stand in the channel and have rung, and the
    card finds or posts it. Later runs have a call of their own, planned by what began them.
    """
    is_told = exists().where(
        ring.c.subject == RingSubject.ALERT.value,
        ring.c.subject_id == alert.c.id,
        ring.c.lead_id.is_not(None),
        ring.c.reason != RingReason.REGRESSED.value,
    )
    found: list[Uncalled] = []
    for which in (OWN, SHARED):
        statement = (
            select(card.c.id, alert.c.id)
            .join(alert, which)
            .where(
                card.c.channel_id == channel_id,
                dirty(posted=False),
                card.c.lane <= Lane.RESOLVE.value,
                card.c.rung_run.is_(None),
                card.c.posting_since.is_(None),
                or_(card.c.claimed_by.is_(None), card.c.claim_expires_at <= micros(now)),
                alert.c.severity == Severity.CRITICAL.value,
                alert.c.run == 0,
                alert.c.owner.is_(None),
                IS_OPEN_ALERT,
                ~is_told,
            )
            .order_by(alert.c.id)
            .limit(limit)
        )
        if lock:
            statement = statement.with_for_update(of=card, skip_locked=True)
        found += [Uncalled(channel_id, *row) for row in connection.execute(statement)]
    return found


def crowded(connection: Connection, project_id: int, *, now: datetime) -> list[int]:
    """The channels without a board where criticals wait for the first post of their card."""
    rows = _CROWDED.rows(connection, project=project_id, since=micros(now - _WAITED))
    return sorted(row.channel_id for row in rows)


def rung_since(connection: Connection, channel_id: int, since: datetime) -> int:
    """How many cards of a channel have rung somebody by their first post since then."""
    recent = (
        select(card.c.channel_id, card.c.kind, card.c.pinged, card.c.rung_at)
        .where(card.c.message_id.is_not(None))
        .order_by(card.c.message_id.desc())
        .limit(_RECENT)
        .subquery()
    )
    return connection.execute(
        select(func.count())
        .select_from(recent)
        .where(
            recent.c.channel_id == channel_id,
            recent.c.kind.in_(CALLING),
            recent.c.pinged,
            recent.c.rung_at > micros(since),
        )
    ).scalar_one()


def first_calls(connection: Connection, card_id: int, *, limit: int) -> dict[int, bool]:
    """Whom a card that was never posted calls for with its first post; whether that is left to a reply."""
    is_planned = exists().where(
        ring.c.subject == RingSubject.ALERT.value,
        ring.c.subject_id == alert.c.id,
        ring.c.reason == RingReason.STORM.value,
    )
    found: dict[int, bool] = {}
    for which in (OWN, SHARED):
        rows = connection.execute(
            select(alert.c.id, is_planned.correlate(alert))
            .select_from(card)
            .join(alert, which)
            .where(
                card.c.id == card_id,
                alert.c.severity == Severity.CRITICAL.value,
                alert.c.run == 0,
                alert.c.owner.is_(None),
                IS_OPEN_ALERT,
            )
            .order_by(alert.c.id)
            .limit(limit)
        )
        found |= {row[0]: bool(row[1]) for row in rows}
    return found


def told_causes(connection: Connection, channel_id: int, since: datetime) -> list[ToldCause]:
    """The causes that rang in a channel since then and are not over, and the last message that told each."""
    rows = connection.execute(
        select(
            alert.c.name,
            alert.c.service,
            func.max(ring.c.lead_id),
            func.max(ring.c.told_at),
            func.count(),
        )
        .join(ring, and_(ring.c.subject == RingSubject.ALERT.value, ring.c.subject_id == alert.c.id))
        .where(
            ring.c.channel_id == channel_id,
            ring.c.told_at >= micros(since),
            ring.c.lead_id.is_not(None),
            ring.c.reason.not_in([each.value for each in PERSONAL]),
            alert.c.severity == Severity.CRITICAL.value,
        )
        .group_by(alert.c.name, alert.c.service)
        .having(func.sum(case((IS_OPEN_ALERT, 1), else_=0)) > 0)
    )
    return [ToldCause(name, service, lead, moment(at), count) for name, service, lead, at, count in rows]
