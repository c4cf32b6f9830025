"""Boards: one row a channel that ever had a storm; what a board shows is derived from cards and alerts.

The message itself is a card like any other, whose subject is the channel.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    true,
    union_all,
    update,
)

from bot.domain.alert.alert import State
from bot.domain.alert.signal import Severity
from bot.domain.alert.verdict import Lane
from bot.domain.outbox.board import BoardAlert, Passed, Seen
from bot.domain.outbox.outbox import CardKind, ParkReason
from bot.domain.outbox.storm import Storm, ToldCause, Uncalled, Unposted
from storage.alert.summary import RANK, SEVERITIES, read
from storage.codec import micros, moment, moment_or_none
from storage.dialect import is_one_of, upsert
from storage.kind import IS_OWN, IS_SHARED, card_of
from storage.outbox import uncalled as held_back
from storage.outbox.card import Cards
from storage.outbox.held import all_held, is_unposted, narrowed
from storage.outbox.passed import count_passed
from storage.prepared import Prepared
from storage.table.audit import audit
from storage.table.board import board
from storage.table.core import IS_OPEN_ALERT, alert, card

_IS_OPEN: Final = IS_OPEN_ALERT
_IS_REFUSED: Final = card.c.parked_reason == ParkReason.REFUSED.value
# Asked at every step of every channel, and so built once.
_STORM: Final = Prepared(
    select(board, card)
    .join(card, card_of(CardKind.BOARD, board.c.channel_id))
    .where(board.c.channel_id == bindparam("channel", type_=BigInteger))
)
_NEWEST_ACT: Final = select(func.max(audit.c.id))


class Boards:
    """The channels' storms."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def storm(self, channel_id: int, *, now: datetime) -> Storm | None:
        """How the board of a channel stands; None where there never was one."""
        row = _STORM.row(self._connection, channel=channel_id)
        return None if row is None else _storm(row, micros(now))

    def enter(self, project_id: int, channel_id: int, *, now: datetime) -> None:
        """The first storm of a channel begins."""
        first = select(func.min(card.c.id)).where(is_unposted(channel_id))
        made = self._connection.execute(
            upsert(self._connection, board)
            .values(
                channel_id=channel_id,
                project_id=project_id,
                entered_at=micros(now),
                first_card_id=self._connection.execute(first).scalar_one() or 0,
                newest_card_id=0,
                held=0,
            )
            .on_conflict_do_nothing()
            .returning(board.c.channel_id)
        ).one_or_none()
        if made is not None:
            new = [(channel_id, channel_id, Lane.CRITICAL)]
            Cards(self._connection).create(project_id, CardKind.BOARD, new, now=now)

    def enter_again(self, storm: Storm, channel_id: int, *, now: datetime, anew: bool) -> None:
        """Another storm begins, with a message of its own, or (not ``anew``) the last one goes on."""
        values: dict[str, Any] = {
            "left_at": None,
            "newest_card_id": 0,
            "held": 0,
            "critical": 0,
            "acts": 0,
        }
        if anew:
            first = select(func.min(card.c.id)).where(is_unposted(channel_id)).scalar_subquery()
            values |= {"entered_at": micros(now), "first_card_id": func.coalesce(first, 0)}
        entered = self._connection.execute(
            update(board).where(board.c.channel_id == channel_id, board.c.left_at.is_not(None)).values(values)
        ).rowcount
        if entered and anew:
            Cards(self._connection).lose(storm.card_id, now=now)
            refused = and_(card.c.id == storm.card_id, _IS_REFUSED)
            self._connection.execute(update(card).where(refused).values(parked_reason=None, parked_at=None))

    def leave(self, channel_id: int, *, now: datetime) -> None:
        """The storm is over."""
        self._connection.execute(
            update(board)
            .where(board.c.channel_id == channel_id, board.c.left_at.is_(None))
            .values(left_at=micros(now))
        )

    def mark(self, channel_id: int, unposted: Unposted) -> None:
        """What the board is being made of."""
        self._connection.execute(
            update(board)
            .where(board.c.channel_id == channel_id)
            .values(
                newest_card_id=unposted.newest_card_id,
                held=unposted.count,
                critical=unposted.critical,
                acts=unposted.acts,
            )
        )

    def settle_over(self, channel_id: int, *, quiet: bool = False) -> int:
        """Alerts that are over and never had a card need none; returns how many.

        One that may be on its way to Discord is left alone. The lane of a card whose alert is over is not
        behind that of resolves, so that few have to be looked at; but what flaps ends quietly, and with
        ``quiet`` all are looked at.
        """
        is_untold = and_(card.c.posting_since.is_(None), card.c.claimed_by.is_(None))
        lanes = true() if quiet else card.c.lane <= Lane.RESOLVE.value
        alerts = (
            select(card.c.id)
            .join(alert, alert.c.id == card.c.subject_id)
            .where(is_unposted(channel_id, IS_OWN), lanes, is_untold)
            .where(alert.c.state == State.RESOLVED.value)
            .with_for_update(of=card, skip_locked=True)
        )
        is_over = exists().where(alert.c.id == card.c.subject_id, alert.c.state == State.RESOLVED.value)
        is_open = exists().where(alert.c.group_id == card.c.subject_id, _IS_OPEN).correlate(card)
        groups = (
            select(card.c.id)
            .where(is_unposted(channel_id, IS_SHARED), is_untold, ~is_open)
            .with_for_update(skip_locked=True)
        )
        return self._settle(alerts, is_over.correlate(card)) + self._settle(groups, ~is_open)

    def _settle(self, which: Select[Any], is_over: ColumnElement[bool]) -> int:
        """Lock the cards, then look again: an alert may have come back between the look and the lock."""
        ids = self._connection.execute(which).scalars().all()
        if not ids:
            return 0
        over = update(card).where(is_one_of(self._connection, card.c.id, ids), is_over)
        return self._connection.execute(over.values(shown=card.c.wanted)).rowcount

    def unposted(self, channel_id: int) -> Unposted:
        """The cards that wait for their first message."""
        sums = select(
            func.count().label("alerts"),
            func.max(card.c.id).label("newest"),
            func.sum(case((card.c.lane == Lane.CRITICAL.value, 1), else_=0)).label("critical"),
        ).select_from(card)
        own = sums.where(is_unposted(channel_id, IS_OWN))
        shared = sums.join(alert, alert.c.group_id == card.c.subject_id).where(
            is_unposted(channel_id, IS_SHARED)
        )
        rows = self._connection.execute(union_all(own, shared)).all()
        return Unposted(
            sum(row.alerts for row in rows),
            max(row.newest or 0 for row in rows),
            critical=sum(int(row.critical or 0) for row in rows),
            acts=self._connection.execute(_NEWEST_ACT).scalar_one() or 0,
        )

    def held(self, channel_id: int, *, offset: int = 0, limit: int) -> list[BoardAlert]:
        """Open alerts without a card: worst first, then newest first."""
        rows = self._connection.execute(
            all_held(channel_id).order_by(RANK.desc(), alert.c.id.desc()).offset(offset).limit(limit)
        )
        return [read(row) for row in rows]

    def held_ids(
        self,
        channel_id: int,
        *,
        name: str | None = None,
        states: Sequence[State] = (),
    ) -> list[int]:
        """All of them, or those of one name, in these states."""
        ids = narrowed(all_held(channel_id).with_only_columns(alert.c.id).order_by(alert.c.id), name, states)
        return list(self._connection.execute(ids).scalars())

    def seen_ids(
        self, channel_id: int, seen: Seen, *, name: str | None = None, states: Sequence[State] = ()
    ) -> tuple[list[int], int]:
        """Those of them that could be seen then, and how many others there are by now."""
        columns = alert.c.id, alert.c.loud_since
        found = narrowed(all_held(channel_id).with_only_columns(*columns).order_by(alert.c.id), name, states)
        rows, at = self._connection.execute(found).all(), micros(seen.at)
        ids = [each for each, since in rows if each <= seen.newest_id and (since is None or since <= at)]
        return ids, len(rows) - len(ids)

    def newest_held(self, channel_id: int) -> int:
        """The newest of them, 0 when there is none."""
        newest = all_held(channel_id).with_only_columns(func.max(alert.c.id))
        return self._connection.execute(newest).scalar_one() or 0

    def awaits_cards(self, channel_id: int) -> bool:
        """Whether any of them may still get a card: not what Discord refused, but what is parked."""
        is_parked = and_(
            card.c.channel_id == channel_id,
            card.c.parked_reason.is_not(None),
            ~_IS_REFUSED,
            card.c.wanted > card.c.shown,
            card.c.message_id.is_(None),
            or_(IS_OWN, IS_SHARED),
        )
        some = or_(exists().where(is_unposted(channel_id)), exists().where(is_parked))
        return bool(self._connection.execute(select(some)).scalar_one())

    def count_held(self, channel_id: int) -> dict[Severity, int]:
        """How many open alerts have no card, by severity."""
        counted = (
            all_held(channel_id).with_only_columns(alert.c.severity, func.count()).group_by(alert.c.severity)
        )
        return {SEVERITIES[severity]: count for severity, count in self._connection.execute(counted)}

    def standing(self, project_id: int) -> dict[int, int]:
        """The channels whose boards hold alerts now, and how many."""
        channels = self._connection.execute(
            select(board.c.channel_id).where(board.c.project_id == project_id, board.c.left_at.is_(None))
        ).scalars()
        held = {each: sum(self.count_held(each).values()) for each in sorted(channels)}
        return {each: count for each, count in held.items() if count}

    def answerable(self, project_id: int) -> dict[int, datetime]:
        """The channels whose board stands and can be answered, and since when."""
        return held_back.channels(self._connection, project_id)

    def uncalled(self, channel_id: int, *, now: datetime, limit: int, lock: bool = True) -> list[Uncalled]:
        """Criticals that a board holds back and nobody was called for; nobody else takes them (``lock``)."""
        return held_back.uncalled(self._connection, channel_id, now=now, limit=limit, lock=lock)

    def stands_above(self, channel_id: int, message_id: int) -> bool:
        """Whether other messages of the desk came to the channel after this one."""
        later = select(card.c.id).where(card.c.message_id > message_id, card.c.channel_id == channel_id)
        return self._connection.execute(later.limit(1)).one_or_none() is not None

    def crowded(self, project_id: int, *, now: datetime) -> list[int]:
        """The channels without a board where criticals wait for the first post of their card."""
        return held_back.crowded(self._connection, project_id, now=now)

    def rung_since(self, channel_id: int, since: datetime) -> int:
        """How many cards of a channel have rung somebody by their first post since then."""
        return held_back.rung_since(self._connection, channel_id, since)

    def first_calls(self, card_id: int, *, limit: int) -> dict[int, bool]:
        """Whom a card that was never posted calls for, and whether that is left to a reply."""
        return held_back.first_calls(self._connection, card_id, limit=limit)

    def told_causes(self, channel_id: int, since: datetime) -> list[ToldCause]:
        """The causes that rang in a channel since then, and the last message that told each."""
        return held_back.told_causes(self._connection, channel_id, since)

    def passed(self, channel_id: int, *, first_card_id: int, since: datetime, now: datetime) -> Passed:
        """What came since the storm began."""
        return count_passed(self._connection, channel_id, first_card_id=first_card_id, since=since, now=now)


def _storm(row: Any, now_us: int) -> Storm:
    is_claimed = row.claimed_by is not None and row.claim_expires_at > now_us
    return Storm(
        card_id=row.id,
        entered_at=moment(row.entered_at),
        left_at=moment_or_none(row.left_at),
        first_card_id=row.first_card_id,
        made_of=Unposted(row.held, row.newest_card_id, row.critical, row.acts),
        message_id=row.message_id,
        sent_at=moment_or_none(row.sent_at),
        is_dirty=row.wanted > row.shown,
        is_busy=is_claimed or (row.not_before or 0) > now_us,
        is_parked=row.parked_reason is not None,
        is_lost=row.parked_reason in {ParkReason.UNKNOWN_CHANNEL.value, ParkReason.REFUSED.value},
    )
