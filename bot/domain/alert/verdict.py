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
from bot.domain.alert.cause import find_cause
from bot.domain.alert.episode import ended, has_lapsed, is_late, is_of_earlier, is_silent, is_told_again
from bot.domain.alert.flap import CALM, DEFAULT_LIMIT, DEFAULT_WINDOW, Flapping, Hush, flap
from bot.domain.alert.quiet import ENDED_BY_RESOLVE, ENDED_BY_RISE, NOTHING, QuietKind
from bot.domain.alert.signal import Severity, Signal, Status
from bot.domain.text import cut


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
    REPEATED = "repeated"
    LATE = "late"
    OVERTAKEN = "overtaken"

    @property
    def deduped(self) -> bool:
        """Whether the signal was absorbed by what was already known."""
        return self in _DEDUPED


_DEDUPED = {
    Verdict.FOLDED,
    Verdict.RAISED,
    Verdict.REOPENED,
    Verdict.ALREADY_RESOLVED,
    Verdict.REPEATED,
    Verdict.LATE,
    Verdict.OVERTAKEN,
}


class Lane(IntEnum):
    """How urgent it is that a channel shows a change; lower goes first."""

    CRITICAL = 0
    PERSON = 1
    RESOLVE = 2
    WARNING = 3
    INFO = 4
    COUNT = 5


LONGEST_ENDING: Final = 500
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

    ``group_id`` is the group whose card it shares, None when it has a card of its own; ``cause`` is what
    it may yet share one by, None where it never will. ``started_at`` is the start as the sender gave it,
    ``ending`` what it said with the resolve; ``expired`` says that silence has ended it.
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
    cause: str | None = None
    started_at: datetime | None = None
    ended_by_sender: bool = False
    expired: bool = False
    ending: str = ""
    received_at: datetime | None = None
    run: int = 0
    loud_since: datetime | None = None
    quiet_kinds: frozenset[QuietKind] = NOTHING
    ack_until: datetime | None = None

    @property
    def loud(self) -> bool:
        """Whether people must know of it now."""
        return self.state.open and not self.owned and not self.quiet_kinds


class IntakeDecision(msgspec.Struct, frozen=True, gc=False):
    """``lane`` is None when no card has to change; ``hush`` says why nobody is called for it.

    ``rings`` says that an alert which was known is loud now, anew or for something worse.
    """

    verdict: Verdict
    lane: Lane | None
    hush: Hush = Hush.NONE
    rings: bool = False


def decide(
    standing: SignatureStanding | None, signal: Signal, policy: Policy, now: datetime
) -> IntakeDecision:
    """Decide, and move ``standing`` along (`Verdict.OPENED` leaves it alone: the caller makes a new one)."""
    if standing is None:
        return _decide(standing, signal, policy, now)
    was, state, rank = standing.loud, standing.state, standing.severity.rank
    decision = _decide(standing, signal, policy, now)
    if decision.verdict is Verdict.OPENED:
        return decision
    rises = standing.severity.rank > rank
    if not rises and (standing.state, standing.loud) == (state, was):
        return decision
    rings = standing.loud and (rises or not was)
    standing.run += 1
    standing.loud_since = now if rings else (standing.loud_since if standing.loud else None)
    return msgspec.structs.replace(decision, rings=rings)


def _decide(
    standing: SignatureStanding | None, signal: Signal, policy: Policy, now: datetime
) -> IntakeDecision:
    if signal.status is Status.RESOLVED:
        return _resolve(standing, signal, now)
    if standing is None or _begins(standing, signal, policy, now):
        return IntakeDecision(Verdict.OPENED, NEW_LANES[signal.severity])
    if _is_late(standing, signal, policy, now):
        return IntakeDecision(Verdict.LATE, None)
    return _go_on(standing, signal, policy, now)


def end_untold(standing: SignatureStanding, signal: Signal, now: datetime) -> None:
    """A new episode begins while this one is open: nobody said that it was over."""
    over = standing.silent_after if standing.silent_after is not None else standing.last_seen_at
    if signal.started_at is not None:
        over = min(over, signal.started_at)
    standing.state = State.RESOLVED
    standing.resolved_at = max(over, standing.opened_at)
    standing.expired = _has_expired(standing, now)
    standing.silent_after = None
    standing.ended_by_sender = not standing.expired
    standing.run += 1
    standing.loud_since = standing.ack_until = None
    standing.quiet_kinds -= ENDED_BY_RESOLVE


def _go_on(standing: SignatureStanding, signal: Signal, policy: Policy, now: datetime) -> IntakeDecision:
    is_worse = signal.severity.rank > standing.severity.rank
    repeated = standing.state.open and not is_worse and is_told_again(signal, standing.started_at)
    standing.occurrences += not repeated
    if signal.started_at is not None and not is_told_again(signal, standing.started_at):
        standing.started_at = signal.started_at
    standing.last_seen_at = max(standing.last_seen_at, now)
    standing.silent_after = lives_until(signal, policy, now)
    if standing.state is State.RESOLVED:
        return _reopen(standing, signal, policy, now)
    if is_worse:
        _raise(standing, signal)
        return IntakeDecision(Verdict.RAISED, NEW_LANES[signal.severity])
    standing.severity = signal.severity
    return IntakeDecision(Verdict.REPEATED if repeated else Verdict.FOLDED, Lane.COUNT)


def lives_until(signal: Signal, policy: Policy, now: datetime) -> datetime | None:
    """When silence ends the episode: by the signal's own word, else by its source's; None is never."""
    silence = signal.ttl or policy.silence
    return None if silence is None else now + silence


def _begins(standing: SignatureStanding, signal: Signal, policy: Policy, now: datetime) -> bool:
    if standing.state is State.RESOLVED:
        return _over(standing, policy, now)
    span = policy.reopen_window if policy.silence is None else policy.silence
    return _has_expired(standing, now) or has_lapsed(signal, standing.started_at, standing.last_seen_at, span)


def _has_expired(standing: SignatureStanding, now: datetime) -> bool:
    """Whether silence has ended it already."""
    if standing.state is not State.NEW:
        return False
    return is_silent(standing.silent_after, standing.severity, now, owned=standing.owned)


def _is_late(standing: SignatureStanding, signal: Signal, policy: Policy, now: datetime) -> bool:
    return standing.ended_by_sender and is_late(
        signal, standing.started_at, standing.resolved_at, policy.reopen_window, now
    )


def _over(standing: SignatureStanding, policy: Policy, now: datetime) -> bool:
    """Whether the episode is past taking up again; one that flaps keeps its card until it is calm."""
    if standing.state is State.RESOLVED and not standing.flapping.holds(now):
        return standing.resolved_at is None or now - standing.resolved_at > policy.reopen_window
    return False


def _resolve(standing: SignatureStanding | None, signal: Signal, now: datetime) -> IntakeDecision:
    if standing is None:
        return IntakeDecision(Verdict.NEVER_SEEN, None)
    is_over = standing.state is State.RESOLVED and not standing.expired
    # A start after the last word cannot be true (Alertmanager makes one up from the end when it got none).
    is_true = standing.started_at is not None and standing.started_at <= standing.last_seen_at
    if is_over or is_of_earlier(signal, standing.started_at if is_true else None):
        return IntakeDecision(Verdict.ALREADY_RESOLVED, None)
    standing.state = State.RESOLVED
    standing.resolved_at = ended(signal, standing.opened_at, now)
    standing.ended_by_sender = True
    standing.expired = False
    standing.ending = cut(
        find_cause(signal.name, signal.summary, signal.description, signal.labels), LONGEST_ENDING
    )
    standing.silent_after = None
    standing.ack_until = None
    standing.quiet_kinds -= ENDED_BY_RESOLVE
    if standing.flapping.holds(now):
        return IntakeDecision(Verdict.RESOLVED, Lane.COUNT, Hush.FLAPPING)
    return IntakeDecision(Verdict.RESOLVED, Lane.RESOLVE)


def _reopen(standing: SignatureStanding, signal: Signal, policy: Policy, now: datetime) -> IntakeDecision:
    is_worse = signal.severity.rank > standing.severity.rank
    standing.flapping = flap(standing.flapping, now, limit=policy.flap_limit, window=policy.flap_window)
    if is_worse and standing.flapping.holds(now):
        standing.flapping = CALM
    is_flapping = standing.flapping.quiet_until is not None
    standing.quiet_kinds = (standing.quiet_kinds | {QuietKind.FLAP}) if is_flapping else NOTHING
    standing.state = State.NEW
    standing.owned = False
    standing.resolved_at = None
    standing.ended_by_sender = standing.expired = False
    standing.ending = ""
    standing.severity = signal.severity
    standing.escalated_from = None
    standing.flaps += 1
    if standing.flapping.holds(now):
        return IntakeDecision(Verdict.REOPENED, Lane.COUNT, Hush.FLAPPING)
    return IntakeDecision(Verdict.REOPENED, NEW_LANES[signal.severity])


def _raise(standing: SignatureStanding, signal: Signal) -> None:
    if standing.state is State.ACKED:
        standing.state = State.NEW
        standing.owned = False
        standing.ack_until = None
        standing.escalated_from = standing.severity
    standing.severity = signal.severity
    standing.flapping = CALM
    standing.quiet_kinds -= ENDED_BY_RISE
