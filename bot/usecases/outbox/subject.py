"""Subject: what a card is about, looked up as what it has to show."""

from datetime import datetime
from typing import TypeAlias

from bot.cards.alert.alert import AlertView
from bot.cards.alert.group import GroupView
from bot.cards.alert.ring import RingView
from bot.cards.incident.incident import IncidentView
from bot.cards.incident.nudge import NudgeView
from bot.cards.outbox.board import BoardView
from bot.cards.outbox.closure import ClosureView
from bot.cards.outbox.note import NoteView
from bot.cards.outbox.outage import OutageView
from bot.cards.triage import AnswerView, BriefView
from bot.domain.outbox.outbox import CardKind, Outgoing
from bot.usecases.desk import Desk
from bot.usecases.incident import lifecycle as incidents
from bot.usecases.incident import reminder
from bot.usecases.intake import note as notes
from bot.usecases.outbox import closure as closures
from bot.usecases.outbox import outage as outages
from bot.usecases.outbox import ring as rings
from bot.usecases.view import alert_view, folded_view
from storage.transaction import Transaction

View: TypeAlias = (
    AlertView
    | GroupView
    | BoardView
    | IncidentView
    | NudgeView
    | AnswerView
    | BriefView
    | OutageView
    | ClosureView
    | RingView
    | NoteView
)


def look_up(  # noqa: PLR0911 -- one for each kind of card
    tx: Transaction, desk: Desk, card: Outgoing, now: datetime
) -> View | None:
    """What the card has to show now, None when gone; groups, boards and briefs are looked up apart.

    ``desk`` is that of the card's project.
    """
    match card.kind:
        case CardKind.ALERT:
            alert = tx.alerts.get(card.project_id, card.subject_id)
            return None if alert is None else alert_view(tx, desk, alert)
        case CardKind.FOLDED:
            alert = tx.alerts.get(card.project_id, card.subject_id)
            return None if alert is None else folded_view(tx, desk, alert)
        case CardKind.INCIDENT:
            return incidents.view(tx, desk, card.subject_id)
        case CardKind.NUDGE:
            return reminder.view(tx, desk, card.subject_id)
        case CardKind.REPORT:
            return outages.view(tx, desk, card)
        case CardKind.CLOSURE:
            return closures.view(tx, desk, card)
        case CardKind.RING:
            return rings.view(tx, desk, card, now)
        case CardKind.NOTE:
            return notes.view(tx, desk, card.subject_id)
        case CardKind.GROUP | CardKind.BOARD | CardKind.BRIEF:
            return None
