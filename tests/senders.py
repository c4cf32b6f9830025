"""Senders in short: what ingress hands to intake, without HTTP."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.domain.access.source import Source
from bot.domain.actor import person
from bot.domain.alert.event import Envelope
from bot.domain.alert.signal import Rejected, Severity, Signal, Status
from bot.usecases.desk import Desk
from bot.usecases.intake.submission import Identified, Receipt, Submission

Send = Callable[..., Awaitable[Receipt]]
ANNA, BEN = person(1, "Anna"), person(2, "Ben")


def submission(
    source: Source, *signals: Signal, key: str = "", rejected: tuple[Rejected, ...] = ()
) -> Submission:
    """What ingress makes of a request; a signal's fingerprint, else its name, is its signature."""
    envelope = Envelope(
        digest=hashlib.sha256(f"{source.id}-{key}-{signals}".encode()).hexdigest(),
        source_id=source.id,
        body="{}",
        original_sha256="0" * 64,
        original_length=2,
        rules_version=1,
        redactions=0,
        received_at=source.created_at,
    )
    identified = tuple(
        Identified(place, signal.fingerprint or signal.name, signal) for place, signal in enumerate(signals)
    )
    return Submission(source=source, envelope=envelope, signals=identified, rejected=rejected)


def firing(name: str = "HighErrorRate", severity: Severity = Severity.WARNING, **more: object) -> Signal:
    """A signal that fires."""
    return Signal(status=Status.FIRING, name=name, severity=severity, **more)  # type: ignore[arg-type]  # test sugar


def resolved(name: str = "HighErrorRate", severity: Severity = Severity.WARNING) -> Signal:
    """A signal that resolves."""
    return Signal(status=Status.RESOLVED, name=name, severity=severity)


async def add_source(desk: Desk, name: str = "prod", *, silence: timedelta | None = None) -> Source:
    """A source without a token."""
    wish = Source(
        id=0,
        project_id=desk.project.id,
        name=name,
        provider="alertmanager",
        silence=silence,
        created_at=desk.clock.now(),
    )
    return await desk.storage.write(lambda tx: tx.sources.add(wish))
