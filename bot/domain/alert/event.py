"""Event: what a sender said, as it was taken in, and the redacted request it came in."""

from datetime import datetime

import msgspec

from bot.domain.alert.signal import Link, Signal
from bot.domain.alert.verdict import SignatureStanding


class Envelope(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One request, redacted; the original is known by length and SHA-256 alone."""

    digest: str
    source_id: int
    body: str
    original_sha256: str
    original_length: int
    rules_version: int
    redactions: int
    received_at: datetime


class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One signal as it was taken in; ``reason`` is why it was rejected, empty otherwise."""

    project_id: int
    source_id: int
    recurrence_id: int | None
    alert_id: int | None
    envelope_digest: str
    position: int
    status: str
    severity: str
    verdict: str
    reason: str
    preview: str
    received_at: datetime
    id: int = 0


class ListedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """``redactions`` counts what was taken out of its request; the rest is the alert's, as it is now."""

    event: Event
    source: str
    provider: str
    redactions: int
    links: tuple[Link, ...] = ()
    labels: dict[str, str] = {}
    said: dict[str, str] = {}


class NewAlert(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An episode that begins: the signal that opened it and where it stands at the end of the batch.

    ``channel_id`` is where its card is, or that of its group; 0 while the desk has no channel.
    """

    project_id: int
    source_id: int
    recurrence_id: int
    signature: str
    signal: Signal
    standing: SignatureStanding
    channel_id: int
