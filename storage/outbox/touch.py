"""Touch: a subject has changed, and its card wants one more revision.

An alert has a card of its own or shares that of its group; which it is stands on its row. Whoever knows says
so (intake, which has just read the rows), for anybody else the group is looked for.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, case, null, or_, select, update

from bot.domain.alert.verdict import Lane
from bot.domain.outbox.outbox import CardKind, ParkReason
from storage.bulk import Bulk
from storage.codec import micros
from storage.kind import IS_SHARED, is_kind
from storage.table.core import alert, card

_lane: Final = bindparam("lane_", type_=card.c.lane.type)
_clean: Final = card.c.wanted <= card.c.shown
_subject: Final = bindparam("subject_", type_=card.c.subject_id.type)
# A board holds criticals back, but not what a person took up, or what may have been posted already.
_is_unposted: Final = card.c.message_id.is_(None)
_taken_up: Final = and_(_lane == Lane.PERSON.value, _is_unposted)
_stays_up: Final = and_(card.c.lane == Lane.PERSON.value, _is_unposted, ~_clean)
_CHANGES: Final[dict[str, Any]] = {
    "lane": case(
        (_stays_up, card.c.lane),
        (or_(_clean, card.c.lane > _lane, _taken_up), _lane),
        else_=card.c.lane,
    ),
    "dirty_since": case((_clean, bindparam("now_", type_=card.c.dirty_since.type)), else_=card.c.dirty_since),
    "wanted": card.c.wanted + 1,
    "parked_reason": case(
        (card.c.parked_reason == ParkReason.REFUSED.value, null()), else_=card.c.parked_reason
    ),
}
# A call whose message is gone was told: it is not wanted again, however its alerts change.
_is_told_and_gone: Final = and_(is_kind(CardKind.RING), _is_unposted, _clean)
_touch: Final = Bulk(
    update(card)
    .where(
        card.c.kind == bindparam("kind_", type_=card.c.kind.type),
        card.c.subject_id == _subject,
        ~_is_told_and_gone,
    )
    .values(**_CHANGES),
    ("kind_", "subject_", "lane_", "now_"),
)
_touch_group: Final = Bulk(
    update(card)
    .where(
        IS_SHARED,
        card.c.subject_id == select(alert.c.group_id).where(alert.c.id == _subject).scalar_subquery(),
    )
    .values(**_CHANGES),
    ("subject_", "lane_", "now_"),
)


def touch(
    connection: Connection, kind: CardKind, changed: Iterable[tuple[int, Lane]], *, now: datetime
) -> None:
    """Touch the cards of subjects that changed; of alerts the groups' cards too."""
    us = micros(now)
    rows = [(subject_id, lane.value, us) for subject_id, lane in changed]
    _touch.run(connection, [(kind.value, *row) for row in rows])
    if kind is CardKind.ALERT:
        _touch_group.run(connection, rows)


def touch_known(
    connection: Connection,
    alerts: Iterable[tuple[int, Lane]],
    groups: Mapping[int, Lane],
    *,
    now: datetime,
) -> None:
    """Touch the cards of alerts that have one of their own, and of groups, in one statement."""
    us = micros(now)
    rows = [(CardKind.ALERT.value, alert_id, lane.value, us) for alert_id, lane in alerts]
    rows += [(CardKind.GROUP.value, group_id, groups[group_id].value, us) for group_id in sorted(groups)]
    _touch.run(connection, rows)
