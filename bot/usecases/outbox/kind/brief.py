"""Brief: what is known of an alert, or what a program found out about it."""

from typing import Final

from bot.cards.triage import AnswerView, BriefView
from bot.domain.outbox.outbox import Outgoing
from bot.domain.sight import Subject, SubjectRef
from bot.usecases.desk import Desk
from bot.usecases.outbox.subject import CardSubject
from bot.usecases.triage import brief as briefs
from storage.transaction import Transaction


async def _read(desk: Desk, card: Outgoing) -> BriefView | AnswerView | None:
    return await briefs.view(desk, card.subject_id)


def _about(tx: Transaction, desk: Desk, brief_id: int, wanted: Subject) -> SubjectRef | None:
    brief = tx.briefs.get(desk.project.id, brief_id)
    if brief is None:
        return None
    if wanted is Subject.INCIDENT and brief.incident_id is not None:
        return SubjectRef(Subject.INCIDENT, brief.incident_id)
    return SubjectRef(Subject.ALERT, brief.alert_id)


BRIEF: Final = CardSubject[BriefView | AnswerView](read=_read, about=_about)
