"""Settlement: what a change of an episode adds to the sums of its recurrence.

Law: the sums are those over all episodes as they stand now. An end counts once, and is taken back when the
same episode is taken up again; what silence ends does not count, for nobody knows whether it is over. So each
change adds the difference between what the episode weighed before and what it weighs after. Attention alone
only grows: it is the time that somebody had acknowledged the episode, at most `LONGEST` at a stretch, for an
ack forgotten over the weekend is not a weekend's work.
"""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from bot.domain.alert.alert import Alert, State
from bot.domain.alert.verdict import SignatureStanding
from bot.domain.recurrence.recurrence import ends_by_itself

LONGEST: Final = timedelta(hours=4)
_ZERO: Final = timedelta(0)


class EpisodeState(msgspec.Struct, frozen=True, gc=False):
    """How an episode stands, as far as the sums care."""

    state: State
    opened_at: datetime
    acked_at: datetime | None
    resolved_at: datetime | None
    self_resolved: bool
    expired: bool = False

    @classmethod
    def of(cls, alert: Alert) -> "EpisodeState":
        """The course of an alert."""
        is_over = alert.state is State.RESOLVED
        self_resolved = is_over and ends_by_itself(alert.resolved_by, alert.owner)
        return cls(
            alert.state, alert.opened_at, alert.acked_at, alert.resolved_at, self_resolved, alert.expired
        )


class StatsDelta(msgspec.Struct, frozen=True, gc=False):
    """The differences; all but ``attention`` may be negative."""

    resolves: int = 0
    resolve_time: timedelta = _ZERO
    self_resolves: int = 0
    attention: timedelta = _ZERO

    def __add__(self, other: "StatsDelta") -> "StatsDelta":
        return StatsDelta(
            self.resolves + other.resolves,
            self.resolve_time + other.resolve_time,
            self.self_resolves + other.self_resolves,
            self.attention + other.attention,
        )

    def __bool__(self) -> bool:
        return bool(self.resolves or self.resolve_time or self.self_resolves or self.attention)


NOTHING: Final = StatsDelta()


def settle(before: EpisodeState | None, after: EpisodeState, now: datetime) -> StatsDelta:
    """What changed at ``now``; ``before`` is None for an episode that did not exist."""
    resolves, lasted, alone = _weigh(after)
    attention = _ZERO
    if before is not None:
        resolves_before, lasted_before, alone_before = _weigh(before)
        resolves, lasted, alone = (
            resolves - resolves_before,
            lasted - lasted_before,
            alone - alone_before,
        )
        attention = _attention(before, after, now)
    return StatsDelta(resolves, lasted, alone, attention)


def settle_standing(before: EpisodeState | None, standing: SignatureStanding, now: datetime) -> StatsDelta:
    """What changes in the sums when intake has folded signals; only a source moves a signature there."""
    if before is not None and (standing.state, standing.resolved_at, standing.expired) == (
        before.state,
        before.resolved_at,
        before.expired,
    ):
        return NOTHING
    alone = standing.state is State.RESOLVED and not standing.owned
    after = EpisodeState(
        standing.state, standing.opened_at, None, standing.resolved_at, alone, standing.expired
    )
    return settle(before, after, now)


def _weigh(course: EpisodeState) -> tuple[int, timedelta, int]:
    if course.state is not State.RESOLVED or course.resolved_at is None or course.expired:
        return 0, _ZERO, 0
    return 1, course.resolved_at - course.opened_at, int(course.self_resolved)


def _attention(before: EpisodeState, after: EpisodeState, now: datetime) -> timedelta:
    if before.state is not State.ACKED or after.state is State.ACKED or before.acked_at is None:
        return _ZERO
    return min(max(now - before.acked_at, _ZERO), LONGEST)


class KnownRecurrence(msgspec.Struct):
    """What is known of a signature before a batch: its row's id and how its last episode stands.

    ``course`` is that episode as the sums knew it; unlike ``standing`` it does not move.
    """

    recurrence_id: int
    standing: SignatureStanding | None
    course: EpisodeState | None = None


class RecurrenceTally(msgspec.Struct):
    """What one batch adds to a recurrence; ``channel_id`` is where the alert is shown that it opened."""

    occurrences: int = 0
    episodes: int = 0
    duplicates: int = 0
    flaps: int = 0
    last_alert_id: int = 0
    channel_id: int | None = None
