"""Ripple: what a change of alerts means for the incidents they belong to.

Called inside the transaction that changes the alerts, while it holds them and before it touches their cards
(the order of `step`). Where no alert of the batch belongs to an open incident it is one indexed query.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from bot.domain.actor import Actor, ActorKind
from bot.domain.alert.alert import Alert
from bot.domain.alert.verdict import Lane
from bot.domain.incident.incident import Incident
from bot.domain.incident.nudge import Nudge, NudgeKind
from bot.domain.incident.timeline import Kind, TimelineDraft
from bot.domain.outbox.outbox import CardKind
from storage.transaction import Transaction

KINDS: Final = {
    "ack": Kind.ALERT_ACKED,
    "unack": Kind.ALERT_UNACKED,
    "resolve": Kind.ALERT_RESOLVED,
    "note": Kind.NOTE,
    "raised": Kind.ALERT_RAISED,
    "reopen": Kind.ALERT_REOPENED,
    "still_broken": Kind.ALERT_REOPENED,
    "reopened": Kind.ALERT_REOPENED,
    "resolved": Kind.ALERT_RESOLVED,
}
"""The actions and verdicts on alerts that a timeline tells."""


class AlertChange(msgspec.Struct, frozen=True, gc=False):
    """One change of an alert: ``action`` is a key of `KINDS`, ``text`` names the alert."""

    alert_id: int
    action: str
    actor: Actor
    text: str


def changes_of(alert: Alert, action: str, actor: Actor, note: str = "") -> list[AlertChange]:
    """The wave of one action on an alert; none where timelines do not tell it."""
    if action not in KINDS:
        return []
    text = f"{alert.ref} {alert.name}: {note}" if note else f"{alert.ref} {alert.name}"
    return [AlertChange(alert.id, action, actor, text)]


def notify_incidents(tx: Transaction, waves: Sequence[AlertChange], now: datetime) -> None:
    """Tell the open incidents of these alerts; their heads show it."""
    if not waves:
        return
    belongs = tx.links.open_of({wave.alert_id for wave in waves})
    reached = [(belongs[wave.alert_id], wave) for wave in waves if wave.alert_id in belongs]
    if not reached:
        return
    acted = {each for each, wave in reached if wave.actor.kind is ActorKind.PERSON}
    if acted:
        tx.incidents.acknowledge(sorted(acted), now=now)
    tx.timelines.append(((incident_id, _draft(wave, now)) for incident_id, wave in reached), now=now)
    _bring_in(tx, reached, now)
    heads = sorted({incident_id for incident_id, _ in reached})
    tx.cards.touch(CardKind.INCIDENT, [(head, Lane.PERSON) for head in heads], now=now)


def _bring_in(tx: Transaction, reached: Sequence[tuple[int, AlertChange]], now: datetime) -> None:
    """Whoever acknowledged one of its alerts belongs into an incident's thread; each is told there once.

    Until there is a thread nothing has to be done: whoever has an alert by then is put into it.
    """
    acked: dict[tuple[int, int], AlertChange] = {}
    for incident_id, wave in reached:
        person_id = wave.actor.person_id
        if wave.action == "ack" and person_id is not None:
            acked.setdefault((incident_id, person_id), wave)
    if not acked:
        return
    living = {each.id: each for each in tx.incidents.in_threads({each for each, _ in acked})}
    for (incident_id, person_id), wave in sorted(acked.items()):
        incident = living.get(incident_id)
        if incident is None or _is_in(tx, incident, person_id):
            continue
        nudge = Nudge(
            id=0,
            incident_id=incident_id,
            kind=NudgeKind.JOINED,
            about_id=person_id,
            text=f"has somebody new, who acknowledged {wave.text}",
            actor=wave.actor,
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


def _draft(wave: AlertChange, now: datetime) -> TimelineDraft:
    return TimelineDraft(
        kind=KINDS[wave.action], at=now, actor=wave.actor, text=wave.text, alert_id=wave.alert_id
    )
