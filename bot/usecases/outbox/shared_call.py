"""Shared call: alerts that share a card are called for again together, although they came one by one.

Law: where the repeat of an alert is told, the repeats of the others on its card that would be due within
`SOON` are told in the same message: early by that much at most, and once. A repeat keeps the time that its
own alert gives it, so that the one after it is again so near to the others', however often that is done.

While a board stands in a channel, alerts with cards of their own share a call with those of their cause.
Calls of other kinds are due at once and are never told early.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from bot.domain.alert.alert import Alert
from bot.domain.alert.ring import Ring, RingReason, is_loud
from bot.domain.outbox.kind import TRAITS
from bot.domain.outbox.placement import Placement
from bot.domain.sight import Subject
from bot.usecases.desk import Desk
from storage.transaction import Transaction

SOON: Final = timedelta(minutes=1)
"""How much earlier than it is due a repeat may be told; rings of one card are that far apart."""

Boards = Mapping[int, Placement | None]


class Due(msgspec.Struct, frozen=True):
    """A call that is meant, with the card it answers; calls of one ``key`` share a message."""

    ring: Ring
    alert: Alert
    place: Placement
    key: tuple[int | str, ...]

    @property
    def is_shared(self) -> bool:
        """Whether other alerts may be on its card, or of its cause on the board."""
        return len(self.key) > 1 or TRAITS[self.place.kind].about is not Subject.ALERT


def due(ring: Ring, alert: Alert, place: Placement, boards: Boards) -> Due:
    """A call with what it is told together with: its card, or its cause where the channel has a board."""
    is_own = TRAITS[place.kind].about is Subject.ALERT
    by_cause = is_own and boards.get(place.channel_id) is not None
    key = (place.channel_id, alert.name, alert.service) if by_cause else (place.id,)
    return Due(ring, alert, place, key)


def draw_in(
    tx: Transaction, desk: Desk, told: Mapping[int, list[Due]], boards: Boards, *, now: datetime, room: int
) -> None:
    """Add to the calls that are told the repeats that would follow them soon; ``room`` is for so many."""
    found = [each for calls in told.values() for each in calls]
    repeated = [each for each in found if each.ring.reason is RingReason.UNTAKEN and each.is_shared]
    if not repeated or room <= 0:
        return
    soon = tx.rings.take_repeats(
        desk.project.id,
        after=now,
        until=now + SOON,
        groups={each.alert.group_id for each in repeated if each.alert.group_id is not None},
        names={each.alert.name for each in repeated if len(each.key) > 1},
        limit=room,
    )
    last = {each.subject_id: each for each in sorted(soon, key=lambda one: one.ordinal)}
    others = last.keys() - {each.alert.id for each in found}
    places = tx.cards.of_alerts(others)
    keys = {each.key for each in repeated}
    for alert in tx.alerts.many(others):
        ring, place = last[alert.id], places.get(alert.id)
        if place is None or ring.run != alert.run or not is_loud(alert):
            continue
        call = due(ring, alert, place, boards)
        if call.key in keys:
            told[place.channel_id].append(call)


def alike(tx: Transaction, called: Sequence[tuple[Ring, Alert]], places: Mapping[int, Placement]) -> int:
    """How many on one card are of the cause that is called for first, and nobody has; 0 for other calls."""
    shown = {places[alert.id] for _, alert in called if alert.id in places}
    causes = {(alert.name, alert.service, alert.severity) for _, alert in called}
    if len(shown) != 1 or len(causes) != 1 or any(ring.reason is not RingReason.STORM for ring, _ in called):
        return 0
    ((place,), ((name, service, severity),)) = shown, causes
    if TRAITS[place.kind].about is not Subject.GROUP:
        return 0
    return tx.groups.waiting(place.subject_id, name=name, service=service, severity=severity)
