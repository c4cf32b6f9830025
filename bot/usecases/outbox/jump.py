"""Jump: what a message of this desk, or a thread of one of its incidents, is about. Nothing here writes."""

from collections.abc import Iterable
from typing import Final

from bot.domain.alert.alert import State
from bot.domain.alert.ring import RingSubject
from bot.domain.incident.nudge import NudgeKind
from bot.domain.jump_link import JumpLink
from bot.domain.outbox.outbox import CardKind
from bot.domain.sight import Subject, SubjectRef
from bot.usecases.desk import Desk
from storage.outbox.card import Placement
from storage.transaction import Transaction

_OPEN: Final = tuple(state for state in State if state.open)
_PLAIN: Final = {
    CardKind.ALERT: Subject.ALERT,
    CardKind.FOLDED: Subject.ALERT,
    CardKind.GROUP: Subject.GROUP,
    CardKind.INCIDENT: Subject.INCIDENT,
}


async def subjects(desk: Desk, link: JumpLink, wanted: Subject) -> list[SubjectRef]:
    """What is ``wanted``, found by a link: alerts of a group or an incident, an alert's incident, and so on.

    Of a group or an incident these are the open alerts, as long as there are any. None when the link leads to
    nothing of the kind.
    """

    def read_subjects(tx: Transaction) -> list[SubjectRef]:
        return [SubjectRef(wanted, each) for each in _convert(tx, _target(tx, desk, link, wanted), wanted)]

    return await desk.storage.read(read_subjects)


async def group_alerts(desk: Desk, group_id: int) -> list[SubjectRef]:
    """The open alerts of a group."""

    def read_group_alerts(tx: Transaction) -> list[SubjectRef]:
        if tx.groups.get(desk.project.id, group_id) is None:
            return []
        return [SubjectRef(Subject.ALERT, each) for each in tx.groups.ids(group_id, _OPEN)]

    return await desk.storage.read(read_group_alerts)


def _target(tx: Transaction, desk: Desk, link: JumpLink, wanted: Subject) -> SubjectRef | None:
    """What the message is about; else whose thread it stands in."""
    place = None if link.message_id is None else tx.cards.showing(link.message_id)
    found = None if place is None else _of_card(tx, desk, place, wanted)
    if found is not None:
        return found
    incident = tx.incidents.in_thread(link.channel_id)
    if incident is None and link.message_id is not None:
        incident = tx.incidents.in_thread(link.message_id)
    return None if incident is None else SubjectRef(Subject.INCIDENT, incident.id)


def _of_card(tx: Transaction, desk: Desk, place: Placement, wanted: Subject) -> SubjectRef | None:
    subject = _PLAIN.get(place.kind)
    if subject is not None:
        return SubjectRef(subject, place.subject_id)
    if place.kind is CardKind.NUDGE:
        return _of_nudge(tx, place.subject_id)
    if place.kind is CardKind.RING:
        return _of_ring(tx, place.subject_id)
    if place.kind is CardKind.BRIEF:
        return _of_brief(tx, desk, place.subject_id, wanted)
    return None


def _of_ring(tx: Transaction, lead_id: int) -> SubjectRef | None:
    told = next(iter(tx.rings.told_in(lead_id)), None)
    if told is None:
        return None
    subject = Subject.ALERT if told.subject is RingSubject.ALERT else Subject.INCIDENT
    return SubjectRef(subject, told.subject_id)


def _of_brief(tx: Transaction, desk: Desk, brief_id: int, wanted: Subject) -> SubjectRef | None:
    brief = tx.briefs.get(desk.project.id, brief_id)
    if brief is None:
        return None
    if wanted is Subject.INCIDENT and brief.incident_id is not None:
        return SubjectRef(Subject.INCIDENT, brief.incident_id)
    return SubjectRef(Subject.ALERT, brief.alert_id)


def _of_nudge(tx: Transaction, nudge_id: int) -> SubjectRef | None:
    nudge = tx.nudges.get(nudge_id)
    if nudge is None:
        return None
    if nudge.kind in {NudgeKind.ACTION_DUE, NudgeKind.ACTION_GIVEN} and nudge.about_id is not None:
        return SubjectRef(Subject.ACTION, nudge.about_id)
    return SubjectRef(Subject.INCIDENT, nudge.incident_id)


def _convert(tx: Transaction, found: SubjectRef | None, wanted: Subject) -> list[int]:
    if found is None or isinstance(found.which, str):
        return []
    if found.subject is wanted:
        return [found.which]
    if found.subject is Subject.ACTION and wanted is Subject.INCIDENT:
        action = tx.actions.get(found.which)
        return [] if action is None else [action.incident_id]
    return _of_alerts(tx, _alerts(tx, found.subject, found.which), wanted)


def _of_alerts(tx: Transaction, alerts: list[int], wanted: Subject) -> list[int]:
    if wanted is Subject.INCIDENT:
        belongs = (tx.links.of_alert(each) for each in alerts)
        return _each_once(each.incident_id for each in belongs if each is not None)
    if wanted is Subject.RECURRENCE:
        return _each_once(each.recurrence_id for each in tx.alerts.many(alerts))
    return alerts if wanted is Subject.ALERT else []


def _alerts(tx: Transaction, subject: Subject, which: int) -> list[int]:
    match subject:
        case Subject.ALERT:
            return [which]
        case Subject.GROUP:
            return tx.groups.ids(which, _OPEN) or tx.groups.ids(which, tuple(State))
        case Subject.INCIDENT:
            return tx.links.open_ids(which) or tx.links.active_ids(which)
        case _:
            return []


def _each_once(ids: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(ids))
