"""Note: what a sender said that is no alert."""

from typing import Final

from bot.cards.outbox import note as note_card
from bot.cards.outbox.note import NoteView
from bot.delivery.kind.entry import CardMessage

NOTE: Final = CardMessage[NoteView](
    render=lambda view, _: note_card.render(view),
    mark=lambda view: note_card.marker(view.tag, view.id),
)
