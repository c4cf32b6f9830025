"""Token: which programs may come in.

The secret is shown once and kept as its SHA-256. A token belongs to one project, and sees and changes nothing
of any other, whatever its scopes say.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from bot.domain.access.project import Project
from bot.domain.access.token import Token, parse_name, parse_roles, parse_scopes
from bot.domain.actor import Actor
from bot.domain.audit import Entry
from bot.domain.errors import ConflictError, InvalidInputError, NotDurableError, NotFoundError
from bot.domain.incident.incident import IncidentLevel
from bot.usecases.admin.source import TOKEN_PREFIX, digest
from bot.usecases.desk import Desk
from storage.codec import encode
from storage.transaction import Transaction
from storage.writer import Turn

LONGEST: Final = timedelta(days=3_660)
NOTED_EVERY: Final = timedelta(minutes=5)
"""How often the last use of a token is written down."""

SECRET_PREFIX: Final = f"{TOKEN_PREFIX}api_"


class Granted(msgspec.Struct, frozen=True):
    """What a person has to copy now, for the secret is never shown again."""

    token: Token
    secret: str

    def __repr__(self) -> str:
        """Without the secret."""
        return f"Granted(token={self.token.name!r})"


class Admitted(msgspec.Struct, frozen=True):
    """A program that showed its secret, with the desk of its project."""

    token: Token
    desk: Desk


async def add(
    desk: Desk,
    name: str,
    scopes: Iterable[str],
    *,
    actor: Actor,
    project: str | None = None,
    roles: Iterable[str] = (),
    expires_in: timedelta | None = None,
    severity_cap: IncidentLevel = IncidentLevel.P0,
) -> Granted:
    """Let a program in, by default to the desk's own project; ``roles`` are bundles of scopes.

    Raises:
        InvalidInputError: the name or the project's is not lower-case letters, digits, ``.``, ``_``, ``-``;
            a scope is unknown, or there is none.
        NotFoundError: there is no such project.
        ConflictError: the project has a token of that name.
    """
    parse_name(name)
    granted = parse_scopes([*scopes, *parse_roles(roles)])
    if expires_in is not None and not timedelta(0) < expires_in <= LONGEST:
        raise InvalidInputError("expires", f"must be up to {LONGEST.days}d")
    place = desk.project.name if project is None else parse_name(project, "project")
    now = desk.clock.now()
    secret = SECRET_PREFIX + secrets.token_urlsafe(32)

    def add_token(tx: Transaction) -> Token:
        owner = tx.projects.named(place)
        if owner is None:
            raise NotFoundError("project", place)
        if tx.tokens.named(place, name) is not None:
            raise ConflictError(f"There is already a token called {name} in the project {place}.")
        wish = Token(
            id=0,
            project_id=owner.id,
            project=place,
            name=name,
            scopes=granted,
            created_at=now,
            created_by=actor,
            expires_at=None if expires_in is None else now + expires_in,
            severity_cap=severity_cap.value,
        )
        created = tx.tokens.add(wish, digest(secret))
        _record(tx, created, actor, "token.add", {}, mark(created), now)
        return created

    return Granted(await desk.storage.write(add_token), secret)


async def revoke(desk: Desk, name: str, *, actor: Actor, project: str | None = None) -> None:
    """Let a program out, at once.

    Raises:
        NotFoundError: the project has no such token.
    """
    now = desk.clock.now()
    place = desk.project.name if project is None else project

    def revoke_token(tx: Transaction) -> None:
        found = tx.tokens.named(place, name)
        if found is None:
            raise NotFoundError("token", f"{name} in the project {place}")
        tx.tokens.revoke(found.id, now=now)
        _record(tx, found, actor, "token.revoke", mark(found), {}, now)

    await desk.storage.write(revoke_token)


async def listing(desk: Desk) -> list[Token]:
    """The tokens of all projects, by project and name."""
    return await desk.storage.read(lambda tx: tx.tokens.listing())


async def digests(desk: Desk) -> frozenset[str]:
    """The SHA-256 of each secret that opens something now."""
    return await desk.storage.read(lambda tx: frozenset(tx.tokens.digests()))


async def of_project(desk: Desk) -> list[Token]:
    """The tokens of the desk's own project, by name."""
    return [each for each in await listing(desk) if each.project_id == desk.project.id]


async def admit(desk: Desk, secret_digest: str) -> Admitted | None:
    """Who showed the secret with this SHA-256, None when nobody may."""
    now = desk.clock.now()

    def admit_token(tx: Transaction) -> tuple[Token, Project] | None:
        token = tx.tokens.opened_by(secret_digest)
        project = None if token is None else tx.projects.named(token.project)
        return None if token is None or project is None else (token, project)

    found = await desk.storage.read(admit_token)
    if found is None:
        return None
    token, project = found
    if token.expires_at is not None and token.expires_at <= now:
        return None
    if token.last_used_at is None or now - token.last_used_at >= NOTED_EVERY:
        await _note_use(desk, token.id, now)
    return Admitted(token, desk.join(project))


async def _note_use(desk: Desk, token_id: int, now: datetime) -> None:
    """A database that takes no writes shuts nobody out who only looks."""
    try:
        await desk.storage.write(lambda tx: tx.tokens.touch(token_id, now=now), turn=Turn.BULK)
    except NotDurableError:
        return


def mark(token: Token) -> dict[str, object]:
    """All of a token that may be told, for the audit log."""
    return {
        "name": token.name,
        "project": token.project,
        "scopes": token.scopes,
        "created_by": str(token.created_by),
        "expires_at": token.expires_at.isoformat() if token.expires_at else "",
        "severity_cap": token.severity_cap,
        "last_used_at": token.last_used_at.isoformat() if token.last_used_at else "",
    }


def _record(
    tx: Transaction,
    token: Token,
    actor: Actor,
    action: str,
    before: dict[str, object],
    after: dict[str, object],
    now: datetime,
) -> None:
    entry = Entry(
        at=now,
        actor=actor,
        action=action,
        subject=f"token:{token.name}",
        before=encode(before),
        after=encode(after),
    )
    tx.audit.append(token.project_id, entry)
