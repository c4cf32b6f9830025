"""Follow: what a change of alerts means for the incidents they belong to.

Told inside the transaction that changes the alerts, while it holds them and before it touches their cards.
Where no alert of a batch belongs to an open incident it is one indexed query.
"""

from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import Final

from bot.domain.actor import ActorKind
from bot.domain.alert.alert import format_ref
from bot.domain.alert.alert_change import AlertChange
from bot.domain.alert.verb import ACK, VERBS
from bot.domain.alert.verdict import Lane
from bot.domain.incident.incident import Incident
from bot.domain.incident.nudge import Nudge, NudgeKind
from bot.domain.incident.timeline import Kind, TimelineDraft
from bot.domain.outbox.outbox import CardKind
from bot.usecases.desk import Desk
from storage.transaction import Transaction

KINDS: Final = {each.name: Kind(each.timeline) for each in VERBS.values() if each.timeline}
"""What a timeline tells of an alert."""


def tell_incidents(_: Desk, tx: Transaction, changes: Sequence[AlertChange], now: datetime) -> None:
    """Tell the open incidents of these alerts; their heads show it."""
    told = [change for change in changes if change.action in KINDS]
    if not told:
        return
    belongs = tx.links.open_of({change.alert_id for change in told})
    reached = [(belongs[change.alert_id], change) for change in told if change.alert_id in belongs]
    if not reached:
        return
    acted = {each for each, change in reached if change.actor.kind is ActorKind.PERSON}
    if acted:
        tx.incidents.acknowledge(sorted(acted), now=now)
    tx.timelines.append(((incident_id, _draft(change, now)) for incident_id, change in reached), now=now)
    _bring_in(tx, reached, now)
    heads = sorted({incident_id for incident_id, _ in reached})
    tx.cards.touch_heads(heads, Lane.PERSON, now=now)


def _bring_in(tx: Transaction, reached: Sequence[tuple[int, AlertChange]], now: datetime) -> None:
    """Whoever acknowledged one of its alerts belongs into an incident's thread; each is told there once.

    Until there is a thread nothing has to be done: whoever has an alert by then is put into it.
    """
    acked: dict[tuple[int, int], AlertChange] = {}
    for incident_id, change in reached:
        person_id = change.actor.person_id
        if change.action == ACK.name and person_id is not None:
            acked.setdefault((incident_id, person_id), change)
    if not acked:
        return
    living = {each.id: each for each in tx.incidents.in_threads({each for each, _ in acked})}
    for (incident_id, person_id), change in sorted(acked.items(), key=itemgetter(0)):
        incident = living.get(incident_id)
        if incident is None or _is_in(tx, incident, person_id):
            continue
        nudge = Nudge(
            id=0,
            incident_id=incident_id,
            kind=NudgeKind.JOINED,
            about_id=person_id,
            text=f"has somebody new, who acknowledged {_text(change)}",
            actor=change.actor,
            created_at=now,
        )
        created = tx.nudges.create(nudge)
        place = (created.id, incident.thread_id, Lane.PERSON)
        tx.cards.create(incident.project_id, CardKind.NUDGE, [place], now=now)


def _is_in(tx: Transaction, incident: Incident, person_id: int) -> bool:
    """Whether the person was put into the thread for another reason, or for this one before."""
    people = (incident.opened_by, *incident.roles.values())
    if any(each.person_id == person_id for each in people):
        return True
    told = tx.nudges.of(incident.id)
    return any(each.kind is NudgeKind.JOINED and each.about_id == person_id for each in told)


def _draft(change: AlertChange, now: datetime) -> TimelineDraft:
    return TimelineDraft(
        kind=KINDS[change.action],
        at=now,
        actor=change.actor,
        text=_text(change),
        alert_id=change.alert_id,
    )


def _text(change: AlertChange) -> str:
    named = f"{format_ref(change.alert_id)} {change.name}"
    return f"{named}: {change.note}" if change.note else named
