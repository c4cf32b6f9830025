"""Integrity: what must be so in the database whatever happens, each with a name, and what breaks it.

Law: a finding is a fact about rows that no transaction of Tocsin leaves behind; what is only late is none.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

MOST_NAMED: Final = 5
GRACE: Final = timedelta(minutes=15)
"""How long a lease may be over, or an incident's head stand without its thread, before that is a finding."""

MARGIN: Final = timedelta(days=2)
"""Rows so close to the end of their retention are not counted: a sweep may have taken their events."""


class Invariant(StrEnum):
    """What must never be."""

    CARD_WITHOUT_SUBJECT = "card_without_subject"
    ALERT_WITHOUT_EVENT = "alert_without_event"
    COUNTER_OFF = "counter_off"
    LEASE_LONG_GONE = "lease_long_gone"
    INCIDENT_WITHOUT_THREAD = "incident_without_thread"
    AUDIT_BROKEN = "audit_broken"
    UNKNOWN_PROJECT = "unknown_project"
    ORPHANED_ENVELOPE = "orphaned_envelope"


MEANINGS: Final = {
    Invariant.CARD_WITHOUT_SUBJECT: "cards about something that is not there",
    Invariant.ALERT_WITHOUT_EVENT: "alerts without an event",
    Invariant.COUNTER_OFF: "alerts that count other than their events",
    Invariant.LEASE_LONG_GONE: "claimed alerts whose lease is long over",
    Invariant.INCIDENT_WITHOUT_THREAD: "open incidents without a thread",
    Invariant.AUDIT_BROKEN: "breaks of the audit chain",
    Invariant.UNKNOWN_PROJECT: "rows of a project that is not there",
    Invariant.ORPHANED_ENVELOPE: "requests kept without any event",
}


class IntegrityFinding(msgspec.Struct, frozen=True):
    """``count`` rows break an invariant; the first few are named."""

    invariant: Invariant
    count: int
    named: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """Such as ``2 alerts without an event (A-7, A-9)``."""
        shown = ", ".join(self.named)
        more = ", …" if self.count > len(self.named) else ""
        return f"{self.count:,} {MEANINGS[self.invariant]} ({shown}{more})"


class IntegrityReport(msgspec.Struct, frozen=True):
    """What was found at ``at``; nothing when all holds."""

    at: datetime
    findings: tuple[IntegrityFinding, ...] = ()

    def of(self, invariant: Invariant) -> IntegrityFinding | None:
        """What was found about one invariant."""
        return next((each for each in self.findings if each.invariant is invariant), None)


class Tally:
    """Counts what breaks one invariant, and remembers the first few."""

    def __init__(self, invariant: Invariant) -> None:
        self._invariant = invariant
        self._count = 0
        self._named: list[str] = []

    def add(self, names: list[str]) -> None:
        """Count and remember what breaks the invariant."""
        self._count += len(names)
        self._named.extend(names[: MOST_NAMED - len(self._named)])

    @property
    def finding(self) -> IntegrityFinding | None:
        """What was found, None when nothing was."""
        return IntegrityFinding(self._invariant, self._count, tuple(self._named)) if self._count else None
