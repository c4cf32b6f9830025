"""Many: one move on many alerts in one transaction, with an audit entry for each that it changed."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import msgspec

from bot.domain.alert import ring as ring_rules
from bot.domain.alert.alert import Alert
from bot.domain.alert.alert_change import AlertChange
from bot.domain.errors import ConflictError
from bot.usecases.alert.move import Move, change_of, entry_of
from bot.usecases.desk import Desk
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
    """The first half: alerts, and what else has rows of theirs; `finish` has to follow."""
    tx.recurrences.hold_of_all(ids)
    moved = []
    for alert in tx.alerts.held_all(desk.project.id, ids):
        move = make(alert.id)
        try:
            after = ring_rules.advance(alert, move.make(alert, now), now)
        except ConflictError:
            continue
        moved.append(Moved(alert, after, move))
    if moved:
        tx.alerts.save_all(each.after for each in moved)
        desk.tell_rows(tx, _changes(moved), now)
    return moved


def finish(tx: Transaction, desk: Desk, moved: Sequence[Moved], now: datetime) -> None:
    """The second half: the cards want one more revision, and the audit log is told."""
    if moved:
        desk.tell_cards(tx, _changes(moved), now)
        entries = (entry_of(each.before, each.after, each.move, now) for each in moved)
        tx.audit.append(desk.project.id, *entries)


def _changes(moved: Iterable[Moved]) -> list[AlertChange]:
    return [change_of(each.before, each.after, each.move) for each in moved]
