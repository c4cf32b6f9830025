"""Signal: what a sender said about one alert, normalised.

Providers make Signals, intake consumes them. All text is already redacted and free of characters that
a database or Discord would refuse (NUL, lone surrogates).
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

MAX_NAME: Final = 512
MAX_SUMMARY: Final = 2_000
MAX_DESCRIPTION: Final = 8_000
MAX_LABELS: Final = 128
MAX_LABEL_NAME: Final = 256
MAX_LABEL_VALUE: Final = 2_000
MAX_LINKS: Final = 8
MAX_URL: Final = 2_048
MAX_NOTE: Final = 1_000
MAX_SAID: Final = 32
MAX_SAID_NAME: Final = 64
MAX_SAID_VALUE: Final = 1_000
TRUNCATED: Final = "truncatedAlerts"
"""Under this name `Signal.said` tells how many alerts of its group the sender left out."""


ENVIRONMENT: Final = ("env", "environment", "stage", "deployment_environment", "deployment.environment")
"""The labels that name where it runs, in the order in which they are believed."""


class Severity(StrEnum):
    """How bad it is, in three words; senders' own words are mapped to these."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for info, 2 for critical."""
        return _RANKS[self]


_RANKS: Final = {Severity.INFO: 0, Severity.WARNING: 1, Severity.CRITICAL: 2}


class Status(StrEnum):
    """What the sender says is the case."""

    FIRING = "firing"
    RESOLVED = "resolved"


class Link(msgspec.Struct, frozen=True, gc=False):
    """A place to click: ``title`` is what the button says, ``url`` is http or https."""

    title: str
    url: str


class Signal(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One alert out of one request.

    ``fingerprint`` is the sender's own stable identity ("" when it has none); ``severity_word`` is the
    word the sender used when it is none of ours; ``ttl`` is the silence that ends this alert, None for its
    source's; ``target`` names the patient (see `place`).
    ``identity`` is namespace, service and target as a signature without a fingerprint knows them, None where
    they are the same. ``said`` is what has no role of its own, and what could not be understood.
    ``expires_at`` is when it is over unless it is sent again: the sender's word, not a guess of ours.
    """

    status: Status
    name: str
    severity: Severity
    severity_word: str = ""
    summary: str = ""
    description: str = ""
    labels: dict[str, str] = msgspec.field(default_factory=dict)
    links: tuple[Link, ...] = ()
    fingerprint: str = ""
    namespace: str = ""
    service: str = ""
    target: str = ""
    identity: tuple[str, str, str] | None = None
    group_key: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    ttl: timedelta | None = None
    said: dict[str, str] = msgspec.field(default_factory=dict)
    expires_at: datetime | None = None


class Rejected(msgspec.Struct, frozen=True, gc=False):
    """An alert inside an otherwise readable request that could not be used.

    ``index`` counts from 0 in the sender's list; ``reason`` names the field.
    """

    index: int
    reason: str


class SenderNote(msgspec.Struct, frozen=True, gc=False):
    """What a sender said that is no alert but worth a line: a test, a greeting, what cannot be confirmed."""

    title: str
    text: str = ""


class Reading(msgspec.Struct, frozen=True, gc=False):
    """All a provider read out of one request, in the sender's order.

    ``signals`` holds pairs of (index in the sender's list, signal); ``note`` is told in their place.
    """

    signals: tuple[tuple[int, Signal], ...]
    rejected: tuple[Rejected, ...] = ()
    note: SenderNote | None = None
