"""Heartbeat: a synthetic event per provider, by which a monitor sees that the way to the database is open.

Law: it opens no alert, makes no card, and is no sign of life of any sender: the event says so itself.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from bot.domain.access.redaction import RULES_VERSION
from bot.domain.actor import Actor
from bot.domain.alert.event import Envelope, Event
from bot.domain.alert.verdict import Verdict
from bot.domain.audit import Entry
from bot.domain.errors import InvalidInputError
from bot.providers.registry import SENDERS
from bot.usecases.admin import own
from bot.usecases.desk import Desk
from storage.codec import encode
from storage.transaction import Transaction

STATUS: Final = "heartbeat"


class Beat(msgspec.Struct, frozen=True):
    """The event that stands for a provider."""

    provider: str
    event_id: int


async def beat(desk: Desk, providers: Sequence[str], *, actor: Actor, method: str) -> tuple[Beat, ...]:
    """Store one event for each of ``providers`` (none named is all of them).

    Raises:
        InvalidInputError: there is no such provider.
    """
    unknown = [each for each in providers if each not in SENDERS]
    if unknown:
        raise InvalidInputError("provider", f"there is {', '.join(SENDERS)}, but no {unknown[0][:40]!r}")
    wanted = tuple(dict.fromkeys(providers)) or tuple(SENDERS)
    now = desk.clock.now()

    def store_beat(tx: Transaction) -> tuple[Beat, ...]:
        source = tx.sources.named(desk.project.id, own.NAME) or tx.sources.add(own.source_of(desk, now))
        envelope = _envelope(source.id, wanted, actor, method, now)
        tx.events.keep([envelope])
        tx.events.append(
            [_event(desk, source.id, envelope, place, each, now) for place, each in enumerate(wanted)]
        )
        stored = tx.dossiers.of_envelope(desk.project.id, envelope.digest, limit=len(wanted))
        told = {"providers": list(wanted), "method": method, "opened": 0, "posted": 0}
        entry = Entry(
            at=now, actor=actor, action="event.heartbeat", subject="event:heartbeat", after=encode(told)
        )
        tx.audit.append(desk.project.id, entry)
        return tuple(Beat(wanted[each.position], each.id) for each in stored)

    return await desk.storage.write(store_beat)


def _envelope(source_id: int, wanted: tuple[str, ...], actor: Actor, method: str, now: datetime) -> Envelope:
    said = {"synthetic": True, "providers": wanted, "principal": str(actor), "method": method, "at": now}
    body = msgspec.json.encode(said)
    digest = hashlib.sha256(body).hexdigest()
    return Envelope(
        digest=f"beat-{digest}",
        source_id=source_id,
        body=body.decode(),
        original_sha256=digest,
        original_length=len(body),
        rules_version=RULES_VERSION,
        redactions=0,
        received_at=now,
    )


def _event(desk: Desk, source_id: int, envelope: Envelope, place: int, provider: str, now: datetime) -> Event:
    return Event(
        project_id=desk.project.id,
        source_id=source_id,
        recurrence_id=None,
        alert_id=None,
        envelope_digest=envelope.digest,
        position=place,
        status=STATUS,
        severity="",
        verdict=Verdict.PULSE.value,
        reason="synthetic: opens nothing, posts nothing",
        preview=f"heartbeat of {provider}",
        received_at=now,
    )
