"""Own: what Tocsin has to say itself goes the way of everybody's alerts, under a source of its own.

Law: one trouble is one alert. What a person resolved is not opened again within `PATIENCE`, for they know.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Final

import msgspec

from bot.domain.access.redaction import RULES_VERSION
from bot.domain.access.source import Source
from bot.domain.actor import Method
from bot.domain.alert.alert import State
from bot.domain.alert.event import Envelope
from bot.domain.alert.signal import Severity, Signal, Status
from bot.domain.alert.signature import signature
from bot.usecases.desk import Desk
from bot.usecases.intake.batch import Batch
from bot.usecases.intake.submission import Identified, Submission
from storage.transaction import Transaction

NAME: Final = "tocsin"
PROVIDER: Final = "generic"
PATIENCE: Final = timedelta(hours=1)


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """``key`` is its identity; ``words`` say what is wrong now, "" when it is over or never was."""

    key: str
    name: str
    words: str
    target: str = ""
    severity: Severity = Severity.CRITICAL


def tell(tx: Transaction, desk: Desk, troubles: list[Trouble], now: datetime) -> int:
    """Open alerts for what is wrong and was not, resolve what no longer is; returns how many changed."""
    source = tx.sources.named(desk.project.id, NAME)
    if source is None:
        if not any(each.words for each in troubles):
            return 0
        source = tx.sources.add(source_of(desk, now))
    signs = {each.key: signature(PROVIDER, NAME, _signal(each)) for each in troubles}
    known = tx.recurrences.known(desk.project.id, signs.values())
    changed = []
    for each in troubles:
        standing = known[signs[each.key]].standing if signs[each.key] in known else None
        is_open = standing is not None and standing.state is not State.RESOLVED
        if each.words and not is_open:
            over_at = None if standing is None else standing.resolved_at
            last = None if standing is None else tx.alerts.get(desk.project.id, standing.alert_id)
            by_people = last is not None and str(last.resolved_by) != f"source:{NAME}"
            if over_at is None or not by_people or now - over_at > PATIENCE:
                changed.append(each)
        elif is_open and not each.words:
            changed.append(each)
    if changed:
        Batch(tx, desk, now).write([_submission(source, changed, now)])
    return len(changed)


def source_of(desk: Desk, now: datetime) -> Source:
    """The source as it is made when there is first something to say."""
    return Source(
        id=0,
        project_id=desk.project.id,
        name=NAME,
        provider=PROVIDER,
        silence=timedelta(0),
        created_at=now,
    )


def _submission(source: Source, troubles: list[Trouble], now: datetime) -> Submission:
    signals = [_signal(each) for each in troubles]
    body = msgspec.json.encode([{"at": now, "key": each.key, "words": each.words} for each in troubles])
    digest = hashlib.sha256(body).hexdigest()
    envelope = Envelope(
        digest=f"own-{digest}",
        source_id=source.id,
        body=body.decode(),
        original_sha256=digest,
        original_length=len(body),
        rules_version=RULES_VERSION,
        redactions=0,
        received_at=now,
    )
    identified = tuple(
        Identified(place, signature(PROVIDER, NAME, signal), signal) for place, signal in enumerate(signals)
    )
    return Submission(source=source, envelope=envelope, signals=identified, method=Method.JOB)


def _signal(trouble: Trouble) -> Signal:
    return Signal(
        status=Status.FIRING if trouble.words else Status.RESOLVED,
        name=trouble.name,
        severity=trouble.severity,
        summary=trouble.words,
        fingerprint=trouble.key,
        service=NAME,
        target=trouble.target,
    )
