"""Kind: cards by their kind, as conditions: whose card it is, when its subject is gone, and when it is over.

One line for each kind in `STORED`. An alert has a card of its own, or shares that of its group; `OWN` and
`SHARED` join either with the alert, `HEAD` an incident's with the incident.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Table, and_, exists, or_, true

from bot.domain.alert.alert import State
from bot.domain.outbox.kind import TRAITS
from bot.domain.outbox.outbox import CardKind
from storage.table.core import alert, card
from storage.table.group import alert_group
from storage.table.incident import incident, nudge
from storage.table.note import note
from storage.table.triage import brief


def is_kind(kind: CardKind) -> ColumnElement[bool]:
    """Whether the card at hand is of this kind."""
    return card.c.kind == kind.value


def is_among(*kinds: CardKind) -> ColumnElement[bool]:
    """Whether the card at hand is of one of these kinds."""
    return card.c.kind.in_([each.value for each in kinds])


def card_of(kind: CardKind, subject_id: Any) -> ColumnElement[bool]:
    """Whether the card at hand is the subject's."""
    return and_(is_kind(kind), card.c.subject_id == subject_id)


IS_OWN: Final = is_kind(CardKind.ALERT)
IS_SHARED: Final = is_kind(CardKind.GROUP)
OWN: Final = card_of(CardKind.ALERT, alert.c.id)
SHARED: Final = card_of(CardKind.GROUP, alert.c.group_id)
HEAD: Final = card_of(CardKind.INCIDENT, incident.c.id)
CALLING: Final = tuple(kind.value for kind, traits in TRAITS.items() if traits.calls)
"""The kinds whose first post rings people."""

_RESOLVED: Final = State.RESOLVED.value
_IS_RESOLVED: Final = exists().where(alert.c.id == card.c.subject_id, alert.c.state == _RESOLVED)
_HAS_OPEN: Final = exists().where(alert.c.group_id == card.c.subject_id, alert.c.state != _RESOLVED)
_IS_CLOSED: Final = exists().where(incident.c.id == card.c.subject_id, incident.c.state == "closed")


class StoredSubject(msgspec.Struct, frozen=True, kw_only=True):
    """``table`` has the row that the card is about, None where that is a channel or a number of calls.

    When its message is deleted while the card is ``over``, that was tidying up, and it is not posted again:
    never where that is None.
    """

    table: Table | None = None
    over: ColumnElement[bool] | None = None


SAID_ONCE: Final = true()
STORED: Final[Mapping[CardKind, StoredSubject]] = MappingProxyType(
    {
        CardKind.ALERT: StoredSubject(table=alert, over=_IS_RESOLVED),
        CardKind.GROUP: StoredSubject(table=alert_group, over=~_HAS_OPEN),
        CardKind.FOLDED: StoredSubject(table=alert, over=SAID_ONCE),
        CardKind.RING: StoredSubject(over=SAID_ONCE),
        CardKind.BOARD: StoredSubject(),
        CardKind.INCIDENT: StoredSubject(table=incident, over=_IS_CLOSED),
        CardKind.NUDGE: StoredSubject(table=nudge, over=SAID_ONCE),
        CardKind.BRIEF: StoredSubject(table=brief),
        CardKind.REPORT: StoredSubject(over=SAID_ONCE),
        CardKind.CLOSURE: StoredSubject(),
        CardKind.NOTE: StoredSubject(table=note),
    }
)
"""Every kind has its line."""

IS_OVER: Final = or_(
    *(and_(is_kind(kind), each.over) for kind, each in STORED.items() if each.over is not None)
)
"""Whether the card at hand is over."""

IS_WITHOUT_SUBJECT: Final = or_(
    *(
        and_(is_kind(kind), ~exists().where(each.table.c.id == card.c.subject_id))
        for kind, each in STORED.items()
        if each.table is not None
    )
)
"""Whether what the card at hand is about is not there."""
