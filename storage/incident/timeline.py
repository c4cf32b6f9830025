"""Timelines: the entries of incidents. Nothing here is ever changed or deleted; versions are added."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, or_, select

from bot.domain.actor import Actor
from bot.domain.incident.timeline import Kind, TimelineDraft, TimelineEntry
from storage.bulk import Bulk
from storage.codec import micros, moment
from storage.dialect import upsert
from storage.table.incident import timeline

_COLUMNS = (
    "incident_id", "version", "kind", "at", "actor", "actor_name", "text", "alert_id", "channel_id",
    "message_id", "deleted", "written_at",
)  # fmt: skip
_append = Bulk(insert(timeline), _COLUMNS)


class Timelines:
    """The rows of timelines."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, drafts: Iterable[tuple[int, TimelineDraft]], *, now: datetime) -> None:
        """New entries, each for the incident with this id."""
        _append.run(
            self._connection,
            [(incident_id, 1, *_values(draft), False, micros(now)) for incident_id, draft in drafts],
        )

    def pin(self, incident_id: int, draft: TimelineDraft, *, now: datetime) -> bool:
        """A new entry for a message; False when the message has one already."""
        values = dict(zip(_COLUMNS, (incident_id, 1, *_values(draft), False, micros(now)), strict=True))
        statement = upsert(self._connection, timeline).values(**values).on_conflict_do_nothing()
        return self._connection.execute(statement.returning(timeline.c.id)).one_or_none() is not None

    def add_version(
        self, latest: TimelineEntry, draft: TimelineDraft, *, deleted: bool, now: datetime
    ) -> None:
        """A further version of an entry after ``latest``; of two at once the second fails."""
        values = dict(zip(_COLUMNS, (latest.incident_id, latest.version + 1, *_values(draft)), strict=False))
        self._connection.execute(
            insert(timeline).values(
                **values, entry_id=latest.entry_id, deleted=deleted, written_at=micros(now)
            )
        )

    def latest(self, incident_id: int, entry_id: int) -> TimelineEntry | None:
        """The newest version of an entry of this incident."""
        row = self._connection.execute(
            select(timeline)
            .where(
                timeline.c.incident_id == incident_id,
                or_(timeline.c.id == entry_id, timeline.c.entry_id == entry_id),
            )
            .order_by(timeline.c.version.desc())
            .limit(1)
        ).one_or_none()
        return None if row is None or (row.entry_id or row.id) != entry_id else _read(row)

    def first_of_message(self, message_id: int) -> list[TimelineEntry]:
        """The first versions of the entries taken from a message, one for each incident it was taken into."""
        rows = self._connection.execute(
            select(timeline).where(and_(timeline.c.message_id == message_id, timeline.c.entry_id.is_(None)))
        )
        return [_read(row) for row in rows]

    def of(self, incident_ids: Iterable[int]) -> list[TimelineEntry]:
        """All versions of all entries of these incidents, in the order in which they were written."""
        rows = self._connection.execute(
            select(timeline).where(timeline.c.incident_id.in_(list(incident_ids))).order_by(timeline.c.id)
        )
        return [_read(row) for row in rows]


def _values(draft: TimelineDraft) -> tuple[Any, ...]:
    return (
        draft.kind.value,
        micros(draft.at),
        str(draft.actor),
        draft.actor.name,
        draft.text,
        draft.alert_id,
        draft.channel_id,
        draft.message_id,
    )


def _read(row: Row[Any]) -> TimelineEntry:
    return TimelineEntry(
        id=row.id,
        incident_id=row.incident_id,
        entry_id=row.entry_id or row.id,
        version=row.version,
        draft=TimelineDraft(
            kind=Kind(row.kind),
            at=moment(row.at),
            actor=Actor.parse(row.actor, row.actor_name),
            text=row.text,
            alert_id=row.alert_id,
            channel_id=row.channel_id,
            message_id=row.message_id,
        ),
        deleted=row.deleted,
        written_at=moment(row.written_at),
    )
