"""Verb: all that can be done to an alert, by people, programs, senders and time, in one table.

Law: whatever else speaks of these verbs (buttons, menus, emoji, routes, the history, timelines, calls) takes
it from here. A new verb is a row here, its transition, and its move in `bot.usecases.alert.verb`.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from bot.domain.actor import Actor
from bot.domain.alert.alert import TRANSITIONS, Alert, State, Trigger
from bot.domain.alert.ring import RingReason
from bot.domain.alert.verdict import Lane, Verdict


class AlertVerb(msgspec.Struct, frozen=True, kw_only=True):
    """``name`` stands in the audit log, in custom_ids and in the API; ``past`` in the history of an alert.

    ``trigger`` is what it does to the state, None where it leaves that alone. ``timeline`` is the kind of
    entry by which an incident's timeline tells it, ``rings`` why people are rung where it makes the alert
    loud. What people do has a ``task`` (what they lack the right to do) and, where a card offers it,
    ``label``, ``hint`` and ``emoji``; ``reaction`` is the emoji that means it on a card. ``all_of`` names it
    for many at once, and a board shows them in ``lane``.

    ``has_button`` is what a press does, ``in_menu`` what stands behind *More*, ``asks_words`` what opens a
    form first. Tokens that may acknowledge may do what ``acknowledges``; the rest of what programs do needs
    the right to claim. While a program has the alert its claim token is needed for what is ``fenced``; with
    force what is ``forced`` goes over a person's head. ``is_done`` tells whether the alert stands so already
    by this actor's doing.
    """

    name: str
    past: str
    trigger: Trigger | None = None
    task: str = ""
    label: str = ""
    hint: str = ""
    emoji: str = ""
    reaction: str = ""
    all_of: str = ""
    lane: Lane = Lane.PERSON
    timeline: str = ""
    rings: RingReason = RingReason.BACK
    has_button: bool = False
    in_menu: bool = False
    asks_words: bool = False
    acknowledges: bool = False
    fenced: bool = False
    forced: bool = False
    is_done: Callable[[Alert, Actor], bool] | None = None

    def fits(self, state: State) -> bool:
        """Whether it can be done to an alert in this state."""
        return self.trigger is None or (state, self.trigger) in TRANSITIONS

    @property
    def states(self) -> tuple[State, ...]:
        """The states in which it can be done."""
        return tuple(filter(self.fits, State))


def _is(one: Actor | None, other: Actor) -> bool:
    return one is not None and str(one) == str(other)


CLAIM: Final = AlertVerb(
    name="claim",
    past="claimed",
    trigger=Trigger.CLAIM,
    task="claim alerts",
    label="Claim",
    hint="You are looking; it waits for somebody again when the lease runs out",
    emoji="👀",
    reaction="👀",
    has_button=True,
    in_menu=True,
    is_done=lambda alert, me: alert.state is State.PROCESSING and _is(alert.owner, me),
)
RENEW: Final = AlertVerb(name="renew", past="renewed the claim", fenced=True)
FAIL: Final = AlertVerb(
    name="fail", past="gave up", trigger=Trigger.FAIL, rings=RingReason.FAILED, fenced=True
)
RETRY: Final = AlertVerb(
    name="retry",
    past="tried again",
    trigger=Trigger.RETRY,
    task="have alerts tried again",
    label="Retry",
    hint="Let programs try again, from the first attempt on",
    emoji="🔁",
    has_button=True,
    in_menu=True,
)
RELEASE: Final = AlertVerb(
    name="release",
    past="released",
    trigger=Trigger.RELEASE,
    task="release alerts",
    label="Release the claim",
    hint="Somebody else has to look; only its owner may",
    emoji="👐",
    rings=RingReason.RELEASED,
    has_button=True,
    in_menu=True,
    fenced=True,
)
UNACK: Final = AlertVerb(
    name="unack",
    past="gave it back",
    trigger=Trigger.UNACK,
    task="give alerts back",
    label="Un-acknowledge",
    hint="Give it back: it waits for somebody again",
    emoji="👐",
    timeline="alert_unacked",
    rings=RingReason.GIVEN_BACK,
    has_button=True,
    in_menu=True,
    acknowledges=True,
    forced=True,
)
ACK: Final = AlertVerb(
    name="ack",
    past="acknowledged",
    trigger=Trigger.ACK,
    task="acknowledge alerts",
    label="Acknowledge",
    hint="It is yours until it is over",
    emoji="🙋",
    reaction="✅",
    all_of="acknowledge",
    lane=Lane.COUNT,
    timeline="alert_acked",
    has_button=True,
    in_menu=True,
    acknowledges=True,
    fenced=True,
    forced=True,
    is_done=lambda alert, me: alert.state is State.ACKED and _is(alert.owner, me),
)
REOPEN: Final = AlertVerb(
    name="reopen",
    past="reopened",
    trigger=Trigger.REOPEN,
    task="reopen alerts",
    label="Reopen",
    hint="It was not over; within 10 min whoever had it has it again",
    emoji="↩️",
    timeline="alert_reopened",
    has_button=True,
    in_menu=True,
)
RESOLVE: Final = AlertVerb(
    name="resolve",
    past="resolved",
    trigger=Trigger.RESOLVE,
    task="resolve alerts",
    label="Resolve",
    all_of="resolve",
    lane=Lane.RESOLVE,
    timeline="alert_resolved",
    has_button=True,
    acknowledges=True,
    fenced=True,
    forced=True,
    is_done=lambda alert, me: alert.state is State.RESOLVED and _is(alert.resolved_by, me),
)
NOTE: Final = AlertVerb(
    name="note",
    past="noted",
    task="write notes",
    label="Note",
    timeline="note",
    has_button=True,
    asks_words=True,
    acknowledges=True,
    is_done=lambda _alert, _me: True,
)
SNOOZE: Final = AlertVerb(name="snooze", past="snoozed", task="snooze alerts", reaction="🔕")
WAKE: Final = AlertVerb(name="snooze_over", past="the snooze is over", rings=RingReason.AWAKE)
PROLONG: Final = AlertVerb(name="still_on_it", past="is still on it", task="keep alerts")
HAND_OVER: Final = AlertVerb(name="hand_over", past="handed it over")

# Of what silence has ended: two of the above by other words.
CONFIRM: Final = msgspec.structs.replace(
    RESOLVE,
    name="confirm",
    label="It is over",
    hint="You have looked: it is resolved",
    emoji="☑️",
    all_of="",
)
STILL_BROKEN: Final = msgspec.structs.replace(
    REOPEN,
    name="still_broken",
    past="still broken: reopened",
    label="Still broken",
    hint="It is open again, and calls people",
    rings=RingReason.STILL_BROKEN,
    has_button=False,
    in_menu=False,
)

# What time does.
LEASE_EXPIRE: Final = AlertVerb(
    name="lease_expire",
    past="claim ran out",
    trigger=Trigger.LEASE_EXPIRE,
    rings=RingReason.LEASE_OVER,
)
ACK_OVER: Final = AlertVerb(
    name="ack_over", past="the acknowledgement ended", trigger=Trigger.UNACK, rings=RingReason.ACK_OVER
)
EXPIRE: Final = AlertVerb(
    name="expire",
    past="nothing heard any more, and nobody confirmed that it is over",
    trigger=Trigger.RESOLVE,
)
CALM: Final = AlertVerb(name="calm", past="calm again", rings=RingReason.CALM)
SILENCE: Final = AlertVerb(name="silence", past="silenced")
UNSILENCE: Final = AlertVerb(name="silence_over", past="the silence is over", rings=RingReason.SILENCE_OVER)

# What senders do.
RAISED: Final = AlertVerb(name=Verdict.RAISED.value, past="severity rose", timeline="alert_raised")
REOPENED: Final = AlertVerb(
    name=Verdict.REOPENED.value, past="reopened", trigger=Trigger.REFIRE, timeline="alert_reopened"
)
RESOLVED: Final = AlertVerb(
    name=Verdict.RESOLVED.value, past="resolved", trigger=Trigger.RESOLVE, timeline="alert_resolved"
)

VERBS: Final[Mapping[str, AlertVerb]] = MappingProxyType(
    {value.name: value for value in tuple(globals().values()) if isinstance(value, AlertVerb)}
)
"""All of them by name, in the order in which a menu offers them."""

PRESSED: Final = tuple(each for each in VERBS.values() if each.has_button)
"""What a press does to an alert."""


def menu_of(alert: Alert) -> tuple[tuple[AlertVerb, AlertVerb], ...]:
    """What stands behind *More*: the verb that is pressed, and the one whose words it has then."""
    if alert.expired:
        return (CONFIRM, CONFIRM), (REOPEN, STILL_BROKEN)
    return tuple((each, each) for each in PRESSED if each.in_menu and each.fits(alert.state))
