"""Ring: one call to people about one thing, and the law of when it is due.

Law: for every open alert that nobody has, the people who must know were rung since it last got worse or came
back; nobody is rung twice for the same state. So an alert is *loud* while it is open, has no owner and no
quiet reason, and it rings when it becomes loud, when it becomes worse while it is loud, and then again by a
schedule until somebody has it.

Theory: a ring is a row with a due time. Each act that changes who has an alert, how bad it is or whether it
may be heard counts its run up in the same transaction; a ring of an earlier run is void, wherever it waits.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from bot.domain.alert.alert import Alert, State
from bot.domain.alert.signal import Severity

_MINUTE: Final = timedelta(minutes=1)


class RingReason(StrEnum):
    """What people are told."""

    NEW = "new"
    STORM = "storm"
    WORSE = "worse"
    BACK = "back"
    UNTAKEN = "untaken"
    LEASE_OVER = "lease_over"
    RELEASED = "released"
    GIVEN_BACK = "given_back"
    FAILED = "failed"
    ACK_ENDING = "ack_ending"
    ACK_OVER = "ack_over"
    CALM = "calm"
    AWAKE = "awake"
    SILENCE_OVER = "silence_over"
    STILL_BROKEN = "still_broken"
    REGRESSED = "regressed"
    INCIDENT_OPENED = "incident_opened"
    INCIDENT_WORSE = "incident_worse"


PERSONAL: Final = frozenset({RingReason.ACK_ENDING, RingReason.REGRESSED})
"""What one person is told, whoever else was rung: its owner, or who answers for what was mended."""


class RingSubject(StrEnum):
    """What a ring may be about."""

    ALERT = "alert"
    INCIDENT = "incident"


class Ring(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One call: the ``ordinal``-th of its run, due at ``due_at``.

    ``lead_id`` is the ring whose message tells it, ``channel_id`` where that message stands; None while it
    waits.
    """

    id: int = 0
    project_id: int
    subject: RingSubject
    subject_id: int
    run: int
    reason: RingReason
    ordinal: int = 1
    due_at: datetime
    created_at: datetime
    lead_id: int | None = None
    channel_id: int | None = None


class Repeats(msgspec.Struct, frozen=True):
    """When somebody is called again: after each of ``after``, then ``every`` so often (None: no more)."""

    after: tuple[timedelta, ...] = ()
    every: timedelta | None = None

    def next_after(self, since: datetime, now: datetime) -> datetime | None:
        """The first call after ``now`` of what is loud since ``since``."""
        for span in self.after:
            if since + span > now:
                return since + span
        if self.every is None:
            return None
        last = since + (self.after[-1] if self.after else timedelta(0))
        return last + self.every * ((max(now, last) - last) // self.every + 1)


NEVER: Final = Repeats()
NOTICE: Final = timedelta(minutes=15)  # before an acknowledgement ends; half its time where it is shorter
DEFAULT_REPEATS: Final[Mapping[Severity, Repeats]] = {
    Severity.CRITICAL: Repeats((5 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE), timedelta(hours=1)),
    Severity.WARNING: NEVER,
    Severity.INFO: NEVER,
}


REPEAT_CHOICES: Final[Mapping[str, tuple[str, Repeats]]] = {
    "usual": ("After 5, 15 and 30 min, then hourly", DEFAULT_REPEATS[Severity.CRITICAL]),
    "often": ("Every 5 min", Repeats((5 * _MINUTE,), 5 * _MINUTE)),
    "seldom": ("After 30 min, then every 4 hours", Repeats((30 * _MINUTE,), timedelta(hours=4))),
    "once": ("Once more, after 15 min", Repeats((15 * _MINUTE,))),
    "never": ("Never again", NEVER),
}
"""What can be chosen in Discord: a word for it, and when somebody is called again."""


DEFAULT_ACK_SPANS: Final[Mapping[Severity, timedelta]] = {Severity.CRITICAL: timedelta(hours=4)}
"""How long an acknowledgement lasts that was given without a time; others last until they are given back."""


def is_loud(alert: Alert) -> bool:
    """Whether people must know of it now."""
    return alert.state.open and alert.owner is None and not alert.quiet_kinds


def advance(before: Alert, after: Alert, now: datetime) -> Alert:
    """The alert with its run moved on, where calls that were planned for it before are void."""
    if not _rises(before, after) and _standing(before) == _standing(after):
        return after
    kept = before.loud_since if is_loud(after) else None
    since = now if rings_at_once(before, after) else kept
    return msgspec.structs.replace(after, run=before.run + 1, loud_since=since)


def rings_at_once(before: Alert, after: Alert) -> bool:
    """Whether people have to be rung because of this change."""
    return is_loud(after) and (_rises(before, after) or not is_loud(before))


def _rises(before: Alert, after: Alert) -> bool:
    return after.severity.rank > before.severity.rank


def _standing(alert: Alert) -> tuple[State, str, frozenset[str], datetime | None]:
    owner = str(alert.owner) if alert.owner else ""
    return alert.state, owner, frozenset(alert.quiet_kinds), alert.ack_until
