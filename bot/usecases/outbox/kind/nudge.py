"""Nudge: what an incident's thread is told."""

from typing import Final

from bot.cards.incident.nudge import NudgeView
from bot.domain.incident.nudge import NudgeKind
from bot.domain.sight import Subject, SubjectRef
from bot.usecases.desk import Desk
from bot.usecases.incident import reminder
from bot.usecases.outbox.subject import CardCall, CardSubject
from storage.transaction import Transaction


def _call(view: NudgeView) -> CardCall:
    """A thread has the rights of its channel, and is perhaps not seen yet."""
    return CardCall(responders=view.calls, home_id=view.incident.home_id)


def _about(tx: Transaction, _: Desk, nudge_id: int, __: Subject) -> SubjectRef | None:
    nudge = tx.nudges.get(nudge_id)
    if nudge is None:
        return None
    if nudge.kind in {NudgeKind.ACTION_DUE, NudgeKind.ACTION_GIVEN} and nudge.about_id is not None:
        return SubjectRef(Subject.ACTION, nudge.about_id)
    return SubjectRef(Subject.INCIDENT, nudge.incident_id)


NUDGE: Final = CardSubject[NudgeView](
    look_up=lambda tx, desk, card, _: reminder.view(tx, desk, card.subject_id), call=_call, about=_about
)
