"""Queue: the dirty cards of all channels in the order of their partial indexes, however many wait in each.

Asked at every step of every channel, and so built once.
"""

from typing import Final

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    alias,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    union,
    union_all,
)

from bot.domain.alert.verdict import Lane
from bot.domain.outbox.outbox import CardKind
from storage.kind import card_of
from storage.outbox.due import dirty, rests_until, sendable
from storage.prepared import Prepared
from storage.table.board import board
from storage.table.core import card


def _with_dirty(*, posted: bool) -> CTE:
    """Channels with a dirty card, found by stepping from channel to channel, however many wait in each."""
    first = select(func.min(card.c.channel_id).label("channel_id")).where(dirty(posted=posted))
    place = first.cte(f"place_{int(posted)}", recursive=True)
    following = (
        select(func.min(card.c.channel_id))
        .where(card.c.channel_id > place.c.channel_id, dirty(posted=posted))
        .correlate(place)
        .scalar_subquery()
    )
    return place.union_all(select(following).where(place.c.channel_id.is_not(None)))


def _with_some(now_us: ColumnElement[int], *, posted: bool) -> Select[tuple[int]]:
    """The channels among these with a card that may be sent now."""
    place = _with_dirty(posted=posted)
    some = exists().where(card.c.channel_id == place.c.channel_id, dirty(posted=posted), sendable(now_us))
    return select(place.c.channel_id).where(place.c.channel_id.is_not(None), some)


def _longest(now_us: ColumnElement[int], *, posted: bool) -> Select[tuple[int]]:
    """Since when the first sendable card of a channel's lane is dirty, the longest of all of them.

    A lane is in that order in its index: cards behind the first that may be sent are not looked at. What a
    board holds back does not wait: it is shown there, and a board that is not what it should be waits itself,
    also while it rests after a failure.
    """
    queue, place, lane = _queues(posted=posted)
    first = (
        select(card.c.dirty_since)
        .where(card.c.channel_id == place, card.c.lane == lane, dirty(posted=posted), sendable(now_us))
        .order_by(card.c.dirty_since)
        .limit(1)
        .correlate(queue)
        .scalar_subquery()
    )
    longest = select(func.min(first)).select_from(queue)
    return longest if posted else longest.where(or_(lane == Lane.PERSON.value, ~_has_board(place)))


def _has_board(channel_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a board stands in the channel."""
    message = alias(card)
    return exists().where(
        board.c.channel_id == channel_id,
        board.c.left_at.is_(None),
        message.c.kind == CardKind.BOARD.value,
        message.c.subject_id == channel_id,
        message.c.message_id.is_not(None),
        message.c.parked_reason.is_(None),
    )


def _counted(*, posted: bool) -> Select[tuple[int, int]]:
    """How many cards wait in each lane of each of a project's channels.

    A channel belongs to one project, so that the index alone is counted: a quarter of what the rows cost.
    """
    queue, place, lane = _queues(posted=posted)
    waiting = select(card).where(card.c.channel_id == place, dirty(posted=posted)).correlate(queue)
    owner = waiting.with_only_columns(card.c.project_id).limit(1).scalar_subquery()
    cards = waiting.where(card.c.lane == lane).with_only_columns(func.count()).scalar_subquery()
    wanted = bindparam("project", type_=card.c.project_id.type)
    return select(lane.label("lane"), cards.label("cards")).select_from(queue).where(owner == wanted)


def _queues(*, posted: bool) -> tuple[FromClause, ColumnElement[int], ColumnElement[int]]:
    """Every lane of every channel with a dirty card: what a partial index holds side by side."""
    place = _with_dirty(posted=posted)
    lanes = union_all(*(select(literal(lane.value, card.c.lane.type).label("lane")) for lane in Lane))
    lane = lanes.subquery("each_lane")
    queue = select(place.c.channel_id, lane.c.lane).where(place.c.channel_id.is_not(None)).subquery("queue")
    return queue, queue.c.channel_id, queue.c.lane


_channel: Final = bindparam("channel", type_=BigInteger)
NEXT_DUE: Final = tuple(
    Prepared(select(func.min(rests_until())).where(card.c.channel_id == _channel, dirty(posted=posted)))
    for posted in (False, True)
)
UNDONE: Final = Prepared(
    select(
        or_(
            exists().where(card.c.channel_id == _channel, dirty(posted=False)),
            exists().where(card.c.channel_id == _channel, dirty(posted=True)),
            exists().where(board.c.channel_id == _channel, board.c.left_at.is_(None)),
        )
    )
)
_now: Final = bindparam("now", type_=BigInteger)
DUE: Final = Prepared(
    union(
        _with_some(_now, posted=False),
        _with_some(_now, posted=True),
        select(board.c.channel_id).where(board.c.left_at.is_(None)),
    )
)
FIRSTS: Final = (
    *(Prepared(_longest(_now, posted=posted)) for posted in (False, True)),
    Prepared(
        select(func.min(card.c.dirty_since))
        .select_from(board)
        .join(card, card_of(CardKind.BOARD, board.c.channel_id))
        .where(board.c.left_at.is_(None), dirty(posted=True))
    ),
)
BY_LANE: Final = Prepared(union_all(*(_counted(posted=posted) for posted in (False, True))))
