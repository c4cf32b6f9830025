"""Rings: one row a call; those without a lead wait, those with one are told in its message."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Connection,
    Row,
    and_,
    bindparam,
    delete,
    distinct,
    func,
    insert,
    or_,
    select,
    update,
)

from bot.domain.alert.ring import PERSONAL, Ring, RingReason, RingSubject
from bot.domain.outbox.outbox import CardKind
from storage.bulk import Bulk
from storage.codec import micros, moment
from storage.dialect import allocate, is_one_of
from storage.kind import is_kind
from storage.prepared import Prepared
from storage.table.core import alert, card
from storage.table.ring import ring

_COLUMNS: Final = (
    "id", "project_id", "subject", "subject_id", "run", "reason", "ordinal", "due_at", "created_at",
)  # fmt: skip
_NEW: Final = Bulk(insert(ring), _COLUMNS)
_IS_DUE: Final = Prepared(
    select(ring.c.id)
    .where(ring.c.lead_id.is_(None), ring.c.due_at <= bindparam("now", type_=BigInteger))
    .limit(1)
)


class Rings:
    """The rows of rings."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def plan(self, new: Iterable[Ring]) -> list[int]:
        """Calls that will be due; returns their ids."""
        rows = list(new)
        ids = self._fresh_ids(len(rows))
        _NEW.run(
            self._connection,
            [
                (
                    ring_id,
                    each.project_id,
                    each.subject.value,
                    each.subject_id,
                    each.run,
                    each.reason.value,
                    each.ordinal,
                    micros(each.due_at),
                    micros(each.created_at),
                )
                for ring_id, each in zip(ids, rows, strict=True)
            ],
        )
        return ids

    def _fresh_ids(self, count: int) -> list[int]:
        """Ids that were never a message's: SQLite gives away again what was dropped, while messages stay."""
        ids = allocate(self._connection, ring, count)
        if not ids or self._connection.dialect.name == "postgresql":
            return ids
        told = select(func.max(card.c.subject_id)).where(is_kind(CardKind.RING))
        behind = (self._connection.execute(told).scalar_one() or 0) + 1 - ids[0]
        return [each + max(behind, 0) for each in ids]

    def is_due(self, *, now: datetime) -> bool:
        """Whether any call waits that is due."""
        return _IS_DUE.row(self._connection, now=micros(now)) is not None

    def take_due(self, project_id: int, *, now: datetime, limit: int) -> list[Ring]:
        """Calls that are due and wait, oldest first; nobody else takes them until the commit."""
        rows = self._connection.execute(
            select(ring)
            .where(ring.c.lead_id.is_(None), ring.c.due_at <= micros(now), ring.c.project_id == project_id)
            .order_by(ring.c.due_at, ring.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [_read(row) for row in rows]

    def take_repeats(
        self,
        project_id: int,
        *,
        after: datetime,
        until: datetime,
        groups: Collection[int],
        names: Collection[str],
        limit: int,
    ) -> list[Ring]:
        """Repeats that wait and are due in this span, for alerts of these groups or with these names.

        The soonest come first; nobody else takes them until the commit.
        """
        is_asked = or_(
            is_one_of(self._connection, alert.c.group_id, groups),
            is_one_of(self._connection, alert.c.name, names),
        )
        rows = self._connection.execute(
            select(ring)
            .join(alert, and_(ring.c.subject == RingSubject.ALERT.value, ring.c.subject_id == alert.c.id))
            .where(
                ring.c.lead_id.is_(None),
                ring.c.due_at > micros(after),
                ring.c.due_at <= micros(until),
                ring.c.project_id == project_id,
                ring.c.reason == RingReason.UNTAKEN.value,
                is_asked,
            )
            .order_by(ring.c.due_at, ring.c.id)
            .limit(limit)
            .with_for_update(of=ring, skip_locked=True)
        )
        return [_read(row) for row in rows]

    def tell(self, ring_ids: Collection[int], *, lead_id: int, channel_id: int, now: datetime) -> None:
        """Note that these calls are told in the message of ``lead_id``."""
        self._connection.execute(
            update(ring)
            .where(is_one_of(self._connection, ring.c.id, ring_ids))
            .values(lead_id=lead_id, channel_id=channel_id, told_at=micros(now))
        )

    def put_off(self, ring_ids: Collection[int], *, until: datetime) -> None:
        """Let these calls wait a little longer."""
        self._connection.execute(
            update(ring).where(is_one_of(self._connection, ring.c.id, ring_ids)).values(due_at=micros(until))
        )

    def drop(self, ring_ids: Collection[int]) -> None:
        """Nobody has to be called for these any more."""
        self._connection.execute(delete(ring).where(is_one_of(self._connection, ring.c.id, ring_ids)))

    def awaited(self, alert_ids: Collection[int]) -> set[tuple[int, int]]:
        """The runs of these alerts for which a call waits that everybody hears, as (alert, run)."""
        rows = self._connection.execute(
            select(ring.c.subject_id, ring.c.run).where(
                ring.c.subject == RingSubject.ALERT.value,
                is_one_of(self._connection, ring.c.subject_id, alert_ids),
                ring.c.lead_id.is_(None),
                ring.c.reason.not_in([each.value for each in PERSONAL]),
            )
        )
        return {(row.subject_id, row.run) for row in rows}

    def told_in(self, lead_id: int) -> list[Ring]:
        """All calls that one message tells, oldest first."""
        rows = self._connection.execute(select(ring).where(ring.c.lead_id == lead_id).order_by(ring.c.id))
        return [_read(row) for row in rows]

    def reminded_at(self, alert_id: int, run: int) -> datetime | None:
        """When the reminder was planned that told that this run's acknowledgement ends."""
        row = self._connection.execute(
            select(func.max(ring.c.created_at)).where(
                ring.c.subject == RingSubject.ALERT.value,
                ring.c.subject_id == alert_id,
                ring.c.lead_id.is_not(None),
                ring.c.run == run,
                ring.c.reason == RingReason.ACK_ENDING.value,
            )
        ).scalar_one()
        return None if row is None else moment(row)

    def leads_of(self, subject: RingSubject, subject_ids: Collection[int]) -> list[int]:
        """The messages that tell calls about these subjects."""
        found = self._connection.execute(
            select(ring.c.lead_id)
            .where(
                ring.c.subject == subject.value,
                is_one_of(self._connection, ring.c.subject_id, subject_ids),
                ring.c.lead_id.is_not(None),
            )
            .distinct()
        )
        return sorted(found.scalars())

    def told_later(self, lead_id: int, alert_ids: Collection[int], *, but: RingReason) -> set[int]:
        """The alerts among these that a later message calls for, ``but`` one for that reason.

        Later is what was told later: a call that was planned early, and has a low id, may be told late.
        """
        own = select(func.max(ring.c.told_at)).where(ring.c.lead_id == lead_id).scalar_subquery()
        found = self._connection.execute(
            select(ring.c.subject_id)
            .where(
                ring.c.subject == RingSubject.ALERT.value,
                is_one_of(self._connection, ring.c.subject_id, alert_ids),
                ring.c.lead_id.is_not(None),
                ring.c.lead_id != lead_id,
                ring.c.reason != but.value,
                ring.c.told_at > own,
            )
            .distinct()
        )
        return set(found.scalars())

    def told_since(self, channel_id: int, since: datetime) -> tuple[int, datetime | None]:
        """How many messages have told calls in a channel since then, and when the last did."""
        row = self._connection.execute(
            select(func.count(distinct(ring.c.lead_id)), func.max(ring.c.told_at)).where(
                ring.c.channel_id == channel_id, ring.c.told_at > micros(since), ring.c.lead_id.is_not(None)
            )
        ).one()
        return row[0], None if row[1] is None else moment(row[1])


def _read(row: Row[Any]) -> Ring:
    return Ring(
        id=row.id,
        project_id=row.project_id,
        subject=RingSubject(row.subject),
        subject_id=row.subject_id,
        run=row.run,
        reason=RingReason(row.reason),
        ordinal=row.ordinal,
        due_at=moment(row.due_at),
        created_at=moment(row.created_at),
        lead_id=row.lead_id,
        channel_id=row.channel_id,
    )
