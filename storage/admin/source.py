"""Sources and their credentials. Of a token only its SHA-256 is kept."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, bindparam, insert, or_, select, update

from bot.domain.access.expectation import Expectation
from bot.domain.access.source import Credential, Source
from bot.domain.access.wake import Wakes
from bot.domain.alert.group import CardShape
from bot.domain.alert.signal import Severity
from storage.bulk import Bulk, Lookup
from storage.codec import (
    encode,
    micros,
    micros_or_none,
    moment,
    moment_or_none,
    span,
    span_micros,
    span_micros_or_none,
    span_or_none,
)
from storage.dialect import one_of, values_of
from storage.prepared import Prepared
from storage.table.core import IS_OPEN_ALERT, alert, credential, source

_touch = Bulk(
    update(source)
    .where(source.c.id == bindparam("source_", type_=source.c.id.type))
    .values(last_event_at=bindparam("at_")),
    ("at_", "source_"),
)
_removed = Lookup(
    lambda dialect: select(source.c.id).where(
        one_of(dialect, source.c.id, "ids"), source.c.removed_at.is_not(None)
    ),
    ("ids",),
    ("id",),
)
_FACES: Final = Prepared(
    lambda dialect: select(source.c.id, source.c.name, source.c.ping).where(
        one_of(dialect, source.c.id, "ids")
    )
)


class Sources:
    """The senders' rows; removed ones are kept for their events and never returned here."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def listing(self, project_id: int) -> list[Source]:
        """All of a project, by name."""
        rows = self._connection.execute(
            select(source)
            .where(source.c.project_id == project_id, source.c.removed_at.is_(None))
            .order_by(source.c.name)
        )
        return [_read(row) for row in rows]

    def named(self, project_id: int, name: str) -> Source | None:
        """The one called ``name``."""
        row = self._connection.execute(
            select(source).where(
                source.c.project_id == project_id, source.c.name == name, source.c.removed_at.is_(None)
            )
        ).one_or_none()
        return None if row is None else _read(row)

    def of_alert(self, alert_id: int) -> Source | None:
        """The one that an alert came from, None when it was removed."""
        row = self._connection.execute(
            select(source)
            .join(alert, alert.c.source_id == source.c.id)
            .where(alert.c.id == alert_id, source.c.removed_at.is_(None))
        ).one_or_none()
        return None if row is None else _read(row)

    def names(self, ids: set[int]) -> dict[int, str]:
        """Names by id, of removed ones too."""
        rows = self._connection.execute(select(source.c.id, source.c.name).where(source.c.id.in_(ids)))
        return {row.id: row.name for row in rows}

    def add(self, new: Source) -> Source:
        """Insert; the id that comes back is the real one."""
        created = self._connection.execute(
            insert(source)
            .values(
                project_id=new.project_id,
                name=new.name,
                provider=new.provider,
                channel_id=new.channel_id,
                fallback_channel_id=new.fallback_channel_id,
                silence_us=span_micros_or_none(new.silence),
                reopen_window_us=span_micros_or_none(new.reopen_window),
                generation=new.generation,
                created_at=micros(new.created_at),
                ignored_labels=encode(sorted(new.ignored_labels)),
                card=new.card.value,
                default_severity=new.default_severity.value,
                ping=encode(new.wakes),
            )
            .returning(source.c.id)
        ).scalar_one()
        return msgspec.structs.replace(new, id=created)

    def next_generation(self, source_id: int) -> int:
        """Count the source's generation up and return it."""
        generation: int = self._connection.execute(
            update(source)
            .where(source.c.id == source_id)
            .values(generation=source.c.generation + 1)
            .returning(source.c.generation)
        ).scalar_one()
        return generation

    def ignore_labels(self, source_id: int, labels: frozenset[str], *, silent_after: datetime) -> int:
        """Set the labels that tell no alerts apart; returns how many open alerts now end by silence.

        Their own resolves would come under another identity, so they end at ``silent_after``, unless that
        was set to be sooner.
        """
        self._connection.execute(
            update(source).where(source.c.id == source_id).values(ignored_labels=encode(sorted(labels)))
        )
        us = micros(silent_after)
        ending = self._connection.execute(
            update(alert)
            .where(
                alert.c.source_id == source_id,
                IS_OPEN_ALERT,
                or_(alert.c.silent_after.is_(None), alert.c.silent_after > us),
            )
            .values(silent_after=us)
        )
        return ending.rowcount

    def shape(self, source_id: int, card: CardShape) -> None:
        """What its new alerts become."""
        self._connection.execute(update(source).where(source.c.id == source_id).values(card=card.value))

    def grade(self, source_id: int, severity: Severity) -> None:
        """What its alerts are that name no severity."""
        which = update(source).where(source.c.id == source_id)
        self._connection.execute(which.values(default_severity=severity.value))

    def wake(self, source_id: int, wakes: Wakes) -> None:
        """Whom its alerts wake."""
        which = update(source).where(source.c.id == source_id)
        self._connection.execute(which.values(ping=encode(wakes)))

    def faces(self, ids: set[int]) -> dict[int, tuple[str, Wakes]]:
        """Names and whom they wake by id, of removed ones too."""
        rows = _FACES.rows(self._connection, ids=values_of(self._connection, ids))
        return {row.id: (row.name, _read_wakes(row.ping)) for row in rows}

    def expect(self, source_id: int, expected: Expectation | None) -> None:
        """How often it must be heard; None is whenever it likes."""
        self._connection.execute(
            update(source)
            .where(source.c.id == source_id)
            .values(
                expect_every_us=None if expected is None else span_micros(expected.every),
                expect_grace_us=None if expected is None else span_micros(expected.grace),
                expected_since=None if expected is None else micros(expected.since),
            )
        )

    def route(self, source_id: int, channel_id: int | None, fallback_channel_id: int | None) -> None:
        """Send a source's cards to this channel from now on; the other hears when that is not possible."""
        self._connection.execute(
            update(source)
            .where(source.c.id == source_id)
            .values(channel_id=channel_id, fallback_channel_id=fallback_channel_id)
        )

    def remove(self, source_id: int, *, now: datetime) -> None:
        """Mark as gone; its credentials open nothing from now on."""
        self._connection.execute(
            update(source).where(source.c.id == source_id).values(removed_at=micros(now))
        )

    def removed(self, source_ids: Iterable[int]) -> set[int]:
        """The sources among these that are gone."""
        return {row.id for row in _removed.rows(self._connection, values_of(self._connection, source_ids))}

    def touch(self, seen: dict[int, datetime]) -> None:
        """Remember when each source last spoke."""
        _touch.run(self._connection, [(micros(at), source_id) for source_id, at in seen.items()])

    def add_credential(
        self, source_id: int, digest: str, generation: int, *, now: datetime, secret: str | None = None
    ) -> None:
        """Add a credential; ``secret`` is sealed."""
        self._connection.execute(
            insert(credential).values(
                source_id=source_id,
                digest=digest,
                generation=generation,
                created_at=micros(now),
                secret=secret,
            )
        )

    def newest_secret(self, source_id: int) -> str | None:
        """The sealed secret of the latest key."""
        return self._connection.execute(
            select(credential.c.secret)
            .where(credential.c.source_id == source_id)
            .order_by(credential.c.generation.desc())
            .limit(1)
        ).scalar_one_or_none()

    def expire_credentials(self, source_id: int, *, before: int, at: datetime) -> None:
        """Let the keys of generations ``before`` this one end at ``at``, unless they end sooner."""
        self._connection.execute(
            update(credential)
            .where(
                credential.c.source_id == source_id,
                credential.c.generation < before,
                or_(credential.c.expires_at.is_(None), credential.c.expires_at > micros(at)),
            )
            .values(expires_at=micros_or_none(at))
        )

    def credentials(self, *, now: datetime) -> list[Credential]:
        """Every key that still opens, with its source."""
        rows = self._connection.execute(
            select(
                credential.c.digest,
                credential.c.generation,
                credential.c.expires_at,
                credential.c.secret,
                source,
            )
            .join(source, source.c.id == credential.c.source_id)
            .where(
                source.c.removed_at.is_(None),
                or_(credential.c.expires_at.is_(None), credential.c.expires_at > micros(now)),
            )
        )
        return [
            Credential(row.digest, row[1], moment_or_none(row.expires_at), _read(row), row.secret)
            for row in rows
        ]


def _read(row: Row[Any]) -> Source:
    values = row._mapping  # noqa: SLF001 -- SQLAlchemy's public name for it
    return Source(
        id=values[source.c.id],
        project_id=values[source.c.project_id],
        name=values[source.c.name],
        provider=values[source.c.provider],
        channel_id=values[source.c.channel_id],
        fallback_channel_id=values[source.c.fallback_channel_id],
        silence=span_or_none(values[source.c.silence_us]),
        reopen_window=span_or_none(values[source.c.reopen_window_us]),
        generation=values[source.c.generation],
        created_at=moment(values[source.c.created_at]),
        last_event_at=moment_or_none(values[source.c.last_event_at]),
        ignored_labels=frozenset(msgspec.json.decode(values[source.c.ignored_labels], type=list[str])),
        card=CardShape(values[source.c.card]),
        default_severity=Severity(values[source.c.default_severity]),
        expected=_expectation(values),
        wakes=_read_wakes(values[source.c.ping]),
    )


def _read_wakes(text: str) -> Wakes:
    return {} if text == "{}" else msgspec.json.decode(text, type=dict[Severity, tuple[str, ...]])


def _expectation(values: Any) -> Expectation | None:
    every, since = values[source.c.expect_every_us], values[source.c.expected_since]
    if every is None:
        return None
    return Expectation(span(every), span(values[source.c.expect_grace_us]), moment(since))
