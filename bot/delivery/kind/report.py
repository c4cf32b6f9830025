"""Report: what a channel missed in an outage."""

from typing import Final

from bot.cards.outbox import outage as outage_card
from bot.cards.outbox.outage import OutageView
from bot.delivery.kind.entry import CardMessage

REPORT: Final = CardMessage[OutageView](
    render=lambda view, _: outage_card.render(view),
    mark=lambda view: outage_card.marker(view.tag, view.number),
)
