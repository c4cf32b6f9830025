"""Noise: a thumb down on a card is a vote against its recurrence, one of each person."""

from datetime import datetime

from bot.domain.actor import Actor
from bot.domain.alert.alert import format_ref
from bot.domain.audit import Entry
from bot.domain.errors import NotFoundError
from storage.codec import encode
from storage.transaction import Transaction


def vote(
    tx: Transaction, project_id: int, alert_id: int, voter: Actor, now: datetime, *, present: bool
) -> int:
    """Set a thumb on the card of an alert or take it away; returns how many people call it noise.

    Raises:
        NotFoundError: there is no such alert.
    """
    tx.recurrences.hold_of(alert_id)
    alert = tx.alerts.get(project_id, alert_id)
    if alert is None:
        raise NotFoundError("alert", format_ref(alert_id))
    if present:
        votes = tx.noise_votes.cast(alert.recurrence_id, alert_id, voter, now=now)
    else:
        votes = tx.noise_votes.take_back(alert.recurrence_id, alert_id, voter)
    entry = Entry(
        at=now,
        actor=voter,
        action="noise" if present else "unnoise",
        subject=f"recurrence:{alert.recurrence_id}",
        after=encode({"alert": alert.ref, "votes": votes}),
    )
    tx.audit.append(project_id, entry)
    return votes
