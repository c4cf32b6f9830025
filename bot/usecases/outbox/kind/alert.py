"""Alert: the card of one alert."""

from datetime import datetime
from typing import Final

from bot.cards.alert.alert import AlertView
from bot.domain.alert.ring import is_loud
from bot.domain.outbox.outbox import Outgoing
from bot.usecases.desk import Desk
from bot.usecases.outbox.subject import CardCall, CardSubject
from bot.usecases.view import alert_view
from storage.transaction import Transaction


def _look_up(tx: Transaction, desk: Desk, card: Outgoing, _: datetime) -> AlertView | None:
    alert = tx.alerts.get(card.project_id, card.subject_id)
    return None if alert is None else alert_view(tx, desk, alert)


def _call(view: AlertView) -> CardCall:
    alert = view.alert
    return CardCall(
        severity=alert.severity if is_loud(alert) else None,
        words=(view.wakes,),
        run=alert.run,
        since=alert.loud_since,
    )


ALERT: Final = CardSubject[AlertView](
    look_up=_look_up, call=_call, over_at=lambda view: view.alert.resolved_at
)
