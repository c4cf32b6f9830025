"""Cards: the outbox. A row is never deleted before its work is done."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, and_, bindparam, case, exists, insert, null, or_, select, true, update

from bot.domain.alert import State
from bot.domain.outbox import CardKind, Outgoing, ParkReason, nonce
from bot.domain.verdict import Lane
from storage.bulk import Bulk
from storage.codec import micros, moment, moment_or_none
from storage.dialect import allocate
from storage.outbox import Choice, sendable
from storage.table import alert, card

_NEW_COLUMNS = (
    "id", "project_id", "kind", "subject_id", "channel_id", "wanted", "shown", "lane", "generation",
    "failures", "parked_reason", "parked_at", "pinged", "dirty_since",
)  # fmt: skip
_new = Bulk(insert(card), _NEW_COLUMNS)
_lane = bindparam("lane_", type_=card.c.lane.type)
_clean = card.c.wanted <= card.c.shown
_touch = Bulk(
    update(card)
    .where(
        card.c.kind == bindparam("kind_", type_=card.c.kind.type),
        card.c.subject_id == bindparam("subject_", type_=card.c.subject_id.type),
    )
    .values(
        lane=case((or_(_clean, card.c.lane > _lane), _lane), else_=card.c.lane),
        dirty_since=case(
            (_clean, bindparam("now_", type_=card.c.dirty_since.type)), else_=card.c.dirty_since
        ),
        wanted=card.c.wanted + 1,
        parked_reason=case(
            (card.c.parked_reason == ParkReason.REFUSED.value, null()), else_=card.c.parked_reason
        ),
    ),
    ("kind_", "subject_", "lane_", "now_"),
)


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a card is shown; ``message_id`` is None while it waits."""

    id: int
    kind: CardKind
    subject_id: int
    channel_id: int
    message_id: int | None
    wanted: int
    shown: int
    parked_reason: ParkReason | None
    seen_at: datetime | None


class Cards:
    """The outbox's rows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def create(
        self,
        project_id: int,
        kind: CardKind,
        new: Iterable[tuple[int, int | None, Lane]],
        *,
        now: datetime,
    ) -> None:
        """New cards as (subject id, channel or None, lane); without a channel they wait, parked."""
        rows = list(new)
        us = micros(now)
        _new.run(
            self._connection,
            [
                (
                    card_id,
                    project_id,
                    kind.value,
                    subject_id,
                    channel_id or 0,
                    1,
                    0,
                    lane.value,
                    1,
                    0,
                    None if channel_id else ParkReason.NO_CHANNEL.value,
                    None if channel_id else us,
                    False,
                    us,
                )
                for card_id, (subject_id, channel_id, lane) in zip(
                    allocate(self._connection, card, len(rows)), rows, strict=True
                )
            ],
        )

    def touch(self, kind: CardKind, changed: Iterable[tuple[int, Lane]], *, now: datetime) -> None:
        """The subjects changed: their cards want one more revision."""
        us = micros(now)
        _touch.run(
            self._connection, [(kind.value, subject_id, lane.value, us) for subject_id, lane in changed]
        )

    def claim(
        self, channel_id: int, which: Choice, *, worker: str, tag: str, now: datetime, lease: timedelta
    ) -> Outgoing | None:
        """Take the first card of a channel that fits the choice and may be sent now, or None.

        The nonce and the time of the first attempt are stored before anything is sent.
        """
        us = micros(now)
        candidate = (
            select(card.c.id)
            .where(card.c.channel_id == channel_id, which.condition(channel_id), sendable(us))
            .order_by(card.c.lane, card.c.dirty_since, card.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        row = self._connection.execute(
            update(card)
            .where(card.c.id == candidate)
            .values(claimed_by=worker, claim_expires_at=micros(now + lease))
            .returning(card)
        ).one_or_none()
        if row is None:
            return None
        if row.posting_since is None:
            own = nonce(tag, row.channel_id, row.id, row.generation)
            self._connection.execute(
                update(card).where(card.c.id == row.id).values(nonce=own, posting_since=us)
            )
            return _outgoing(row, own, now)
        return _outgoing(row, row.nonce, moment(row.posting_since))

    def settle(
        self, card_id: int, *, worker: str, message_id: int, shown: int, pinged: bool, now: datetime
    ) -> None:
        """The message now shows revision ``shown``; the claim ends."""
        self._connection.execute(
            update(card)
            .where(card.c.id == card_id, card.c.claimed_by == worker)
            .values(
                message_id=message_id,
                shown=shown,
                pinged=true() if pinged else card.c.pinged,
                sent_at=micros(now),
                claimed_by=None,
                claim_expires_at=None,
                not_before=None,
                failures=0,
            )
        )

    def put_off(self, card_id: int, *, worker: str, until: datetime) -> None:
        """A passing failure: leave the card alone until ``until``."""
        self._connection.execute(
            update(card)
            .where(card.c.id == card_id, card.c.claimed_by == worker)
            .values(
                claimed_by=None,
                claim_expires_at=None,
                not_before=micros(until),
                failures=card.c.failures + 1,
            )
        )

    def forget_message(self, message_id: int, *, now: datetime) -> int:
        """Its message is gone: the card is posted again, as a new message, unless its alert is over."""
        return self._connection.execute(
            update(card).where(card.c.message_id == message_id).values(**_gone(now))
        ).rowcount

    def lose(self, card_id: int, *, now: datetime) -> None:
        """The same by the card's own id, for a message that was deleted before anybody knew its id."""
        self._connection.execute(
            update(card)
            .where(card.c.id == card_id)
            .values(**_gone(now), claimed_by=None, claim_expires_at=None)
        )

    def let_be(self, card_id: int) -> None:
        """Nobody needs to see what it would show."""
        self._connection.execute(update(card).where(card.c.id == card_id).values(shown=card.c.wanted))

    def answered(self, card_id: int, *, revision: int) -> None:
        """A person's click was answered with revision ``revision`` on the card itself.

        Only believed when nothing else was on its way; otherwise the card is sent once more.
        """
        idle = and_(card.c.claimed_by.is_(None), card.c.wanted == revision)
        self._connection.execute(
            update(card)
            .where(card.c.id == card_id)
            .values(
                shown=case((idle, revision), else_=card.c.shown),
                wanted=case((idle, card.c.wanted), else_=card.c.wanted + 1),
            )
        )

    def saw(self, message_id: int, *, at: datetime) -> datetime | None:
        """The gateway's echo of a new message; returns when the card became due, the first time."""
        due = self._connection.execute(
            update(card)
            .where(card.c.message_id == message_id, card.c.seen_at.is_(None))
            .values(seen_at=micros(at))
            .returning(card.c.dirty_since)
        ).scalar_one_or_none()
        return moment_or_none(due)

    def showing(self, message_id: int) -> Place | None:
        """The card that this message is."""
        row = self._connection.execute(select(card).where(card.c.message_id == message_id)).one_or_none()
        return None if row is None else _place(row)

    def of(self, kind: CardKind, subject_ids: Iterable[int]) -> list[Place]:
        """Where these subjects are shown."""
        rows = self._connection.execute(
            select(card).where(card.c.kind == kind.value, card.c.subject_id.in_(list(subject_ids)))
        )
        return [_place(row) for row in rows]


def _gone(now: datetime) -> dict[str, Any]:
    """What a deleted message makes of its card; deleting the card of an alert that is over is tidying up."""
    over = and_(
        card.c.kind == CardKind.ALERT.value,
        exists().where(alert.c.id == card.c.subject_id, alert.c.state == State.RESOLVED.value),
    )
    return {
        "message_id": None,
        "shown": case((over, card.c.wanted), else_=0),
        "lane": Lane.PERSON.value,
        "generation": card.c.generation + 1,
        "nonce": None,
        "posting_since": None,
        "dirty_since": micros(now),
    }


def _outgoing(row: Row[Any], own: str, posting_since: datetime) -> Outgoing:
    return Outgoing(
        id=row.id,
        project_id=row.project_id,
        kind=CardKind(row.kind),
        subject_id=row.subject_id,
        channel_id=row.channel_id,
        message_id=row.message_id,
        wanted=row.wanted,
        shown=row.shown,
        lane=Lane(row.lane),
        generation=row.generation,
        nonce=own,
        posting_since=posting_since,
        retried=row.posting_since is not None,
        failures=row.failures,
        pinged=row.pinged,
        dirty_since=moment(row.dirty_since),
    )


def _place(row: Row[Any]) -> Place:
    return Place(
        id=row.id,
        kind=CardKind(row.kind),
        subject_id=row.subject_id,
        channel_id=row.channel_id,
        message_id=row.message_id,
        wanted=row.wanted,
        shown=row.shown,
        parked_reason=ParkReason(row.parked_reason) if row.parked_reason else None,
        seen_at=moment_or_none(row.seen_at),
    )
