"""Outages: one row a channel that ever had one, about its last.

The report itself is a card like any other, whose subject is the channel; as long as it was not posted, the
blindness goes on.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Connection,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    union_all,
    update,
)

from bot.domain.alert.alert import State
from bot.domain.alert.verdict import Lane
from bot.domain.outbox.outage import Outage, OutageCause, OutageTally, Unshown, Untold
from bot.domain.outbox.outbox import CardKind
from storage.codec import micros, moment, moment_or_none
from storage.dialect import upsert
from storage.kind import IS_OWN, IS_SHARED, is_kind
from storage.outbox.card import Cards
from storage.outbox.due import dirty, rests_until
from storage.prepared import Prepared
from storage.table.core import alert, card
from storage.table.outage import outage

_IS_REPORT: Final = is_kind(CardKind.REPORT)
_IS_OPEN: Final = alert.c.state != State.RESOLVED.value

# Asked at every step of every channel, and so built once.
_channel: Final = bindparam("channel", type_=BigInteger)
_LAST: Final = Prepared(select(outage).where(outage.c.channel_id == _channel))
_UNTOLD: Final = Prepared(
    select(outage, rests_until().label("rests_until"))
    .join(card, and_(_IS_REPORT, card.c.subject_id == outage.c.channel_id))
    .where(outage.c.channel_id == _channel, dirty(posted=False))
)
_UNSHOWN: Final = Prepared(
    select(func.min(card.c.dirty_since).label("since"), func.min(card.c.id).label("first")).where(
        card.c.channel_id == _channel,
        dirty(posted=False),
        or_(IS_OWN, IS_SHARED),
        card.c.id > bindparam("after_card", type_=BigInteger),
        card.c.dirty_since > bindparam("after", type_=BigInteger),
    )
)
_SENT_AT: Final = Prepared(select(func.max(card.c.sent_at)).where(card.c.channel_id == _channel))


class Outages:
    """The channels' last blindnesses."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def last(self, channel_id: int) -> Outage | None:
        """The last one of a channel, however long ago."""
        row = _LAST.row(self._connection, channel=channel_id)
        return None if row is None else _read(row)

    def untold(self, channel_id: int) -> Untold | None:
        """The blindness of a channel whose report waits to be posted."""
        row = _UNTOLD.row(self._connection, channel=channel_id)
        return None if row is None else Untold(_read(row), moment(row.rests_until))

    def unshown(
        self, channel_id: int, *, after_card_id: int, after: datetime | None = None
    ) -> Unshown | None:
        """The alerts of a channel that wait for their first message: younger than a card and a moment."""
        since = -1 if after is None else micros(after)
        row = _UNSHOWN.row(self._connection, channel=channel_id, after_card=after_card_id, after=since)
        return None if row.first is None else Unshown(moment(row.since), row.first)

    def sent_at(self, channel_id: int) -> datetime | None:
        """When a call last reached the channel."""
        return moment_or_none(_SENT_AT.value(self._connection, channel=channel_id))

    def note(self, project_id: int, new: Outage) -> None:
        """Take the place of the channel's last one; the project is that of the first."""
        values = {
            "cause": new.cause.value,
            "began_at": micros(new.began_at),
            "ended_at": micros(new.ended_at),
            "first_card_id": new.first_card_id,
            "last_card_id": new.last_card_id,
            "fired": new.fired,
            "still_open": new.still_open,
        }
        self._connection.execute(
            upsert(self._connection, outage)
            .values(channel_id=new.channel_id, project_id=project_id, **values)
            .on_conflict_do_update(index_elements=[outage.c.channel_id], set_=values)
        )

    def owe_report(self, project_id: int, channel_id: int, *, now: datetime) -> None:
        """The channel is to get a report as a new message, unless one is on its way already.

        Called after `note`, whose row keeps others from doing the same at once.
        """
        own = and_(_IS_REPORT, card.c.subject_id == channel_id)
        known = self._connection.execute(select(card.c.id).where(own)).scalar_one_or_none()
        if known is None:
            new = [(channel_id, channel_id, Lane.CRITICAL)]
            Cards(self._connection).create(project_id, CardKind.REPORT, new, now=now)
            return
        self._connection.execute(
            update(card)
            .where(own, ~dirty(posted=False))
            .values(
                wanted=card.c.wanted + 1,
                lane=Lane.CRITICAL.value,
                message_id=None,
                generation=card.c.generation + 1,
                nonce=None,
                posting_since=None,
                parked_reason=None,
                parked_at=None,
                seen_at=None,
                dirty_since=micros(now),
            )
        )

    def tally(self, which: Outage) -> OutageTally:
        """What fired in it, as known now, and what of that is not over."""
        count = select(
            func.count().label("fired"),
            func.sum(case((_IS_OPEN, 1), else_=0)).label("still_open"),
            func.max(card.c.id).label("last"),
        ).select_from(card)
        came = and_(card.c.channel_id == which.channel_id, alert.c.opened_at <= micros(which.ended_at))
        waits = self._connection.execute(
            select(card.c.dirty_since).where(card.c.id == which.first_card_id)
        ).scalar()
        began = micros(which.began_at)
        # What waits no longer since before the first was let go in an earlier storm.
        unshown = and_(
            card.c.message_id.is_(None), card.c.dirty_since >= (began if waits is None else min(waits, began))
        )
        unseen = or_(unshown, card.c.sent_at > began)
        first = card.c.id >= which.first_card_id
        joined = alert.c.opened_at >= micros(which.began_at)
        rows = self._connection.execute(
            union_all(
                count.join(alert, alert.c.id == card.c.subject_id).where(IS_OWN, came, unseen, first),
                count.join(alert, alert.c.group_id == card.c.subject_id).where(IS_SHARED, came, joined),
            )
        ).all()
        return OutageTally(
            fired=sum(row.fired for row in rows),
            still_open=sum(int(row.still_open or 0) for row in rows),
            last_card_id=max(which.last_card_id, *(row.last or 0 for row in rows)),
        )

    def newest_card_id(self) -> int:
        """The id of the newest card, 0 when there is none."""
        return self._connection.execute(select(func.max(card.c.id))).scalar_one_or_none() or 0

    def let_go(self, card_id: int, *, revision: int) -> None:
        """A claimed card, not shown at all: ``revision`` of it needs no message."""
        self._connection.execute(
            update(card)
            .where(card.c.id == card_id)
            .values(shown=revision, claimed_by=None, claim_expires_at=None, not_before=None, failures=0)
        )

    def ended_after(self, project_id: int, cause: OutageCause, at: datetime) -> list[Outage]:
        """The outages of one cause that ended after ``at``."""
        rows = self._connection.execute(
            select(outage).where(
                outage.c.project_id == project_id,
                outage.c.cause == cause.value,
                outage.c.ended_at > micros(at),
            )
        )
        return [_read(row) for row in rows]


def _read(row: Any) -> Outage:
    return Outage(
        channel_id=row.channel_id,
        cause=OutageCause(row.cause),
        began_at=moment(row.began_at),
        ended_at=moment(row.ended_at),
        first_card_id=row.first_card_id,
        last_card_id=row.last_card_id,
        fired=row.fired,
        still_open=row.still_open,
    )
