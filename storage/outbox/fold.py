"""Fold: alerts that had cards of their own share that of a group from now on.

One of those cards, the newest that stands (or may stand) in the channel, becomes the group's, so that no
message is added; the others are edited once to lead there, and those that were never sent need nothing any
more.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Connection, Row, case, select, update

from bot.domain.alert.verdict import Lane
from bot.domain.outbox.outbox import CardKind
from storage.codec import micros
from storage.dialect import is_one_of
from storage.kind import IS_OWN
from storage.outbox.placement import note_channel
from storage.table.core import card

_Row: TypeAlias = Row[Any, Any, Any, Any, Any]


class Folded(NamedTuple):
    """By group: whose card it has now, and the alerts that lost their own unsent while the group's stands."""

    began_as: dict[int, int]
    unsent: dict[int, list[int]]


def fold(
    connection: Connection, groups: Mapping[int, tuple[Sequence[int], Lane]], *, now: datetime
) -> Folded:
    """Let groups, with their alerts and how urgent their cards are, each have one card."""
    owners = {alert_id: group_id for group_id, (ids, _) in groups.items() for alert_id in ids}
    found: Sequence[_Row] = connection.execute(
        select(card.c.id, card.c.subject_id, card.c.channel_id, card.c.message_id, card.c.posting_since)
        .where(IS_OWN, is_one_of(connection, card.c.subject_id, owners))
        .order_by(card.c.id)
        .with_for_update()
    ).all()
    chosen: dict[int, _Row] = {}
    for row in found:
        group_id = owners[row.subject_id]
        if group_id not in chosen or _is_tried(row) >= _is_tried(chosen[group_id]):
            chosen[group_id] = row
    kept = {row.id for row in chosen.values()}
    for group_id, row in chosen.items():
        _change(connection, row, CardKind.GROUP, group_id, groups[group_id][1], now, needless=False)
        note_channel(connection, row.channel_id, [(CardKind.GROUP.value, group_id)])
    unsent: dict[int, list[int]] = {}
    for row in found:
        if row.id not in kept:
            needless = not _is_tried(row)
            group_id = owners[row.subject_id]
            if needless and _is_tried(chosen[group_id]):
                unsent.setdefault(group_id, []).append(row.subject_id)
            _change(connection, row, CardKind.FOLDED, row.subject_id, Lane.COUNT, now, needless=needless)
    return Folded({group_id: row.subject_id for group_id, row in chosen.items()}, unsent)


def _is_tried(row: _Row) -> bool:
    """Whether it stands in the channel, or may."""
    return row.message_id is not None or row.posting_since is not None


def _change(
    connection: Connection,
    row: _Row,
    kind: CardKind,
    subject_id: int,
    lane: Lane,
    now: datetime,
    *,
    needless: bool,
) -> None:
    clean = card.c.wanted <= card.c.shown
    connection.execute(
        update(card)
        .where(card.c.id == row.id)
        .values(
            kind=kind.value,
            subject_id=subject_id,
            lane=lane.value,
            wanted=card.c.wanted + 1,
            shown=card.c.wanted + 1 if needless else card.c.shown,
            dirty_since=case((clean, micros(now)), else_=card.c.dirty_since),
        )
    )
