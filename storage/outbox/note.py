"""Notes: what senders said that is no alert. A note is a row, and its card shows it."""

from datetime import datetime

import msgspec
from sqlalchemy import Connection, insert, select, update

from bot.domain.alert.signal import SenderNote
from storage.codec import micros, moment
from storage.table.core import source
from storage.table.note import note


class NoteRow(msgspec.Struct, frozen=True, kw_only=True):
    """A note of a source, said ``count`` times since it was first said."""

    id: int
    source_name: str
    provider: str
    note: SenderNote
    count: int
    first_at: datetime
    last_at: datetime


class Notes:
    """What senders said besides alerts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, project_id: int, note_id: int) -> NoteRow | None:
        """One of them."""
        row = self._connection.execute(
            select(note, source.c.name, source.c.provider)
            .join(source, source.c.id == note.c.source_id)
            .where(note.c.id == note_id, note.c.project_id == project_id)
        ).one_or_none()
        if row is None:
            return None
        return NoteRow(
            id=row.id,
            source_name=row.name,
            provider=row.provider,
            note=SenderNote(row.title, row.said),
            count=row.times,
            first_at=moment(row.first_at),
            last_at=moment(row.last_at),
        )

    def repeat(self, source_id: int, said: SenderNote, *, since: datetime, now: datetime) -> int | None:
        """Count the source's latest note once more, if it was said after ``since``; its id, else None."""
        latest = self._connection.execute(
            select(note.c.id, note.c.last_at)
            .where(note.c.source_id == source_id)
            .order_by(note.c.id.desc())
            .limit(1)
        ).one_or_none()
        if latest is None or latest.last_at <= micros(since):
            return None
        self._connection.execute(
            update(note)
            .where(note.c.id == latest.id)
            .values(title=said.title, said=said.text, times=note.c.times + 1, last_at=micros(now))
        )
        return int(latest.id)

    def add(self, project_id: int, source_id: int, said: SenderNote, *, now: datetime) -> int:
        """A new one; returns its id."""
        us = micros(now)
        made: int = self._connection.execute(
            insert(note)
            .values(
                project_id=project_id,
                source_id=source_id,
                title=said.title,
                said=said.text,
                times=1,
                first_at=us,
                last_at=us,
            )
            .returning(note.c.id)
        ).scalar_one()
        return made
