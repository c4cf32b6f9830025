"""Place: where a subject is shown."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import BigInteger, Connection, Text, bindparam, select

from bot.domain.outbox.outbox import CardKind, ParkReason
from storage.codec import moment_or_none
from storage.dialect import one_of, values_of
from storage.prepared import Prepared
from storage.table.core import alert, card


class Placement(msgspec.Struct, frozen=True, kw_only=True):
    """Where a card is shown; ``message_id`` is None while it waits, ``pinged`` says that it mentions."""

    id: int
    kind: CardKind
    subject_id: int
    channel_id: int
    message_id: int | None
    wanted: int
    shown: int
    parked_reason: ParkReason | None
    seen_at: datetime | None
    rung_at: datetime | None = None
    rung_run: int | None = None
    pinged: bool = False


_SHOWING: Final = Prepared(select(card).where(card.c.message_id == bindparam("message", type_=BigInteger)))
_OF: Final = Prepared(
    lambda dialect: select(card).where(
        card.c.kind == bindparam("which", type_=Text), one_of(dialect, card.c.subject_id, "subjects")
    )
)
_SHARED: Final = Prepared(
    lambda dialect: (
        select(alert.c.id.label("alert_id"), card)
        .join(card, card.c.subject_id == alert.c.group_id)
        .where(card.c.kind == CardKind.GROUP.value, one_of(dialect, alert.c.id, "alerts"))
    )
)


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
    kinds = [each.value for each in (CardKind.ALERT, CardKind.GROUP, CardKind.BOARD)]
    shown = select(card.c.id).where(
        card.c.project_id == project_id, card.c.kind.in_(kinds), card.c.message_id.is_not(None)
    )
    return connection.execute(shown.limit(1)).first() is not None
