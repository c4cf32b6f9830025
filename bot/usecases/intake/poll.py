"""Poll: one look at an Alertmanager, held against what the desk has open; see `bot.domain.access.poll`."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final

import structlog

from bot.domain.access.poll import IN_A_ROW, Doubt, PolledAlert, compare
from bot.domain.access.redaction import RULES_VERSION, redact
from bot.domain.access.source import Source
from bot.domain.actor import Method
from bot.domain.alert.event import Envelope
from bot.domain.alert.signal import Severity, Signal, Status
from bot.domain.alert.signature import signature
from bot.domain.errors import InvalidInputError
from bot.providers.alertmanager_poll import read_open
from bot.providers.severity import absent_as
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import take_in
from bot.usecases.intake.submission import Identified, Submission
from storage.codec import encode
from storage.transaction import Transaction

Fetch = Callable[[str, str], Awaitable[object]]
"""The decoded answer of a source's Alertmanager, asked at its address; None when there is none to be had."""

_log: Final = structlog.stdlib.get_logger(__name__)


async def look_at_all(desk: Desk, fetch: Fetch) -> int:
    """Look at every Alertmanager once; returns how many alerts were set right."""
    found = await desk.storage.read(lambda tx: tx.polls.addresses(desk.project.id))
    mended = 0
    for name, url in found.items():
        answer = await fetch(name, url)
        if answer is None:
            continue
        try:
            mended += await look(desk, name, answer)
        except InvalidInputError as error:
            _log.warning("poll_unreadable", source=name, reason=str(error))
    return mended


async def look(desk: Desk, name: str, answer: object) -> int:
    """Compare one answer with what is open; returns how many alerts two looks agreed on.

    What is to be set right is stored before this look's doubts are: after a crash in between the next look
    finds nothing left of it.

    Raises:
        InvalidInputError: the answer is no list of alerts.
    """
    now = desk.clock.now()
    known = await desk.storage.read(lambda tx: tx.sources.named(desk.project.id, name))
    if known is None:
        return 0
    with absent_as(known.default_severity):
        seen = read_open(redact(answer).value)

    def compare_now(
        tx: Transaction,
    ) -> tuple[Source, dict[str, PolledAlert], dict[str, Doubt], dict[str, Doubt]] | None:
        source = tx.sources.named(desk.project.id, name)
        if source is None:
            return None
        named = {_signature(source, each.signal): each for each in seen}
        doubts = compare(named, tx.polls.held(desk.project.id, source.id, named))
        return source, named, doubts, tx.polls.doubts(source.id, since=now - IN_A_ROW)

    compared = await desk.storage.read(compare_now)
    if compared is None:
        return 0
    source, named, doubts, before = compared
    agreed = {each: doubt for each, doubt in doubts.items() if before.get(each) is doubt}
    if agreed:
        await take_in(desk, [_submission(source, agreed, named, now)])
    left = {each: doubt for each, doubt in doubts.items() if each not in agreed}
    if left or before:
        await desk.storage.write(lambda tx: tx.polls.doubt(source.id, left, now=now))
    return len(agreed)


def _submission(
    source: Source, agreed: Mapping[str, Doubt], named: Mapping[str, PolledAlert], now: datetime
) -> Submission:
    """As if the webhooks had come now; the envelope says that it was a look that found out."""
    signals = [
        (each, named[each].signal if doubt is Doubt.UNHEARD else _OVER_NOW) for each, doubt in agreed.items()
    ]
    told = encode({"poll": [{"signature": each, "found": doubt.value} for each, doubt in agreed.items()]})
    digest = hashlib.sha256(f"{source.id}:{now.isoformat()}:{told}".encode()).hexdigest()
    envelope = Envelope(
        digest=f"poll:{digest[:32]}",
        source_id=source.id,
        body=told,
        original_sha256=hashlib.sha256(told.encode()).hexdigest(),
        original_length=len(told),
        rules_version=RULES_VERSION,
        redactions=0,
        received_at=now,
    )
    identified = tuple(Identified(place, each, signal) for place, (each, signal) in enumerate(signals))
    return Submission(source=source, envelope=envelope, signals=identified, method=Method.JOB)


_OVER_NOW: Final = Signal(status=Status.RESOLVED, name="no longer active", severity=Severity.INFO)


def _signature(source: Source, signal: Signal) -> str:
    return signature(source.provider, source.name, signal, source.ignored_labels)
