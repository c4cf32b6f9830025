"""Follow: a recurrence's sums keep up with what people, programs and time do to its alerts.

What senders say intake counts by itself: the sums of a whole batch are one statement.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.alert.alert_change import AlertChange
from bot.usecases.desk import Desk
from storage.transaction import Transaction


def keep_sums(_: Desk, tx: Transaction, changes: Sequence[AlertChange], now: datetime) -> None:
    """Count what these changes add."""
    moved = [change.moved for change in changes if change.moved is not None]
    if moved:
        tx.recurrences.follow(moved, now=now)
