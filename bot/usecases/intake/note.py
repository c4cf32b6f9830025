"""Note: what a sender said that is no alert is told in its channel, by a card of its own.

Law: stored and owed to the channel in the transaction that answers the sender. Whoever presses a test button
ten times in a minute gets one message that counts.
"""

from datetime import datetime, timedelta
from typing import Final

from bot.cards.outbox.note import NoteView
from bot.domain.access.source import Source
from bot.domain.alert.signal import MAX_NAME, MAX_NOTE, SenderNote
from bot.domain.alert.verdict import Lane
from bot.domain.outbox.outbox import CardKind
from bot.domain.text import cut, one_line
from bot.usecases.desk import Desk
from storage.transaction import Transaction

SAME: Final = timedelta(minutes=1)


def tell(tx: Transaction, desk: Desk, source: Source, note: SenderNote, *, now: datetime) -> None:
    """Owe the source's channel the note."""
    said = SenderNote(cut(one_line(note.title), MAX_NAME) or "A note", cut(note.text.strip(), MAX_NOTE))
    known = tx.notes.repeat(source.id, said, since=now - SAME, now=now)
    if known is not None:
        tx.cards.touch(CardKind.NOTE, [(known, Lane.COUNT)], now=now)
        return
    made = tx.notes.add(desk.project.id, source.id, said, now=now)
    place = source.channel_id or desk.default_channel_id
    tx.cards.create(desk.project.id, CardKind.NOTE, [(made, place, Lane.PERSON)], now=now)


def view(tx: Transaction, desk: Desk, note_id: int) -> NoteView | None:
    """What the card of a note has to show."""
    found = tx.notes.get(desk.project.id, note_id)
    if found is None:
        return None
    return NoteView(
        id=found.id,
        tag=desk.project.tag,
        source_name=found.source_name,
        title=found.note.title,
        text=found.note.text,
        count=found.count,
        last_at=found.last_at,
    )
