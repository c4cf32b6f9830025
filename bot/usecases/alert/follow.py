"""Follow: the cards of alerts that people, programs or time moved, or of their groups, are shown anew.

What senders say intake shows by itself: it knows the cards that a whole batch makes and changes.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.alert.alert_change import AlertChange
from bot.domain.alert.verdict import Lane
from bot.usecases.desk import Desk
from storage.transaction import Transaction


def touch_cards(_: Desk, tx: Transaction, changes: Sequence[AlertChange], now: datetime) -> None:
    """Of each alert its own card, or once that of the group it shares."""
    own: list[tuple[int, Lane]] = []
    groups: dict[int, Lane] = {}
    for change in changes:
        if change.moved is None:
            continue
        group_id = change.moved[1].group_id
        if group_id is None:
            own.append((change.alert_id, change.lane))
        else:
            groups[group_id] = min(groups.get(group_id, change.lane), change.lane)
    if own or groups:
        tx.cards.touch_known(own, groups, now=now)
