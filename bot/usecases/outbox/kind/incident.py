"""Incident: the head that an incident has in its channel, or as a forum's post."""

from typing import Final

from bot.cards.incident.incident import IncidentView
from bot.usecases.incident import lifecycle as incidents
from bot.usecases.outbox.subject import CardSubject

INCIDENT: Final = CardSubject[IncidentView](
    look_up=lambda tx, desk, card, _: incidents.view(tx, desk, card.subject_id)
)
