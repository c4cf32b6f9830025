"""Subject: what a card is about, looked up as what it has to show."""

from typing import TypeAlias

from bot.cards.alert import AlertView
from bot.cards.board import BoardView
from bot.cards.incident import IncidentView
from bot.cards.nudge import NudgeView
from bot.domain.outbox import CardKind, Outgoing
from bot.usecases import incident as incidents
from bot.usecases import reminder
from bot.usecases.desk import Desk
from bot.usecases.view import alert_view
from storage.transaction import Transaction

View: TypeAlias = AlertView | BoardView | IncidentView | NudgeView


def look_up(tx: Transaction, desk: Desk, card: Outgoing) -> View | None:
    """What the card has to show now, None when its subject is gone; a board is looked up by itself."""
    match card.kind:
        case CardKind.ALERT:
            alert = tx.alerts.get(card.project_id, card.subject_id)
            return None if alert is None else alert_view(tx, desk, alert)
        case CardKind.INCIDENT:
            return incidents.view(tx, desk, card.subject_id)
        case CardKind.NUDGE:
            return reminder.view(tx, desk, card.subject_id)
        case CardKind.BOARD | CardKind.PING:
            return None
