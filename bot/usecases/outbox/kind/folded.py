"""Folded: the former card of an alert that shares its group's now, and leads there."""

from datetime import datetime
from typing import Final

from bot.cards.alert.alert import AlertView
from bot.domain.outbox.outbox import Outgoing
from bot.usecases.desk import Desk
from bot.usecases.outbox.subject import CardCall, CardSubject
from bot.usecases.view import folded_view
from storage.transaction import Transaction


def _look_up(tx: Transaction, desk: Desk, card: Outgoing, _: datetime) -> AlertView | None:
    alert = tx.alerts.get(card.project_id, card.subject_id)
    return None if alert is None else folded_view(tx, desk, alert)


def _call(view: AlertView) -> CardCall:
    """Nobody: the group's card calls."""
    return CardCall(run=view.alert.run, since=view.alert.loud_since)


FOLDED: Final = CardSubject[AlertView](
    look_up=_look_up, call=_call, over_at=lambda view: view.alert.resolved_at
)
