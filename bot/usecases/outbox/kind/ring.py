"""Ring: the message that calls people for alerts."""

from typing import Final

from bot.cards.alert.ring import RingView, words_of
from bot.domain.alert.ring import RingSubject
from bot.domain.sight import Subject, SubjectRef
from bot.usecases.desk import Desk
from bot.usecases.outbox import ring as rings
from bot.usecases.outbox.subject import CardCall, CardSubject
from storage.transaction import Transaction


def _call(view: RingView) -> CardCall:
    if view.is_personal:
        return CardCall(person_id=view.person_id)
    return CardCall(severity=view.severity if view.live else None, words=words_of(view))


def _about(tx: Transaction, _: Desk, lead_id: int, __: Subject) -> SubjectRef | None:
    told = next(iter(tx.rings.told_in(lead_id)), None)
    if told is None:
        return None
    subject = Subject.ALERT if told.subject is RingSubject.ALERT else Subject.INCIDENT
    return SubjectRef(subject, told.subject_id)


def _alerts(tx: Transaction, lead_id: int) -> list[int]:
    """All that it calls for and are open; those that are over when none is."""
    told = [each.subject_id for each in tx.rings.told_in(lead_id) if each.subject is RingSubject.ALERT]
    open_ones = [each.id for each in tx.alerts.many(set(told)) if each.state.open]
    return sorted(open_ones or set(told))


RING: Final = CardSubject[RingView](look_up=rings.view, call=_call, about=_about, alerts=_alerts)
