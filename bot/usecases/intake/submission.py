"""Submission: a request on its way in, and the receipt that comes out."""

import msgspec

from bot.domain.access.source import Source
from bot.domain.actor import Method
from bot.domain.alert.event import Envelope
from bot.domain.alert.signal import Rejected, SenderNote, Signal
from bot.domain.alert.verdict import Verdict


class Identified(msgspec.Struct, frozen=True, gc=False):
    """A signal with its place in the request and its signature."""

    position: int
    signature: str
    signal: Signal


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """One request, read and redacted, from a source known by ``method``; ``note`` is told in its channel."""

    source: Source
    envelope: Envelope
    signals: tuple[Identified, ...]
    rejected: tuple[Rejected, ...] = ()
    note: SenderNote | None = None
    method: Method = Method.BEARER


class ReceiptLine(msgspec.Struct, frozen=True, gc=False):
    """What became of one signal; ``ref`` is empty for a resolve of something never seen."""

    ref: str
    state: str
    occurrences: int
    deduped: bool


class Receipt(msgspec.Struct, frozen=True):
    """The answer to one request; ``alerts`` are in the sender's order."""

    accepted: int
    deduped: int
    rejected: tuple[Rejected, ...]
    alerts: tuple[ReceiptLine, ...]
    verdicts: tuple[Verdict, ...] = ()
