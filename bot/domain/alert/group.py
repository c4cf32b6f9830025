"""Group: alerts of one cause that share one card.

Theory: the sender's own word for what belongs together is its group key, if that names anything (Alertmanager
without ``group_by`` sends ``{}:{}`` for everything); else alerts of one name and service are of one cause. A
group takes in alerts as long as each comes within a window of the one before; what comes later begins a group
of its own, so that news is never hidden in an old card. A source decides whether its alerts are grouped
from the
first on, never, or (`CardShape.AUTO`) from the third open one of a cause on: an alert alone has its own card.

Law: the first member wakes people, and so does one that is worse than all that woke them before, or that
comes when all the others are over. The rest are quiet.
"""

import hashlib
import re
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

import msgspec

from bot.domain.alert.alert import State
from bot.domain.alert.signal import Severity, Signal
from bot.domain.alert.verdict import Lane

DEFAULT_WINDOW: Final = timedelta(minutes=30)
CROWD: Final = 3
"""As many open alerts of one cause share a card where the source leaves that to the desk."""

_NAMELESS: Final = re.compile(r".*:\{\}", re.DOTALL)  # a key of Alertmanager's without any label
_CAUSE_LENGTH: Final = 32


class CardShape(StrEnum):
    """What the alerts of a source become: cards of their own until there are many, always, or never."""

    AUTO = "auto"
    ALERT = "alert"
    GROUP = "group"


class Group(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """``name`` and ``service`` are those of its first member, ``severity`` is the worst that woke people.

    ``joined_at`` is when its newest member came. ``began_as`` is the alert whose card became the group's,
    0 when it had a card of its own from the first.
    """

    id: int
    project_id: int
    source_id: int
    cause: str
    name: str
    service: str
    severity: Severity
    opened_at: datetime
    joined_at: datetime
    began_as: int = 0

    @property
    def ref(self) -> str:
        """``G-7``."""
        return format_ref(self.id)


class Joined(NamedTuple):
    """The group with its new or risen member, and whether people have to be woken once more."""

    group: Group
    wakes: bool


def format_ref(group_id: int) -> str:
    """``7`` to ``G-7``."""
    return f"G-{group_id}"


def cause_of(source_id: int, channel_id: int | None, signal: Signal) -> str:
    """The identity of a cause: alerts of a source and channel that belong together (32 hex digits)."""
    key = "" if _NAMELESS.fullmatch(signal.group_key) else signal.group_key
    kind = ("key", key) if key else ("name", signal.name, signal.service)
    return _cause(source_id, channel_id, kind)


@lru_cache(maxsize=1_024)
def _cause(source_id: int, channel_id: int | None, kind: tuple[str, ...]) -> str:
    text = "\0".join((str(source_id), str(channel_id), *kind))
    return hashlib.sha256(text.encode()).hexdigest()[:_CAUSE_LENGTH]


def admits(group: Group, now: datetime, window: timedelta) -> bool:
    """Whether an alert of its cause still belongs to it."""
    return now - group.joined_at <= window


def join(group: Group, severity: Severity, now: datetime, *, is_over: bool) -> Joined:
    """A new member; ``is_over`` says that all the others are."""
    wakes = is_over or severity.rank > group.severity.rank
    worst = severity if wakes else group.severity
    return Joined(msgspec.structs.replace(group, severity=worst, joined_at=now), wakes)


def rise(group: Group, severity: Severity) -> Joined:
    """A member became worse."""
    if severity.rank <= group.severity.rank:
        return Joined(group, wakes=False)
    return Joined(msgspec.structs.replace(group, severity=severity), wakes=True)


def lane_of(lane: Lane, *, wakes: bool) -> Lane:
    """How urgent a change of a member is for the card of all: only news and people's acts are.

    What many members do within a second is one edit.
    """
    return lane if wakes or lane is Lane.PERSON else max(lane, Lane.WARNING)


class Loner(msgspec.Struct, frozen=True, gc=False):
    """An open alert with a card of its own that may yet share one."""

    id: int
    cause: str
    severity: Severity


class KnownGroup(msgspec.Struct, frozen=True):
    """A group, whether any of its alerts is open, and the channel of its card."""

    group: Group
    is_open: bool
    channel_id: int


class MemberCount(msgspec.Struct, frozen=True, gc=False):
    """How many alerts of a group are alike; ``waits`` says that they are open and nobody has them.

    Those that are held quiet do not wait. Of those that are over silence alone has ended ``expired``.
    """

    state: State
    severity: Severity
    waits: bool
    alerts: int
    expired: int = 0
