"""Source: who may send.

A token is shown once and kept as its SHA-256; a signing secret of ours is not kept at all, it is derived from
the desk's own key, the source and its generation. A secret that the sender made is kept sealed (`seal`).
"""

import base64
import hashlib
import hmac
import re
import secrets
from datetime import timedelta
from typing import Final

import msgspec

from bot.domain.access.expectation import expect
from bot.domain.access.poll import read_url
from bot.domain.access.source import Credential, Source
from bot.domain.access.wake import Wakes
from bot.domain.actor import Actor
from bot.domain.alert.group import CardShape
from bot.domain.alert.signal import Severity
from bot.domain.errors import ConflictError, InvalidInputError, NotFoundError
from bot.providers.registry import SENDERS
from bot.usecases.admin.seal import seal
from bot.usecases.desk import Desk
from bot.usecases.outbox import closure as closures
from bot.usecases.owner import demand_channel, owner
from bot.usecases.source_entry import record
from storage.transaction import Transaction

TOKEN_PREFIX: Final = "toc_"  # noqa: S105 -- the mark by which redaction knows a token, not one
STANDARD_WEBHOOKS: Final = "standard-webhooks"
_TAKEN: Final = (
    "There is already a source called {0}. "
    "Choose another name, or make a new token for that one: tocsin source rotate {0}"
)
DEFAULT_OVERLAP: Final = timedelta(hours=24)
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class Issued(msgspec.Struct, frozen=True):
    """What a person has to copy now, for it is never shown again."""

    source: Source
    token: str
    signing_secret: str

    def __repr__(self) -> str:
        """Without the secrets."""
        return f"Issued(source={self.source.name!r})"


async def add(
    desk: Desk,
    name: str,
    provider: str,
    *,
    actor: Actor,
    channel_id: int | None = None,
    fallback_channel_id: int | None = None,
    silence: timedelta | None = None,
    reopen_window: timedelta | None = None,
    card: CardShape = CardShape.AUTO,
    default_severity: Severity = Severity.WARNING,
    wakes: Wakes | None = None,
    secret: str | None = None,
    poll_url: str | None = None,
    every: timedelta | None = None,
) -> Issued:
    """Let a new sender in; ``secret`` is the one that it signs with, if it has one of its own.

    An Alertmanager is asked at ``poll_url`` every minute for what is open, in case a webhook got lost. A
    source that must be heard ``every`` so long has an alert when it is not.

    Raises:
        InvalidInputError: the name is not lower-case letters, digits, ``.``, ``_``, ``-``, there is no
            such provider, the secret is no line of text, the address cannot be asked, or the span is out
            of bounds.
        ConflictError: the name is taken, or a channel is another project's.
    """
    if not _NAME.fullmatch(name):
        raise InvalidInputError("name", "use up to 64 of a-z 0-9 . _ - and begin with a letter or digit")
    if provider not in SENDERS:
        raise InvalidInputError("provider", f"there is {', '.join(SENDERS)}, but no {provider!r}")
    url = None if poll_url is None else read_url(poll_url, provider)
    now = desk.clock.now()
    expected = None if every is None else expect(every, None, since=now)
    token = _fresh_token()
    wish = Source(
        id=0,
        project_id=desk.project.id,
        name=name,
        provider=provider,
        channel_id=channel_id,
        fallback_channel_id=fallback_channel_id,
        silence=silence,
        reopen_window=reopen_window,
        card=card,
        default_severity=default_severity,
        wakes=wakes or {},
        created_at=now,
    )

    def add_source(tx: Transaction) -> Source:
        if tx.sources.named(desk.project.id, name) is not None:
            raise ConflictError(_TAKEN.format(name))
        demand_channel(tx, desk, channel_id, fallback_channel_id)
        created = tx.sources.add(wish)
        sealed = None if secret is None else seal(desk, created.id, secret)
        tx.sources.add_credential(created.id, digest(token), created.generation, now=now, secret=sealed)
        if url is not None:
            tx.polls.follow(created.id, url)
        if expected is not None:
            tx.sources.expect(created.id, expected)
        told = {"poll_url": url or "", "own_secret": secret is not None}
        record(tx, desk, "source.add", actor=actor, before=None, name=name, now=now, more=told)
        return created

    created = await desk.storage.write(add_source)
    return Issued(created, token, signing_secret(desk, created.id, created.generation, provider))


async def rotate(
    desk: Desk, name: str, *, actor: Actor, overlap: timedelta = DEFAULT_OVERLAP, secret: str | None = None
) -> Issued:
    """A new token and secret; the old ones go on for ``overlap``. The sender's own stays if none is given.

    Raises:
        NotFoundError: there is no such source.
        InvalidInputError: the secret is no line of text.
    """
    now = desk.clock.now()
    token = _fresh_token()

    def rotate_source(tx: Transaction) -> Source:
        source = _named(tx, desk, name)
        generation = tx.sources.next_generation(source.id)
        tx.sources.expire_credentials(source.id, before=generation, at=now + overlap)
        sealed = tx.sources.newest_secret(source.id) if secret is None else seal(desk, source.id, secret)
        tx.sources.add_credential(source.id, digest(token), generation, now=now, secret=sealed)
        told = {"old_tokens_end": (now + overlap).isoformat(), "own_secret": sealed is not None}
        record(tx, desk, "source.rotate", actor=actor, before=source, name=name, now=now, more=told)
        return msgspec.structs.replace(source, generation=generation)

    source = await desk.storage.write(rotate_source)
    return Issued(source, token, signing_secret(desk, source.id, source.generation, source.provider))


async def move(
    desk: Desk, name: str, *, actor: Actor, channel_id: int | None = None, fallback_id: int | None = None
) -> int:
    """New alerts of a sender go to another channel, and so do those that the old one cannot show.

    None leaves a channel as it is, 0 is the desk's own. Returns how many cards go at once.

    Raises:
        NotFoundError: there is no such source.
        ConflictError: a channel is another project's.
    """
    now = desk.clock.now()

    def move_source(tx: Transaction) -> int:
        source = _named(tx, desk, name)
        route = (
            source.channel_id if channel_id is None else channel_id or None,
            source.fallback_channel_id if fallback_id is None else fallback_id or None,
        )
        demand_channel(tx, desk, *route)
        tx.sources.route(source.id, *route)
        moved = 0
        old, new = (each or desk.default_channel_id for each in (source.channel_id, route[0]))
        if old is not None and new is not None and old != new:
            gone = tx.closures.is_gone(old)
            moved = tx.channels.follow(source.id, old, new, all_of_them=gone, now=now)
            closures.end_empty(tx, desk, now=now, moved_to=new)
        told = {"moved": moved}
        record(tx, desk, "source.move", actor=actor, before=source, name=name, now=now, more=told)
        return moved

    moved = await desk.storage.write(move_source)
    desk.bell.ring()
    return moved


async def shape(desk: Desk, name: str, card: CardShape, *, actor: Actor) -> None:
    """New alerts of a sender get a card each, or share one with those of their cause; the others keep theirs.

    Raises:
        NotFoundError: there is no such source.
    """
    now = desk.clock.now()

    def reshape_source(tx: Transaction) -> None:
        source = _named(tx, desk, name)
        tx.sources.shape(source.id, card)
        record(tx, desk, "source.shape", actor=actor, before=source, name=name, now=now)

    await desk.storage.write(reshape_source)


async def remove(desk: Desk, name: str, *, actor: Actor) -> None:
    """Let a sender out; its alerts and events stay.

    Raises:
        NotFoundError: there is no such source.
    """
    now = desk.clock.now()

    def remove_source(tx: Transaction) -> None:
        source = _named(tx, desk, name)
        tx.sources.remove(source.id, now=now)
        record(tx, desk, "source.remove", actor=actor, before=source, name=name, now=now)

    await desk.storage.write(remove_source)


async def listing(desk: Desk) -> list[Source]:
    """All sources, by name."""
    return await desk.storage.read(lambda tx: tx.sources.listing(desk.project.id))


async def credentials(desk: Desk) -> list[Credential]:
    """Every credential that is valid now; the desks of their projects are known from then on."""
    now = desk.clock.now()

    def read_credentials(tx: Transaction) -> list[Credential]:
        found = tx.sources.credentials(now=now)
        for project_id in {key.source.project_id for key in found}:
            owner(tx, desk, project_id)
        return found

    return await desk.storage.read(read_credentials)


def digest(token: str) -> str:
    """How a token is kept: it has 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def signing_secret(desk: Desk, source_id: int, generation: int, provider: str = "") -> str:
    """The HMAC secret of a source, derived from the desk's key, in the form that its provider asks for."""
    message = f"signing:{desk.project.tag}:{source_id}:{generation}".encode()
    raw = hmac.digest(desk.signing_key, message, "sha256")
    if provider == STANDARD_WEBHOOKS:
        return "whsec_" + base64.b64encode(raw).decode()
    return "tocs_" + base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _fresh_token() -> str:
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def _named(tx: Transaction, desk: Desk, name: str) -> Source:
    source = tx.sources.named(desk.project.id, name)
    if source is None:
        raise NotFoundError("source", name)
    return source
