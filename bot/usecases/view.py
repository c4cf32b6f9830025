"""View: what a card needs to know of its subject, put together inside a transaction."""

from datetime import datetime

from bot.cards.alert import AlertView
from bot.domain.alert import Alert
from bot.usecases.desk import Desk
from storage.transaction import Transaction


def alert_view(tx: Transaction, desk: Desk, alert: Alert, now: datetime) -> AlertView:
    """The alert with its source's name and what the team remembers; who is pinged is delivery's to say."""
    return AlertView(
        alert=alert,
        memory=tx.recurrences.memory(alert.recurrence_id, alert_id=alert.id, now=now),
        source_name=tx.sources.names({alert.source_id}).get(alert.source_id, ""),
        tag=desk.project.tag,
    )
