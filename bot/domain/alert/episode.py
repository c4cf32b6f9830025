"""Episode: which of an alert's lives a signal belongs to, by the sender's own times.

Law: an episode is what the sender says it is. A start that is new after a lapse begins one, also where no
resolve was heard; a start that is known is the same firing told again, and takes up nothing that its sender
has ended; an end that overtakes its firing is remembered for the reopen window.

Theory: a start tells episodes apart only together with what was heard. Replicas of one sender give starts
that lie seconds apart, and some senders stamp every message with a start of its own; so a start is new only
if it lies further behind the last word than an alert may be silent.
"""

from datetime import datetime, timedelta

import msgspec

from bot.domain.alert.signal import Severity, Signal

OLDEST = timedelta(days=30)
"""A start that is longer ago is shown as it was sent, and counts from its receipt."""


class EarlyEnd(msgspec.Struct, frozen=True, gc=False):
    """An end that came before its firing; forgotten after ``until``."""

    signature: str
    started_at: datetime | None
    ended_at: datetime
    until: datetime

    def covers(self, signal: Signal, now: datetime) -> bool:
        """Whether the firing is one that this has ended."""
        started = signal.started_at
        if started is None or now > self.until:
            return False
        return started <= (self.ended_at if self.started_at is None else self.started_at)


def early_end(signature: str, signal: Signal, window: timedelta, now: datetime) -> EarlyEnd | None:
    """What to remember of an end that nothing open answers to; without a time of its own it says nothing."""
    if signal.started_at is None and signal.ended_at is None:
        return None
    ended = min(signal.ended_at or now, now)
    return EarlyEnd(signature, signal.started_at, ended, now + window)


def is_told_again(signal: Signal, known: datetime | None) -> bool:
    """Whether an open episode's firing is said once more, e.g. because its group was sent again."""
    return signal.started_at is not None and known is not None and signal.started_at <= known


def is_late(
    signal: Signal, known: datetime | None, ended_at: datetime | None, window: timedelta, now: datetime
) -> bool:
    """Whether a firing belongs to the episode that its sender has ended, as the second of a pair says it.

    Only within the window: what is said again later fires indeed.
    """
    is_recent = ended_at is not None and now - ended_at <= window
    return is_recent and is_told_again(signal, known)


def has_lapsed(signal: Signal, known: datetime | None, last_word: datetime, span: timedelta) -> bool:
    """Whether the sender says that it began anew, after an end that was never told."""
    if signal.started_at is None or is_told_again(signal, known):
        return False
    return signal.started_at - last_word > span


def is_silent(silent_after: datetime | None, severity: Severity, now: datetime, *, owned: bool) -> bool:
    """Whether silence has ended an episode already; criticals and what somebody has never end by it."""
    over = silent_after is not None and silent_after <= now
    return over and not owned and severity is not Severity.CRITICAL


def is_of_earlier(signal: Signal, known: datetime | None) -> bool:
    """Whether a resolve is about an episode before this one."""
    if signal.ended_at is None or known is None:
        return False
    if signal.started_at is not None and signal.started_at >= known:
        return False  # it names this episode, whatever its end says
    return signal.ended_at < known


def ended(signal: Signal, opened_at: datetime, now: datetime) -> datetime:
    """When it was over: by the sender's word, if that can be true."""
    return min(max(signal.ended_at, opened_at), now) if signal.ended_at is not None else now


def began(signal: Signal, earliest: datetime | None, now: datetime) -> datetime:
    """Since when a new episode lasts: the sender's word, if it can be true.

    Not in the future, not before the episode before it was over (``earliest``); and for what is older than
    `OLDEST` the time of receipt.
    """
    started = signal.started_at
    if started is None or started < now - OLDEST:
        return now
    return min(max(started, earliest) if earliest is not None else started, now)
