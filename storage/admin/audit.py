"""The audit chain. There is no update and no delete here."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select

from bot.domain.actor import Actor, Method
from bot.domain.audit import GENESIS, AuditSearch, Entry, Sealed, seal, sign
from storage.bulk import Bulk, Lookup
from storage.codec import micros, moment
from storage.dialect import hold_chain
from storage.table.audit import IS_DONE_BY_SOMEBODY, audit

_COLUMNS = (
    "project_id", "at", "actor", "actor_name", "action", "subject", "before", "after", "note",
    "previous", "digest", "method", "mac",
)  # fmt: skip
_append = Bulk(insert(audit), _COLUMNS)
_newest = Lookup(
    lambda _: (
        select(audit.c.digest)
        .where(audit.c.project_id == bindparam("project"))
        .order_by(audit.c.id.desc())
        .limit(1)
    ),
    ("project",),
    ("digest",),
)


class Audit:
    """The entries of all projects; each project has a chain of its own."""

    def __init__(self, connection: Connection, key: bytes = b"") -> None:
        self._connection = connection
        self._key = key

    def append(self, project_id: int, *entries: Entry) -> None:
        """Seal and store. Call it last in a transaction: it holds the chain until the commit."""
        hold_chain(self._connection, project_id)
        digests = [self._head(project_id)]
        proven = [entry.proven() for entry in entries]
        for entry in proven:
            digests.append(seal(digests[-1], entry))
        _append.run(self._connection, _rows(project_id, proven, digests, self._key))

    def about(self, subject: str, *, limit: int = 50) -> list[Sealed]:
        """The newest entries about ``subject`` (such as ``alert:1042``), oldest first."""
        rows = self._connection.execute(
            select(audit).where(audit.c.subject == subject).order_by(audit.c.id.desc()).limit(limit)
        ).all()
        return [_read(row) for row in reversed(rows)]

    def page(self, project_id: int, search: AuditSearch, *, before: int | None, limit: int) -> list[Sealed]:
        """Newest first, from the entry ``before`` on."""
        statement = select(audit).where(audit.c.project_id == project_id)
        if before is not None:
            statement = statement.where(audit.c.id < before)
        if search.subject:
            statement = statement.where(audit.c.subject == search.subject)
        if search.actor:
            statement = statement.where(audit.c.actor == search.actor)
            if not search.actor.startswith("source:"):
                statement = statement.where(IS_DONE_BY_SOMEBODY)
        if search.action:
            statement = statement.where(audit.c.action == search.action)
        rows = self._connection.execute(statement.order_by(audit.c.id.desc()).limit(limit))
        return [_read(row) for row in rows]

    def after(self, project_id: int, entry_id: int, *, limit: int) -> list[Sealed]:
        """The entries behind ``entry_id`` (0 for all), oldest first."""
        rows = self._connection.execute(
            select(audit)
            .where(audit.c.project_id == project_id, audit.c.id > entry_id)
            .order_by(audit.c.id)
            .limit(limit)
        )
        return [_read(row) for row in rows]

    def newest(self, project_id: int) -> Sealed | None:
        """The last entry of a project."""
        row = self._connection.execute(
            select(audit).where(audit.c.project_id == project_id).order_by(audit.c.id.desc()).limit(1)
        ).one_or_none()
        return None if row is None else _read(row)

    def chain(self, project_id: int) -> list[Sealed]:
        """All of a project, oldest first."""
        rows = self._connection.execute(
            select(audit).where(audit.c.project_id == project_id).order_by(audit.c.id)
        )
        return [_read(row) for row in rows]

    def _head(self, project_id: int) -> str:
        found = _newest.rows(self._connection, project_id)
        return found[0].digest if found else GENESIS


def _rows(
    project_id: int, entries: Sequence[Entry], digests: Sequence[str], key: bytes
) -> list[tuple[Any, ...]]:
    return [
        (
            project_id,
            micros(entry.at),
            str(entry.actor),
            entry.actor.name,
            entry.action,
            entry.subject,
            entry.before,
            entry.after,
            entry.note,
            previous,
            digest,
            entry.method,
            sign(key, project_id, digest) if key else None,
        )
        for entry, (previous, digest) in zip(entries, pairwise(digests), strict=True)
    ]


def _read(row: Row[Any]) -> Sealed:
    entry = Entry(
        at=moment(row.at),
        actor=Actor.parse(row.actor, row.actor_name),
        action=row.action,
        subject=row.subject,
        before=row.before,
        after=row.after,
        note=row.note,
        method=None if row.method is None else Method(row.method),
    )
    return Sealed(id=row.id, entry=entry, previous=row.previous, digest=row.digest, mac=row.mac)
