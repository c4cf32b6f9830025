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
    heads = sorted({incident_id for incident_id, _ in reached})
    tx.cards.touch(CardKind.INCIDENT, [(head, Lane.PERSON) for head in heads], now=now)


def _draft(wave: AlertChange, now: datetime) -> TimelineDraft:
    return TimelineDraft(
        kind=KINDS[wave.action], at=now, actor=wave.actor, text=wave.text, alert_id=wave.alert_id
    )
