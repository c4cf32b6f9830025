"""Alert: one open episode of a signature, and the law of how it may change.

Law: `TRANSITIONS` is the whole truth. A pair (state, trigger) that is not in it is illegal; an illegal
trigger raises `IllegalTransitionError` and nothing has changed.

Theory: *new* waits for somebody; *processing* is leased by a person or program that looks at it (the
lease runs out by itself); *acked* has an owner who took it on; *failed* is what a program gave up;
*resolved* is over, until a refire within the reopen window takes the same episode up again, or a person does:
soon after the resolve whoever had it has it again (*restore*), later nobody has (*reopen*). What is resolved
by silence is *expired*: nothing more is heard of it, and nobody has confirmed that it is over.
"""

import re
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from bot.domain.actor import Actor, is_silence
from bot.domain.alert.flap import CALM, Flapping
from bot.domain.alert.quiet import NOTHING, QuietKind
from bot.domain.alert.signal import Link, Severity
from bot.domain.errors import ConflictError, InvalidInputError
from bot.domain.transition_table import TransitionTable

_BETWEEN: Final = re.compile(r"[\s,;]+")
_REF: Final = re.compile(r"(?:a-?|#)?(\d{1,18})", re.ASCII | re.IGNORECASE)


class State(StrEnum):
    """Where an alert stands."""

    NEW = "new"
    PROCESSING = "processing"
    ACKED = "acked"
    FAILED = "failed"
    RESOLVED = "resolved"

    @property
    def open(self) -> bool:
        """Whether somebody may still have to act."""
        return self is not State.RESOLVED


class Trigger(StrEnum):
    """What can happen to an alert."""

    CLAIM = "claim"
    RELEASE = "release"
    FAIL = "fail"
    RETRY = "retry"
    ACK = "ack"
    UNACK = "unack"
    RESOLVE = "resolve"
    REFIRE = "refire"
    REOPEN = "reopen"
    RESTORE = "restore"
    LEASE_EXPIRE = "lease_expire"


TRANSITIONS: Final[TransitionTable[State, Trigger]] = TransitionTable(
    {
        (State.NEW, Trigger.CLAIM): State.PROCESSING,
        (State.NEW, Trigger.ACK): State.ACKED,
        (State.NEW, Trigger.RESOLVE): State.RESOLVED,
        (State.PROCESSING, Trigger.RELEASE): State.NEW,
        (State.PROCESSING, Trigger.LEASE_EXPIRE): State.NEW,
        (State.PROCESSING, Trigger.FAIL): State.FAILED,
        (State.PROCESSING, Trigger.ACK): State.ACKED,
        (State.PROCESSING, Trigger.RESOLVE): State.RESOLVED,
        (State.ACKED, Trigger.UNACK): State.NEW,
        (State.ACKED, Trigger.RESOLVE): State.RESOLVED,
        (State.FAILED, Trigger.RETRY): State.NEW,
        (State.FAILED, Trigger.ACK): State.ACKED,
        (State.FAILED, Trigger.RESOLVE): State.RESOLVED,
        (State.RESOLVED, Trigger.REFIRE): State.NEW,
        (State.RESOLVED, Trigger.REOPEN): State.NEW,
        (State.RESOLVED, Trigger.RESTORE): State.ACKED,
    }
)


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One episode. Times are aware UTC; ``owner`` is who acked or claimed it, None when nobody did.

    ``silent_after`` is when an episode of a sender that never resolves ends by silence (None: never).
    ``escalated_from`` is the severity it was acked at before a rise took the ack away. ``group_id`` is the
    group whose card it shares, None when it has a card of its own. ``claims`` counts how often it changed
    hands, which makes older claims void. ``attempts`` were given up with ``last_error`` since somebody last
    asked for a retry; at ``retry_at`` it is new again by itself (None: somebody has to ask).
    ``run`` counts what changed who has it, how bad it is or whether it is heard; people must know of it
    since ``loud_since``, None while they need not. ``quiet_kinds`` are its quiet reasons; an acknowledgement
    ends at ``ack_until``, None for one that does not.
    """

    id: int
    project_id: int
    source_id: int
    recurrence_id: int
    group_id: int | None = None
    signature: str
    state: State
    severity: Severity
    name: str
    severity_word: str = ""
    summary: str = ""
    description: str = ""
    labels: dict[str, str] = msgspec.field(default_factory=dict)
    links: tuple[Link, ...] = ()
    namespace: str = ""
    service: str = ""
    target: str = ""
    group_key: str = ""
    occurrences: int = 1
    flaps: int = 0
    flapping: Flapping = CALM
    opened_at: datetime
    last_seen_at: datetime
    acked_at: datetime | None = None
    resolved_at: datetime | None = None
    resolved_by: Actor | None = None
    owner: Actor | None = None
    lease_expires_at: datetime | None = None
    silent_after: datetime | None = None
    escalated_from: Severity | None = None
    claims: int = 0
    attempts: int = 0
    last_error: str = ""
    retry_at: datetime | None = None
    note: str = ""
    note_by: Actor | None = None
    run: int = 0
    loud_since: datetime | None = None
    quiet_kinds: frozenset[QuietKind] = NOTHING
    ack_until: datetime | None = None
    said: dict[str, str] = msgspec.field(default_factory=dict)
    ending: str = ""
    started_at: datetime | None = None

    @property
    def fires_since(self) -> datetime:
        """The start as people are told it: the sender's word, however long ago, if that can be true."""
        return min(self.started_at or self.opened_at, self.opened_at)

    @property
    def expired(self) -> bool:
        """Whether silence alone has ended it; a person or its sender may still confirm that it is over."""
        return self.state is State.RESOLVED and is_silence(self.resolved_by)

    @property
    def ref(self) -> str:
        """How people and programs name it: ``A-1042``."""
        return format_ref(self.id)


class IllegalTransitionError(ConflictError):
    """Says that a trigger means nothing in this state; nothing has changed."""

    def __init__(self, alert: Alert, trigger: Trigger) -> None:
        self.alert = alert
        self.trigger = trigger
        super().__init__(_explain(alert, trigger))


def _explain(alert: Alert, trigger: Trigger) -> str:
    owner = alert.owner.mention if alert.owner else "nobody"
    if alert.state is State.ACKED and trigger in {Trigger.ACK, Trigger.CLAIM}:
        return f"{alert.ref} was already acknowledged by {owner}."
    if alert.state is State.PROCESSING and trigger is Trigger.CLAIM:
        return f"{alert.ref} is already claimed by {owner}."
    if alert.state is State.RESOLVED:
        return f"{alert.ref} is already resolved; {trigger} changes nothing."
    return f"{alert.ref} is {alert.state}; {trigger} is not possible now."


def next_state(alert: Alert, trigger: Trigger) -> State:
    """The state that ``trigger`` leads to.

    Raises:
        IllegalTransitionError: the table has no such pair.
    """
    return TRANSITIONS.next_state(alert, trigger, lambda: IllegalTransitionError(alert, trigger))


def stamp(alert: Alert) -> str:
    """State and severity in two letters, e.g. ``nc``: what a button was drawn for."""
    return alert.state.value[0] + alert.severity.value[0]


def format_ref(alert_id: int) -> str:
    """``1042`` to ``A-1042``."""
    return f"A-{alert_id}"


def parse_ref(text: str) -> int:
    """Read ``A-1042``, ``a1042``, ``#1042`` or ``1042``.

    Raises:
        InvalidInputError: it is none of these.
    """
    match = _REF.fullmatch(text.strip())
    if match is None:
        raise InvalidInputError("alert", f"{text[:40]!r} is no alert; alerts look like A-1042")
    return int(match[1])


def parse_refs(text: str) -> list[int]:
    """The alerts of ``A-2, A-3``; none when any word is no ref."""
    found = [_REF.fullmatch(each) for each in _BETWEEN.split(text.strip())]
    return [int(each[1]) for each in found if each] if all(found) else []


def ref_digits(text: str) -> str:
    """The digits of what may be the beginning of a ref: ``a-10`` or ``10``; ``""`` when it is none."""
    match = _REF.fullmatch(text.strip())
    return "" if match is None else match[1]
