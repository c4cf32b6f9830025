"""Placement: where a subject is shown; the row of an alert says in which channel, for lists.

So does that of its recurrence, as long as it is the last alert of it.
"""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Connection, Text, bindparam, or_, select, update

from bot.domain.outbox.outbox import CardKind, ParkReason
from bot.domain.outbox.placement import Placement
from storage.bulk import Bulk
from storage.codec import moment_or_none
from storage.dialect import one_of, values_of
from storage.kind import IS_OWN, IS_SHARED, SHARED, is_kind
from storage.prepared import Prepared
from storage.table.core import alert, card
from storage.table.recurrence import recurrence

_SHOWING: Final = Prepared(select(card).where(card.c.message_id == bindparam("message", type_=BigInteger)))
_OF: Final = Prepared(
    lambda dialect: select(card).where(
        card.c.kind == bindparam("which", type_=Text), one_of(dialect, card.c.subject_id, "subjects")
    )
)
_SHARED: Final = Prepared(
    lambda dialect: (
        select(alert.c.id.label("alert_id"), card)
        .join(card, SHARED)
        .where(one_of(dialect, alert.c.id, "alerts"))
    )
)


_CHANNEL: Final = bindparam("channel_", type_=BigInteger)
_SUBJECT: Final = bindparam("subject_", type_=alert.c.id.type)


def _moved(subject: ColumnElement[Any]) -> Bulk:
    moved = update(alert).where(subject == _SUBJECT, alert.c.channel_id != _CHANNEL)
    return Bulk(moved.values(channel_id=_CHANNEL), ("channel_", "subject_"))


def _followed(subject: ColumnElement[Any]) -> Bulk:
    """The recurrences whose last alert it is; what has another by now stays where that one is."""
    followed = update(recurrence).where(
        subject == _SUBJECT,
        recurrence.c.id == alert.c.recurrence_id,
        recurrence.c.last_alert_id == alert.c.id,
        recurrence.c.channel_id.is_distinct_from(_CHANNEL),
    )
    return Bulk(followed.values(channel_id=_CHANNEL), ("channel_", "subject_"))


_MOVED: Final = {
    kind: (_moved(subject), _followed(subject))
    for kind, subject in ((CardKind.ALERT, alert.c.id), (CardKind.GROUP, alert.c.group_id))
}


def note_channel(connection: Connection, channel_id: int, cards: Iterable[tuple[str, int]]) -> None:
    """Cards, as (kind, subject), are in this channel now: so are the alerts that they show."""
    moved = sorted(cards)
    for kind, statements in _MOVED.items():
        rows = [(channel_id, subject) for name, subject in moved if name == kind.value]
        for statement in statements:
            statement.run(connection, rows)


def showing(connection: Connection, message_id: int) -> Placement | None:
    """The card that this message is."""
    row = _SHOWING.row(connection, message=message_id)
    return None if row is None else _read(row)


def of(connection: Connection, kind: CardKind, subject_ids: Iterable[int]) -> list[Placement]:
    """Where these subjects are shown."""
    rows = _OF.rows(connection, which=kind.value, subjects=values_of(connection, subject_ids))
    return [_read(row) for row in rows]


def of_alerts(connection: Connection, alert_ids: Iterable[int]) -> dict[int, Placement]:
    """Where these alerts are shown: on cards of their own, or on those of their groups."""
    ids = list(alert_ids)
    found = {place.subject_id: place for place in of(connection, CardKind.ALERT, ids)}
    missing = [each for each in ids if each not in found]
    if missing:
        rows = _SHARED.rows(connection, alerts=values_of(connection, missing))
        found |= {row.alert_id: _read(row) for row in rows}
    return found


def _read(row: Any) -> Placement:
    return Placement(
        id=row.id,
        kind=CardKind(row.kind),
        subject_id=row.subject_id,
        channel_id=row.channel_id,
        message_id=row.message_id,
        wanted=row.wanted,
        shown=row.shown,
        parked_reason=ParkReason(row.parked_reason) if row.parked_reason else None,
        seen_at=moment_or_none(row.seen_at),
        rung_at=moment_or_none(row.rung_at),
        rung_run=row.rung_run,
        pinged=row.pinged,
    )


def has_shown_alert(connection: Connection, project_id: int) -> bool:
    """Whether a message of an alert, of a group or of a board stands or stood somewhere."""
    shown = select(card.c.id).where(
        card.c.project_id == project_id,
        or_(IS_OWN, IS_SHARED, is_kind(CardKind.BOARD)),
        card.c.message_id.is_not(None),
    )
    return connection.execute(shown.limit(1)).first() is not None
