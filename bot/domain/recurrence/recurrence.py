"""Recurrence: the long life of a signature over all its episodes.

Law: what is remembered when an alert fires is a function of the episodes before it and of nothing else.
Those are over by then and do not change any more, so the line on a card says the same whenever it is drawn.
The last `BOUND` episodes are looked at, however many there were.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

import msgspec

from bot.domain.actor import Actor, ActorKind, is_silence
from bot.domain.errors import InvalidInputError
from bot.domain.recurrence.rhythm import Rhythm, find_rhythm

SPAN: Final = timedelta(days=30)
BOUND: Final = 250

_REF: Final = re.compile(r"(?:[rw]-?)?(\d{1,18})", re.ASCII | re.IGNORECASE)
_NOBODY: Final = frozenset({ActorKind.SOURCE, ActorKind.JOB})


class Episode(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One alert of the recurrence, as far as its history goes; ``acked_at`` is the first acknowledgement.

    ``owner`` is who had it in the end, None when nobody did.
    """

    alert_id: int
    opened_at: datetime
    received_at: datetime | None = None
    acked_at: datetime | None = None
    resolved_at: datetime | None = None
    resolved_by: Actor | None = None
    owner: Actor | None = None
    note: str = ""
    note_by: Actor | None = None

    @property
    def self_resolved(self) -> bool:
        """Whether it ended by its sender's word or by silence while nobody had it."""
        return self.resolved_at is not None and ends_by_itself(self.resolved_by, self.owner)

    @property
    def ended(self) -> bool:
        """Whether somebody or its sender said that it is over; silence says nothing."""
        return self.resolved_at is not None and not is_silence(self.resolved_by)

    @property
    def lasted(self) -> timedelta | None:
        """From its begin to its end; None while nobody knows that."""
        if self.resolved_at is None or not self.ended:
            return None
        return self.resolved_at - self.opened_at

    @property
    def answered_after(self) -> timedelta | None:
        """From its receipt, for before nobody could know, to the first acknowledgement."""
        return None if self.acked_at is None else self.acked_at - (self.received_at or self.opened_at)


class Remedy(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What somebody did about an earlier episode; ``by_hand`` when they ended it or said how.

    The place of that episode's card is added where it is known.
    """

    alert_id: int
    at: datetime
    who: Actor
    note: str = ""
    by_hand: bool = False
    jump_url: str = ""


class Regression(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A recurrence that was marked as fixed came back: ``owner`` is who answers for the fix."""

    fixed_at: datetime
    owner: Actor
    note: str = ""


class Fix(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Somebody said that it is mended: the recurrence's action item, closed until it comes back.

    ``regressed_at`` is when it did, with the alert ``regressed_alert_id``; the item is open again since.
    """

    at: datetime
    by: Actor
    owner: Actor
    note: str = ""
    regressed_at: datetime | None = None
    regressed_alert_id: int | None = None

    def regression(self, alert_id: int) -> Regression | None:
        """What the card of that alert has to say about it."""
        if self.regressed_alert_id is None or alert_id < self.regressed_alert_id:
            return None
        return Regression(fixed_at=self.at, owner=self.owner, note=self.note)


class Recurrence(msgspec.Struct, frozen=True, kw_only=True):
    """A signature with its sums over all times.

    ``duplicates`` were absorbed by an open episode, ``flaps`` took one up again. ``ack_time`` is the sum over
    ``acks`` episodes of the time until somebody took them on, ``resolve_time`` over ``resolves`` that until
    they were over, of which ``self_resolves`` needed nobody; for ``attention`` see `settlement`.
    """

    id: int
    project_id: int
    source_id: int
    signature: str
    name: str
    namespace: str = ""
    service: str = ""
    target: str = ""
    occurrences: int
    episodes: int
    duplicates: int
    flaps: int
    first_seen_at: datetime
    last_seen_at: datetime
    last_alert_id: int | None = None
    acks: int = 0
    ack_time: timedelta = timedelta(0)
    resolves: int = 0
    resolve_time: timedelta = timedelta(0)
    self_resolves: int = 0
    attention: timedelta = timedelta(0)
    noise_votes: int = 0
    fix: Fix | None = None

    @property
    def ref(self) -> str:
        """How people name it: ``R-12``."""
        return format_ref(self.id)


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """What the team already knows when an alert fires; the "seen before" line of its card.

    ``episodes`` counts those that opened within the last 30 days, this one included; ``more`` says that it
    stopped counting at `BOUND`. ``gap`` is the median time between two of them. Of the ``ended`` earlier ones
    ``self_resolved`` needed nobody, the slowest of these within ``self_resolved_within``.
    """

    episodes: int
    more: bool = False
    previous_at: datetime | None = None
    gap: timedelta | None = None
    ended: int = 0
    self_resolved: int = 0
    self_resolved_within: timedelta | None = None
    rhythm: Rhythm | None = None
    remedy: Remedy | None = None
    regression: Regression | None = None


class Medians(msgspec.Struct, frozen=True, kw_only=True):
    """The middle of the last episodes (None: there is none): until acknowledged, until over, between two."""

    to_ack: timedelta | None
    to_resolve: timedelta | None
    gap: timedelta | None


def remember(fired_at: datetime, earlier: Sequence[Episode]) -> Memory:
    """What was known when an alert fired; ``earlier`` are the last `BOUND` episodes before, newest first."""
    recent = [each for each in earlier if each.opened_at >= fired_at - SPAN]
    opened = [fired_at, *(each.opened_at for each in recent)]
    ended = [each for each in recent if each.ended]
    alone = [each for each in ended if each.self_resolved]
    return Memory(
        episodes=len(opened),
        more=len(recent) == BOUND,
        previous_at=earlier[0].opened_at if earlier else None,
        gap=middle([newer - older for newer, older in pairwise(opened)]),
        ended=len(ended),
        self_resolved=len(alone),
        self_resolved_within=max((each.lasted for each in alone if each.lasted is not None), default=None),
        rhythm=find_rhythm(opened),
        remedy=find_remedy(earlier),
    )


def find_remedy(earlier: Sequence[Episode]) -> Remedy | None:
    """The newest words somebody left at an episode; without any, the newest hand that was laid on one."""
    handled = [remedy for each in earlier if (remedy := _remedy(each)) is not None]
    return next((remedy for remedy in handled if remedy.note), handled[0] if handled else None)


def find_medians(newest_first: Sequence[Episode]) -> Medians:
    """The medians of some episodes."""
    opened = [each.opened_at for each in newest_first]
    return Medians(
        to_ack=middle([each.answered_after for each in newest_first if each.answered_after is not None]),
        to_resolve=middle([each.lasted for each in newest_first if each.lasted is not None]),
        gap=middle([newer - older for newer, older in pairwise(opened)]),
    )


def middle(spans: Sequence[timedelta]) -> timedelta | None:
    """The median of some durations."""
    if not spans:
        return None
    ordered, half = sorted(spans), len(spans) // 2
    return ordered[half] if len(spans) % 2 else (ordered[half - 1] + ordered[half]) / 2


def ends_by_itself(resolved_by: Actor | None, owner: Actor | None) -> bool:
    """Whether an episode that ended so had needed nobody; of one that expired nobody knows."""
    if owner is not None or resolved_by is None or is_silence(resolved_by):
        return False
    return resolved_by.kind in _NOBODY


def format_ref(recurrence_id: int) -> str:
    """``12`` to ``R-12``."""
    return f"R-{recurrence_id}"


def format_work_ref(recurrence_id: int) -> str:
    """The stable id of a recurrence's work item: ``12`` to ``W-12``."""
    return f"W-{recurrence_id}"


def parse_ref(text: str) -> int:
    """Read ``R-12``, ``W-12``, ``r12`` or ``12``.

    Raises:
        InvalidInputError: it is none of these.
    """
    match = _REF.fullmatch(text.strip())
    if match is None:
        raise InvalidInputError("recurrence", f"{text[:40]!r} is no recurrence; they look like R-12")
    return int(match[1])


def _remedy(episode: Episode) -> Remedy | None:
    author = episode.note_by if _is_hand(episode.note_by) and episode.note else None
    ender = episode.resolved_by if _is_hand(episode.resolved_by) else None
    who = author or ender or (episode.owner if _is_hand(episode.owner) else None)
    if who is None:
        return None
    return Remedy(
        alert_id=episode.alert_id,
        at=episode.opened_at,
        who=who,
        note=episode.note if author else "",
        by_hand=author is not None or ender is not None,
    )


def _is_hand(actor: Actor | None) -> bool:
    return actor is not None and actor.kind not in _NOBODY
