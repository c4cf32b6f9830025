"""Outcome: one signal and what was decided on it, and what is written down and answered of that."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from bot.domain import actor as actors
from bot.domain.actor import Method
from bot.domain.alert.alert import format_ref
from bot.domain.alert.event import Event
from bot.domain.alert.flap import Hush
from bot.domain.alert.signal import Rejected
from bot.domain.alert.verdict import Verdict
from bot.domain.audit import Entry
from bot.usecases.intake.submission import Identified, Receipt, ReceiptLine, Submission
from bot.usecases.intake.track import SignatureState, standing_of
from storage.codec import encode

MAX_REQUESTS: Final = 100
"""Requests that one audit entry tells of, so that it stays readable."""

_PREVIEW = 120
_QUIET = "flapping, held quiet"


class SignalOutcome(msgspec.Struct, gc=False):
    """One signal and what was decided; ``standing`` moves on with the batch, the rest is of that moment."""

    item: Identified
    verdict: Verdict
    track: SignatureState | None
    before: tuple[str, str] | None
    state: str
    severity: str
    occurrences: int
    hush: Hush = Hush.NONE


def event(project_id: int, submission: Submission, one: SignalOutcome) -> Event:
    """What is stored of one signal."""
    signal = one.item.signal
    return Event(
        project_id=project_id,
        source_id=submission.source.id,
        recurrence_id=one.track.known.recurrence_id if one.track else None,
        alert_id=standing_of(one.track).alert_id if one.track else None,
        envelope_digest=submission.envelope.digest,
        position=one.item.position,
        status=signal.status.value,
        severity=signal.severity.value,
        verdict=one.verdict.value,
        reason="",
        preview=f"{signal.name}: {signal.summary}"[:_PREVIEW],
        received_at=submission.envelope.received_at,
    )


def rejection(project_id: int, submission: Submission, one: Rejected) -> Event:
    """What is stored of an alert that could not be used."""
    return Event(
        project_id=project_id,
        source_id=submission.source.id,
        recurrence_id=None,
        alert_id=None,
        envelope_digest=submission.envelope.digest,
        position=one.index,
        status="",
        severity="",
        verdict=Verdict.REJECTED.value,
        reason=one.reason,
        preview="",
        received_at=submission.envelope.received_at,
    )


def request_entries(
    submissions: Sequence[Submission], decided: Sequence[list[SignalOutcome]], now: datetime
) -> list[Entry]:
    """One entry for the requests of a source that are stored together, `MAX_REQUESTS` of them at most."""
    together: dict[tuple[int, Method], list[tuple[Submission, list[SignalOutcome]]]] = {}
    for each in zip(submissions, decided, strict=True):
        together.setdefault((each[0].source.id, each[0].method), []).append(each)
    return [
        _request_entry(told[at : at + MAX_REQUESTS], now)
        for told in together.values()
        for at in range(0, len(told), MAX_REQUESTS)
    ]


def _request_entry(told: list[tuple[Submission, list[SignalOutcome]]], now: datetime) -> Entry:
    """What each request opened by name, the rest by count."""
    submission = told[0][0]
    said = [_told(*each) for each in told]
    return Entry(
        at=now,
        actor=actors.source(submission.source.name),
        action="intake",
        subject=f"source:{submission.source.name}",
        after=encode(said[0] if len(said) == 1 else {"requests": said}),
        method=submission.method,
    )


def _told(submission: Submission, decided: list[SignalOutcome]) -> dict[str, object]:
    counts: dict[str, int] = {}
    for one in decided:
        counts[one.verdict.value] = counts.get(one.verdict.value, 0) + 1
    if submission.rejected:
        counts[Verdict.REJECTED.value] = len(submission.rejected)
    opened = [
        format_ref(standing_of(one.track).alert_id)
        for one in decided
        if one.verdict is Verdict.OPENED and one.track
    ]
    return {"envelope": submission.envelope.digest, "verdicts": counts, "opened": opened}


def alert_entry(submission: Submission, one: SignalOutcome, now: datetime) -> Entry:
    """The entry of an alert whose state a signal changed."""
    assert one.track is not None and one.before is not None  # noqa: S101, PT018 -- these verdicts have both
    state, severity = one.before
    return Entry(
        at=now,
        actor=actors.source(submission.source.name),
        action=one.verdict.value,
        subject=f"alert:{standing_of(one.track).alert_id}",
        before=encode({"state": state, "severity": severity}),
        after=encode({"state": one.state, "severity": one.severity}),
        note=_QUIET if one.hush is Hush.FLAPPING else "",
        method=submission.method,
    )


def receipt(submission: Submission, decided: list[SignalOutcome]) -> Receipt:
    """The answer to one request."""
    return Receipt(
        accepted=len(decided),
        deduped=sum(one.verdict.deduped for one in decided),
        rejected=submission.rejected,
        alerts=tuple(
            ReceiptLine(
                format_ref(standing_of(one.track).alert_id) if one.track else "",
                one.state,
                one.occurrences,
                one.verdict.deduped,
            )
            for one in decided
        ),
        verdicts=tuple(one.verdict for one in decided),
    )
