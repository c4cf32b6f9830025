"""Closure: a notice of a closed channel. After an edit `bot.delivery.ring` may have to wake people for it."""

from typing import Final

from bot.cards.outbox import closure as closure_card
from bot.cards.outbox.closure import ClosureView
from bot.delivery.kind.entry import CardMessage

CLOSURE: Final = CardMessage[ClosureView](
    render=closure_card.render,
    mark=lambda view: closure_card.marker(view.tag, view.channel_id, view.number),
)
