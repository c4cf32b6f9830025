"""API tokens. Of the secret only its SHA-256 is kept."""

from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, Select, insert, select, update

from bot.domain.access.token import Scope, Token
from bot.domain.actor import Actor
from storage.codec import encode, micros, micros_or_none, moment, moment_or_none
from storage.table.core import project
from storage.table.token import token

_scopes: Final = msgspec.json.Decoder(tuple[Scope, ...])


class Tokens:
    """The rows of all projects; revoked ones are kept for the audit log and never returned here."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, new: Token, digest: str) -> Token:
        """Insert; the id that comes back is the real one."""
        created = self._connection.execute(
            insert(token)
            .values(
                project_id=new.project_id,
                name=new.name,
                digest=digest,
                scopes=encode(new.scopes),
                created_at=micros(new.created_at),
                created_by=str(new.created_by),
                created_by_name=new.created_by.name,
                expires_at=micros_or_none(new.expires_at),
                severity_cap=new.severity_cap,
            )
            .returning(token.c.id)
        ).scalar_one()
        return msgspec.structs.replace(new, id=created)

    def revoke(self, token_id: int, *, now: datetime) -> None:
        """Revoke a token; its name is free again."""
        self._connection.execute(update(token).where(token.c.id == token_id).values(revoked_at=micros(now)))

    def touch(self, token_id: int, *, now: datetime) -> None:
        """Note that a token was used."""
        self._connection.execute(update(token).where(token.c.id == token_id).values(last_used_at=micros(now)))

    def listing(self) -> list[Token]:
        """All, by project and name."""
        rows = self._connection.execute(_live().order_by(project.c.name, token.c.name))
        return [_read(row) for row in rows]

    def named(self, project_name: str, name: str) -> Token | None:
        """The one called ``name`` in that project."""
        return self._one(_live().where(project.c.name == project_name, token.c.name == name))

    def digests(self) -> list[str]:
        """What those that are not revoked are known by."""
        return list(self._connection.execute(_live().with_only_columns(token.c.digest)).scalars())

    def opened_by(self, digest: str) -> Token | None:
        """The one whose secret has ``digest``."""
        return self._one(_live().where(token.c.digest == digest))

    def _one(self, statement: Select[Any]) -> Token | None:
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _read(row)


def _live() -> Select[Any]:
    return (
        select(token, project.c.name.label("project"))
        .join(project, project.c.id == token.c.project_id)
        .where(token.c.revoked_at.is_(None))
    )


def _read(row: Row[Any]) -> Token:
    return Token(
        id=row.id,
        project_id=row.project_id,
        project=row.project,
        name=row.name,
        scopes=_scopes.decode(row.scopes),
        created_at=moment(row.created_at),
        created_by=Actor.parse(row.created_by, row.created_by_name),
        expires_at=moment_or_none(row.expires_at),
        last_used_at=moment_or_none(row.last_used_at),
        severity_cap=row.severity_cap,
    )
