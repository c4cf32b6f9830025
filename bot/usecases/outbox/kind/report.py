"""Report: what a channel missed in an outage."""

from typing import Final

from bot.cards.outbox.outage import OutageView
from bot.usecases.outbox import outage as outages
from bot.usecases.outbox.subject import CardSubject

REPORT: Final = CardSubject[OutageView](look_up=lambda tx, desk, card, _: outages.view(tx, desk, card))
