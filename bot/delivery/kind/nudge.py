"""Nudge: a message in an incident's thread, or a reply to the head where there is no thread."""

from typing import Final

from bot.cards.incident import nudge as nudge_card
from bot.cards.incident.nudge import NudgeView
from bot.delivery.kind.entry import CardMessage

NUDGE: Final = CardMessage[NudgeView](
    render=nudge_card.render,
    mark=lambda view: nudge_card.marker(view.tag, view.nudge.id),
    reply_to=lambda view: view.beside,
)
