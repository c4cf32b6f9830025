"""Events: what senders said, append-only, and the redacted envelopes it came in.

An envelope is stored once, however often the same bytes arrive: its key is a digest of the original. Its text
is in ``packed``; in ``body`` only of those from before texts were packed.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from bot.domain.alert.event import Envelope, Event
from storage.bulk import Bulk
from storage.codec import micros, moment
from storage.dialect import upsert
from storage.packing import pack, unpack
from storage.table.core import envelope, event

_EVENT_COLUMNS = (
    "project_id", "source_id", "recurrence_id", "alert_id", "envelope_digest", "position", "status",
    "severity", "verdict", "reason", "preview", "received_at",
)  # fmt: skip
_ENVELOPE_COLUMNS = (
    "digest", "source_id", "body", "packed", "original_sha256", "original_length", "rules_version",
    "redactions", "received_at",
)  # fmt: skip
_append = Bulk(insert(event), _EVENT_COLUMNS)
_keep: dict[str, Bulk] = {}


class Events:
    """The rows of events; nothing here changes one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, envelopes: Iterable[Envelope]) -> None:
        """Store those that are not stored yet."""
        name = self._connection.dialect.name
        if name not in _keep:
            statement = upsert(self._connection, envelope).on_conflict_do_nothing(index_elements=["digest"])
            _keep[name] = Bulk(statement, _ENVELOPE_COLUMNS)
        _keep[name].run(
            self._connection,
            [
                (
                    each.digest,
                    each.source_id,
                    "",
                    pack(each.body),
                    each.original_sha256,
                    each.original_length,
                    each.rules_version,
                    each.redactions,
                    micros(each.received_at),
                )
                for each in envelopes
            ],
        )

    def append(self, events: list[Event]) -> None:
        """Store all."""
        _append.run(
            self._connection,
            [
                (
                    each.project_id,
                    each.source_id,
                    each.recurrence_id,
                    each.alert_id,
                    each.envelope_digest,
                    each.position,
                    each.status,
                    each.severity,
                    each.verdict,
                    each.reason,
                    each.preview,
                    micros(each.received_at),
                )
                for each in events
            ],
        )

    def of_recurrence(self, recurrence_id: int, *, limit: int = 20) -> list[Event]:
        """The newest events of one signature, newest first."""
        rows = self._connection.execute(
            select(event)
            .where(event.c.recurrence_id == recurrence_id)
            .order_by(event.c.id.desc())
            .limit(limit)
        )
        return [_read(row) for row in rows]

    def holds(self, digest: str, *, since: datetime) -> bool:
        """Whether this envelope was stored at ``since`` or later."""
        stored = select(envelope.c.digest).where(
            envelope.c.digest == digest, envelope.c.received_at >= micros(since)
        )
        return self._connection.execute(stored).one_or_none() is not None

    def envelope(self, digest: str) -> Envelope | None:
        """One envelope."""
        row = self._connection.execute(select(envelope).where(envelope.c.digest == digest)).one_or_none()
        if row is None:
            return None
        values = dict(row._mapping)  # noqa: SLF001 -- SQLAlchemy's public name for it
        packed = values.pop("packed")
        body = row.body if packed is None else unpack(packed)
        return Envelope(**{**values, "body": body, "received_at": moment(row.received_at)})


def _read(row: Row[Any]) -> Event:
    values = dict(row._mapping)  # noqa: SLF001 -- SQLAlchemy's public name for it
    return Event(**{**values, "received_at": moment(row.received_at)})
