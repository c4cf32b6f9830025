"""Incident: its head. The thread and the forum's post are seen to in `bot.delivery.thread`."""

from typing import Final

from bot.cards.incident import incident as incident_card
from bot.cards.incident.incident import IncidentView
from bot.delivery.kind.entry import CardMessage

INCIDENT: Final = CardMessage[IncidentView](
    render=lambda view, _: incident_card.render(view),
    mark=lambda view: incident_card.marker(view.tag, view.incident.id),
)
