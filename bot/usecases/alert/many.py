"""Many: one move on many alerts in one transaction, with an audit entry for each that it changed."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import msgspec

from bot.domain.alert.alert import Alert
from bot.domain.alert.verdict import Lane
from bot.domain.errors import ConflictError
from bot.usecases import ring as rings
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert.lifecycle import Move
from bot.usecases.desk import Desk
from bot.usecases.incident import follow
from storage.transaction import Transaction


class Moved(msgspec.Struct, frozen=True):
    """An alert as it was and as it is, and what was done to it."""

    before: Alert
    after: Alert
    move: Move


def apply(
    tx: Transaction, desk: Desk, ids: Sequence[int], make: Callable[[int], Move], now: datetime
) -> list[Moved]:
    """A move on each of these alerts; what forbids it is left alone."""
    moved = change(tx, desk, ids, make, now)
    finish(tx, desk, moved, now)
    return moved


def change(
    tx: Transaction, desk: Desk, ids: Sequence[int], make: Callable[[int], Move], now: datetime
) -> list[Moved]:
    """The first half: alerts, recurrences and their incidents' timelines; `finish` has to follow."""
    tx.recurrences.hold_of_all(ids)
    moved, waves = [], []
    for alert in tx.alerts.held_all(desk.project.id, ids):
        move = make(alert.id)
        try:
            after = rings.follow(tx, alert, move.make(alert, now), move.action, now)
        except ConflictError:
            continue
        moved.append(Moved(alert, after, move))
        waves += follow.changes_of(after, move.action, move.actor, move.note)
    if moved:
        tx.alerts.save_all(each.after for each in moved)
        tx.recurrences.follow_all([(each.before, each.after) for each in moved], now=now)
        follow.notify_incidents(tx, waves, now)
    return moved


def finish(tx: Transaction, desk: Desk, moved: Iterable[Moved], now: datetime) -> None:
    """The second half: the cards want one more revision, and the audit log is told."""
    groups: dict[int, Lane] = {}
    own, entries, changed = [], [], []
    for each in moved:
        changed.append((each.before, each.after))
        group_id, lane = each.after.group_id, each.move.lane
        if group_id is None:
            own.append((each.after.id, lane))
        else:
            groups[group_id] = min(groups.get(group_id, lane), lane)
        entries.append(alerts.entry_of(each.before, each.after, each.move, now))
    if entries:
        tx.cards.touch_known(own, groups, now=now)
        rings.settle(tx, changed, now)
        tx.audit.append(desk.project.id, *entries)
