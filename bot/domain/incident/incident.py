"""Incident: what people work on together, and the law of how it may change.

Law: `TRANSITIONS` is the whole truth. A pair (state, trigger) that is not in it is illegal; an illegal
trigger raises `IllegalTransitionError` and nothing has changed.

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

_REF: Final = re.compile(r"(?:i-?|#)?(\d{1,18})", re.ASCII | re.IGNORECASE)
_LEVEL: Final = re.compile(r"(?:p|sev-?)?([0-4])", re.ASCII | re.IGNORECASE)


class State(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    MITIGATING = "mitigating"
    RESOLVED = "resolved"
    CLOSED = "closed"

    @property
    def open(self) -> bool:
        """Whether it still hurts somebody."""
        return self in {State.OPEN, State.MITIGATING}


class Trigger(StrEnum):
    """What can happen to an incident."""

    MITIGATE = "mitigate"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    CLOSE = "close"
    MERGE = "merge"


TRANSITIONS: Final[Mapping[tuple[State, Trigger], State]] = MappingProxyType(
    {
        (State.OPEN, Trigger.MITIGATE): State.MITIGATING,
        (State.OPEN, Trigger.RESOLVE): State.RESOLVED,
        (State.OPEN, Trigger.MERGE): State.CLOSED,
        (State.MITIGATING, Trigger.RESOLVE): State.RESOLVED,
        (State.MITIGATING, Trigger.REOPEN): State.OPEN,
        (State.MITIGATING, Trigger.MERGE): State.CLOSED,
        (State.RESOLVED, Trigger.REOPEN): State.OPEN,
        (State.RESOLVED, Trigger.CLOSE): State.CLOSED,
        (State.RESOLVED, Trigger.MERGE): State.CLOSED,
        (State.CLOSED, Trigger.REOPEN): State.OPEN,
    }
)


class Level(StrEnum):
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


CAPS: Final[Mapping[Severity, Level]] = MappingProxyType(
    {Severity.INFO: Level.P3, Severity.WARNING: Level.P1, Severity.CRITICAL: Level.P0}
)
DEFAULTS: Final[Mapping[Severity, Level]] = MappingProxyType(
    {Severity.INFO: Level.P4, Severity.WARNING: Level.P2, Severity.CRITICAL: Level.P1}
)
UNASKED: Final = Level.P2  # of an incident without alerts
REMINDERS: Final[Mapping[Level, timedelta]] = MappingProxyType(
    {Level.P0: timedelta(minutes=15), Level.P1: timedelta(minutes=30), Level.P2: timedelta(minutes=60)}
)


class IncidentRules(msgspec.Struct, frozen=True, kw_only=True):
    """What the configuration decides for all incidents.

    Within ``dedupe_window`` of its opening or last change an open incident of the same signature or service
    takes an alert in. ``caps`` are the worst severities that alerts allow; ``reminders`` how long an incident
    may go without an update (a missing severity is never reminded); ``action_every`` is how long until a
    promise is reminded of again, zero for never. ``channel_id`` is where incidents go, a
    forum or a text channel; None is the channel of the alert.
    """

    dedupe_window: timedelta = timedelta(minutes=60)
    caps: Mapping[Severity, Level] = CAPS
    reminders: Mapping[Level, timedelta] = REMINDERS
    snooze: timedelta = timedelta(minutes=30)
    action_every: timedelta = timedelta(days=1)
    resolve_with_alerts: bool = False
    channel_id: int | None = None


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """One incident. ``summary`` is what was known at its opening, ``update`` what was last told.

    ``touched_at`` is when people last did something to it; ``update_due_at`` when they are reminded to tell
    the others more (None: never). ``thread_id`` is None until its thread stands, ``home_id`` then where
    that belongs; ``threadless`` says that there can be none, so that all is told beside the head.
    """

    id: int
    project_id: int
    state: State
    severity: Level
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
        """Its thread, as Discord links it, or its ref until there is one."""
        return self.ref if self.thread_id is None else f"<#{self.thread_id}>"


class IllegalTransitionError(ConflictError):
    """This trigger means nothing in this state; nothing has changed."""

    def __init__(self, incident: Incident, trigger: Trigger) -> None:
        self.incident = incident
        self.trigger = trigger
        super().__init__(_explain(incident, trigger))


def _explain(incident: Incident, trigger: Trigger) -> str:
    ref, state = incident.ref, incident.state
    if trigger is Trigger.REOPEN:
        return f"{ref} is open already."
    if trigger is Trigger.CLOSE and state.open:
        return f"{ref} is {state}; resolve it before you close it."
    if state.value == f"{trigger}d" or (trigger is Trigger.MITIGATE and state is State.MITIGATING):
        return f"{ref} is {state} already."
    return f"{ref} is {state}; reopen it before you {trigger} it."


def next_state(incident: Incident, trigger: Trigger) -> State:
    """The state that ``trigger`` leads to.

    Raises:
        IllegalTransitionError: the table has no such pair.
    """
    state = TRANSITIONS.get((incident.state, trigger))
    if state is None:
        raise IllegalTransitionError(incident, trigger)
    return state


def ceiling(severities: Iterable[Severity], caps: Mapping[Severity, Level] = CAPS) -> Level:
    """The worst severity that alerts of these severities allow; without alerts it is people's to say."""
    return min((caps[severity] for severity in severities), key=lambda level: level.rank, default=Level.P0)


def allowed(severity: Level, cap: Level) -> Level:
    """``severity``, if it is no worse than ``cap``.

    Raises:
        InvalidInputError: it is worse; the message names the cap.
    """
    if severity.rank < cap.rank:
        raise InvalidInputError("severity", f"its alerts allow {cap} at worst, so it cannot be {severity}")
    return severity


def worse(one: Level, other: Level) -> Level:
    """The worse of two."""
    return min(one, other, key=lambda level: level.rank)


def stamp(incident: Incident) -> str:
    """Its state in a letter: what a button was drawn for, and a press is checked by."""
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


def parse_level(text: str) -> Level:
    """Read ``P1``, ``p1``, ``sev1`` or ``1``.

    Raises:
        InvalidInputError: it is none of these.
    """
    match = _LEVEL.fullmatch(text.strip())
    if match is None:
        raise InvalidInputError("severity", f"{text[:40]!r} is none of P0 (worst), P1, P2, P3, P4")
    return Level(f"P{match[1]}")
