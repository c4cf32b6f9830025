"""Jump: what a message of this desk, or a thread of one of its incidents, is about. Nothing here writes."""

from collections.abc import Iterable
from typing import Final

from bot.domain.alert.alert import State
from bot.domain.jump_link import JumpLink
from bot.domain.outbox.kind import TRAITS
from bot.domain.outbox.placement import Placement
from bot.domain.sight import Subject, SubjectRef
from bot.usecases.desk import Desk
from bot.usecases.outbox.kind.registry import SUBJECTS
from storage.transaction import Transaction

_OPEN: Final = tuple(state for state in State if state.open)


async def subjects(desk: Desk, link: JumpLink, wanted: Subject) -> list[SubjectRef]:
    """What is ``wanted``, found by a link: alerts of a group or an incident, an alert's incident, and so on.

    Of a group, a call or an incident these are the open alerts, as long as there are any. None when the link
    leads to nothing of the kind.
    """

    def read_subjects(tx: Transaction) -> list[SubjectRef]:
        place = None if link.message_id is None else tx.cards.showing(link.message_id)
        alerts = [] if place is None else SUBJECTS[place.kind].alerts(tx, place.subject_id)
        if alerts:
            return [SubjectRef(wanted, each) for each in _of_alerts(tx, alerts, wanted)]
        return [SubjectRef(wanted, each) for each in _convert(tx, _target(tx, desk, link, wanted), wanted)]

    return await desk.storage.read(read_subjects)


async def called_for(desk: Desk, message_id: int) -> list[SubjectRef]:
    """The open alerts that a message calls for, or those that are over; of other messages nothing."""

    def read_called(tx: Transaction) -> list[SubjectRef]:
        place = tx.cards.showing(message_id)
        alerts = [] if place is None else SUBJECTS[place.kind].alerts(tx, place.subject_id)
        return [SubjectRef(Subject.ALERT, each) for each in alerts]

    return await desk.storage.read(read_called)


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
    subject = TRAITS[place.kind].about
    if subject is not None:
        return SubjectRef(subject, place.subject_id)
    return SUBJECTS[place.kind].about(tx, desk, place.subject_id, wanted)


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
