"""Incident: what people work on together, and the law of how it may change.

Law: `TRANSITIONS` is the whole truth. A pair (state, trigger) that is not in it is illegal; an illegal
trigger raises `IllegalIncidentTransitionError` and nothing has changed.

Theory: *open* hurts; *mitigating* hurts less and is watched; *resolved* is over, but its story is not yet
written down; *closed* is history. What did not hold is reopened, from anywhere. Merging closes an incident
in favour of another one, which then speaks for both.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import msgspec

from bot.domain.actor import Actor
from bot.domain.alert.signal import Severity
from bot.domain.errors import ConflictError, InvalidInputError
from bot.domain.incident.duration import Times
from bot.domain.transition_table import TransitionTable

_REF: Final = re.compile(r"(?:i-?|#)?(\d{1,18})", re.ASCII | re.IGNORECASE)
_LEVEL: Final = re.compile(r"(?:p|sev-?)?([0-4])", re.ASCII | re.IGNORECASE)


class IncidentState(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    MITIGATING = "mitigating"
    RESOLVED = "resolved"
    CLOSED = "closed"

    @property
    def open(self) -> bool:
        """Whether it still hurts somebody."""
        return self in {IncidentState.OPEN, IncidentState.MITIGATING}


class IncidentTrigger(StrEnum):
    """What can happen to an incident."""

    MITIGATE = "mitigate"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    CLOSE = "close"
    MERGE = "merge"


TRANSITIONS: Final[TransitionTable[IncidentState, IncidentTrigger]] = TransitionTable(
    {
        (IncidentState.OPEN, IncidentTrigger.MITIGATE): IncidentState.MITIGATING,
        (IncidentState.OPEN, IncidentTrigger.RESOLVE): IncidentState.RESOLVED,
        (IncidentState.OPEN, IncidentTrigger.MERGE): IncidentState.CLOSED,
        (IncidentState.MITIGATING, IncidentTrigger.RESOLVE): IncidentState.RESOLVED,
        (IncidentState.MITIGATING, IncidentTrigger.REOPEN): IncidentState.OPEN,
        (IncidentState.MITIGATING, IncidentTrigger.MERGE): IncidentState.CLOSED,
        (IncidentState.RESOLVED, IncidentTrigger.REOPEN): IncidentState.OPEN,
        (IncidentState.RESOLVED, IncidentTrigger.CLOSE): IncidentState.CLOSED,
        (IncidentState.RESOLVED, IncidentTrigger.MERGE): IncidentState.CLOSED,
        (IncidentState.CLOSED, IncidentTrigger.REOPEN): IncidentState.OPEN,
    }
)


class IncidentLevel(StrEnum):
    """How bad an incident is; P0 is the worst."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"

    @property
    def rank(self) -> int:
        """0 for P0, the worst, 4 for P4."""
        return int(self.value[1])


class Role(StrEnum):
    """Who does what; each is held by one person at a time."""

    COMMANDER = "commander"
    SCRIBE = "scribe"
    COMMUNICATIONS = "communications"


CAPS: Final[Mapping[Severity, IncidentLevel]] = MappingProxyType(
    {Severity.INFO: IncidentLevel.P3, Severity.WARNING: IncidentLevel.P1, Severity.CRITICAL: IncidentLevel.P0}
)
DEFAULTS: Final[Mapping[Severity, IncidentLevel]] = MappingProxyType(
    {Severity.INFO: IncidentLevel.P4, Severity.WARNING: IncidentLevel.P2, Severity.CRITICAL: IncidentLevel.P1}
)
UNASKED: Final = IncidentLevel.P2  # of an incident without alerts
REMINDERS: Final[Mapping[IncidentLevel, timedelta]] = MappingProxyType(
    {
        IncidentLevel.P0: timedelta(minutes=15),
        IncidentLevel.P1: timedelta(minutes=30),
        IncidentLevel.P2: timedelta(minutes=60),
    }
)


class IncidentRules(msgspec.Struct, frozen=True, kw_only=True):
    """What the configuration decides for all incidents.

    Within ``dedupe_window`` of its opening or last change an open incident of the same signature or service
    takes an alert in. ``caps`` are the worst severities that alerts allow; ``reminders`` how long an incident
    may go without an update (a missing severity is never reminded); ``action_every`` is how long until a
    promise is reminded of again, zero for never. ``channel_id`` is where incidents go, a
    forum or a text channel; None is the channel of the alert. ``status_channel_id`` gets
    the updates besides.
    """

    dedupe_window: timedelta = timedelta(minutes=60)
    caps: Mapping[Severity, IncidentLevel] = CAPS
    reminders: Mapping[IncidentLevel, timedelta] = REMINDERS
    snooze: timedelta = timedelta(minutes=30)
    action_every: timedelta = timedelta(days=1)
    resolve_with_alerts: bool = False
    channel_id: int | None = None
    status_channel_id: int | None = None


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """One incident. ``summary`` is what was known at its opening, ``update`` what was last told.

    ``touched_at`` is when people last did something to it; ``update_due_at`` when they are reminded to tell
    the others more (None: never). ``thread_id`` is None until its thread stands, ``home_id`` then where
    that belongs; ``threadless`` says that there can be none, so that all is told beside the head.
    """

    id: int
    project_id: int
    state: IncidentState
    severity: IncidentLevel
    title: str
    summary: str = ""
    service: str = ""
    roles: dict[Role, Actor] = msgspec.field(default_factory=dict)
    idempotency_key: str | None = None
    home_id: int | None = None
    thread_id: int | None = None
    threadless: bool = False
    opened_by: Actor
    opened_at: datetime
    touched_at: datetime
    times: Times
    closed_at: datetime | None = None
    update: str = ""
    updated_at: datetime | None = None
    updated_by: Actor | None = None
    update_due_at: datetime | None = None
    merged_into_id: int | None = None

    @property
    def ref(self) -> str:
        """How people and programs name it: ``I-7``."""
        return format_ref(self.id)

    @property
    def mention(self) -> str:
        """The incident's thread, as Discord links it, or its ref until there is one."""
        return self.ref if self.thread_id is None else f"<#{self.thread_id}>"


class IllegalIncidentTransitionError(ConflictError):
    """Says that a trigger means nothing in this state; nothing has changed."""

    def __init__(self, incident: Incident, trigger: IncidentTrigger) -> None:
        self.incident = incident
        self.trigger = trigger
        super().__init__(_explain(incident, trigger))


def _explain(incident: Incident, trigger: IncidentTrigger) -> str:
    ref, state = incident.ref, incident.state
    if trigger is IncidentTrigger.REOPEN:
        return f"{ref} is open already."
    if trigger is IncidentTrigger.CLOSE and state.open:
        return f"{ref} is {state}; resolve it before you close it."
    if state.value == f"{trigger}d" or (
        trigger is IncidentTrigger.MITIGATE and state is IncidentState.MITIGATING
    ):
        return f"{ref} is {state} already."
    return f"{ref} is {state}; reopen it before you {trigger} it."


def next_state(incident: Incident, trigger: IncidentTrigger) -> IncidentState:
    """The state that ``trigger`` leads to.

    Raises:
        IllegalIncidentTransitionError: the table has no such pair.
    """
    return TRANSITIONS.next_state(
        incident, trigger, lambda: IllegalIncidentTransitionError(incident, trigger)
    )


def ceiling(severities: Iterable[Severity], caps: Mapping[Severity, IncidentLevel] = CAPS) -> IncidentLevel:
    """The worst severity that alerts of these severities allow; without alerts it is people's to say."""
    return min(
        (caps[severity] for severity in severities), key=lambda level: level.rank, default=IncidentLevel.P0
    )


def allowed(severity: IncidentLevel, cap: IncidentLevel) -> IncidentLevel:
    """``severity``, if it is no worse than ``cap``.

    Raises:
        InvalidInputError: it is worse; the message names the cap.
    """
    if severity.rank < cap.rank:
        raise InvalidInputError("severity", f"its alerts allow {cap} at worst, so it cannot be {severity}")
    return severity


def clamp(severity: IncidentLevel, cap: IncidentLevel) -> IncidentLevel:
    """``severity``, or the cap where it is worse than that."""
    return max(severity, cap, key=lambda level: level.rank)


def worse(one: IncidentLevel, other: IncidentLevel) -> IncidentLevel:
    """The worse of two."""
    return min(one, other, key=lambda level: level.rank)


def stamp(incident: Incident) -> str:
    """The incident's state in a letter: what a button was drawn for, and a press is checked by."""
    return incident.state.value[0]


def format_ref(incident_id: int) -> str:
    """``7`` to ``I-7``."""
    return f"I-{incident_id}"


def parse_ref(text: str) -> int:
    """Read ``I-7``, ``i7``, ``#7`` or ``7``.

    Raises:
        InvalidInputError: it is none of these.
    """
    match = _REF.fullmatch(text.strip())
    if match is None:
        raise InvalidInputError("incident", f"{text[:40]!r} is no incident; incidents look like I-7")
    return int(match[1])


def ref_digits(text: str) -> str:
    """The digits of what may be the beginning of a ref: ``i-1`` or ``1``; ``""`` when it is none."""
    match = _REF.fullmatch(text.strip())
    return "" if match is None else match[1]


def parse_level(text: str) -> IncidentLevel:
    """Read ``P1``, ``p1``, ``sev1`` or ``1``.

    Raises:
        InvalidInputError: it is none of these.
    """
    match = _LEVEL.fullmatch(text.strip())
    if match is None:
        raise InvalidInputError("severity", f"{text[:40]!r} is none of P0 (worst), P1, P2, P3, P4")
    return IncidentLevel(f"P{match[1]}")
