"""Note: what a sender said that is no alert."""

from typing import Final

from bot.cards.outbox.note import NoteView
from bot.usecases.intake import note as notes
from bot.usecases.outbox.subject import CardSubject

NOTE: Final = CardSubject[NoteView](look_up=lambda tx, desk, card, _: notes.view(tx, desk, card.subject_id))
