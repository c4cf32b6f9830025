"""Verdict: what intake decides for a signal and why.

`decide` is pure: it sees where the alert of this signature stands (None when there never was one), the
signal and the policy of its source, and returns the named verdict with the standing that follows. It never
touches what people wrote.
"""

from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Final

import msgspec

from bot.domain.alert.alert import State
from bot.domain.alert.flap import CALM, DEFAULT_LIMIT, DEFAULT_WINDOW, Flapping, Hush, flap
from bot.domain.alert.signal import Severity, Signal, Status


class Verdict(StrEnum):
    """The reason an event is stored with."""

    OPENED = "opened"
    FOLDED = "folded"
    RAISED = "raised"
    REOPENED = "reopened"
    RESOLVED = "resolved"
    ALREADY_RESOLVED = "already_resolved"
    NEVER_SEEN = "never_seen"
    REJECTED = "rejected"
    PULSE = "pulse"

    @property
    def deduped(self) -> bool:
        """Whether the signal was absorbed by what was already known."""
        return self in _DEDUPED


_DEDUPED = {
    Verdict.FOLDED,
    Verdict.RAISED,
    Verdict.REOPENED,
    Verdict.ALREADY_RESOLVED,
}


class Lane(IntEnum):
    """How urgent it is that a channel shows a change; lower goes first."""

    CRITICAL = 0
    PERSON = 1
    RESOLVE = 2
    WARNING = 3
    INFO = 4
    COUNT = 5


OLDEST: Final = timedelta(days=30)
NEW_LANES: Final = {
    Severity.CRITICAL: Lane.CRITICAL,
    Severity.WARNING: Lane.WARNING,
    Severity.INFO: Lane.INFO,
}


class Policy(msgspec.Struct, frozen=True):
    """What a source's alerts live by.

    ``silence`` ends an episode that was not repeated for so long (None: the sender resolves by itself);
    a refire within ``reopen_window`` of the resolve continues the episode. After ``flap_limit`` such refires
    within ``flap_window`` it is held quiet.
    """

    silence: timedelta | None
    reopen_window: timedelta
    flap_limit: int = DEFAULT_LIMIT
    flap_window: timedelta = DEFAULT_WINDOW


class SignatureStanding(msgspec.Struct, kw_only=True, gc=False):
    """The part of an alert that a signal can move. Mutable on purpose: intake folds a batch into it.

    ``group_id`` is the group whose card it shares, None when it has a card of its own.
    """

    alert_id: int
    state: State
    severity: Severity
    occurrences: int
    flaps: int
    opened_at: datetime
    last_seen_at: datetime
    resolved_at: datetime | None = None
    silent_after: datetime | None = None
    escalated_from: Severity | None = None
    owned: bool = False
    flapping: Flapping = CALM
    group_id: int | None = None


class Decision(msgspec.Struct, frozen=True, gc=False):
    """``lane`` is None when no card has to change; ``hush`` says why nobody is called for it."""

    verdict: Verdict
    lane: Lane | None
    hush: Hush = Hush.NONE


def decide(standing: SignatureStanding | None, signal: Signal, policy: Policy, now: datetime) -> Decision:
    """Decide, and move ``standing`` along (`Verdict.OPENED` leaves it alone: the caller makes a new one)."""
    if signal.status is Status.RESOLVED:
        return _resolve(standing, now)
    if standing is None or _over(standing, policy, now):
        return Decision(Verdict.OPENED, NEW_LANES[signal.severity])
    standing.occurrences += 1
    standing.last_seen_at = max(standing.last_seen_at, now)
    standing.silent_after = lives_until(signal, policy, now)
    if standing.state is State.RESOLVED:
        return _reopen(standing, signal, policy, now)
    if signal.severity.rank > standing.severity.rank:
        _raise(standing, signal)
        return Decision(Verdict.RAISED, NEW_LANES[signal.severity])
    standing.severity = signal.severity
    return Decision(Verdict.FOLDED, Lane.COUNT)


def lives_until(signal: Signal, policy: Policy, now: datetime) -> datetime | None:
    """When silence ends the episode: by the signal's own word, else by its source's; None is never."""
    silence = signal.ttl or policy.silence
    return None if silence is None else now + silence


def began(signal: Signal, before: SignatureStanding | None, now: datetime) -> datetime:
    """Since when a new episode lasts: the sender's word, if it can be true.

    Not in the future, not before the episode before it was over, and not older than `OLDEST`.
    """
    earliest = now - OLDEST
    if before is not None and before.resolved_at is not None:
        earliest = max(earliest, before.resolved_at)
    return min(max(signal.started_at, earliest), now) if signal.started_at is not None else now


def _over(standing: SignatureStanding, policy: Policy, now: datetime) -> bool:
    """Whether the episode is past taking up again; one that flaps keeps its card until it is calm."""
    if standing.state is State.RESOLVED and not standing.flapping.holds(now):
        return standing.resolved_at is None or now - standing.resolved_at > policy.reopen_window
    return False


def _resolve(standing: SignatureStanding | None, now: datetime) -> Decision:
    if standing is None:
        return Decision(Verdict.NEVER_SEEN, None)
    if standing.state is State.RESOLVED:
        return Decision(Verdict.ALREADY_RESOLVED, None)
    standing.state = State.RESOLVED
    standing.resolved_at = now
    standing.silent_after = None
    if standing.flapping.holds(now):
        return Decision(Verdict.RESOLVED, Lane.COUNT, Hush.FLAPPING)
    return Decision(Verdict.RESOLVED, Lane.RESOLVE)


def _reopen(standing: SignatureStanding, signal: Signal, policy: Policy, now: datetime) -> Decision:
    is_worse = signal.severity.rank > standing.severity.rank
    standing.flapping = flap(standing.flapping, now, limit=policy.flap_limit, window=policy.flap_window)
    if is_worse and standing.flapping.holds(now):
        standing.flapping = CALM
    standing.state = State.NEW
    standing.owned = False
    standing.resolved_at = None
    standing.severity = signal.severity
    standing.escalated_from = None
    standing.flaps += 1
    if standing.flapping.holds(now):
        return Decision(Verdict.REOPENED, Lane.COUNT, Hush.FLAPPING)
    return Decision(Verdict.REOPENED, NEW_LANES[signal.severity])


def _raise(standing: SignatureStanding, signal: Signal) -> None:
    if standing.state is State.ACKED:
        standing.state = State.NEW
        standing.owned = False
        standing.escalated_from = standing.severity
    standing.severity = signal.severity
    standing.flapping = CALM
