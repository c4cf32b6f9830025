"""Deed: what senders and people do to an alert, told a second time and in the simplest way.

This is the oracle: it must not be derived from the domain it judges. A deed makes of one look the next, or
says that it is impossible.
"""

from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

RANKS: Final = {"info": 0, "warning": 1, "critical": 2}
ACK: Final = "✅"
CLAIM: Final = "👀"
SIREN: Final = "🚨"
BELL: Final = "🔕"
LONG: Final = "+"
"""After who snoozed it: for longer than an emoji does."""


class Look(NamedTuple):
    """How an alert stands; ``owner`` is such as ``person:1234``, empty when nobody has it.

    ``snooze`` is who let nobody be rung for it. Of an incident only the state is told.
    """

    state: str
    severity: str
    owner: str
    snooze: str = ""


Deed: TypeAlias = Callable[[Look], Look | None]


def fire(severity: str) -> Deed:
    """The sender says that it is so (still, or again)."""

    def deed(look: Look) -> Look:
        if look.state == "resolved":
            return Look("new", severity, "")
        if RANKS[severity] <= RANKS[look.severity]:
            return look._replace(severity=severity)
        state, owner = ("new", "") if look.state == "acked" else (look.state, look.owner)
        return Look(state, severity, owner)

    return deed


def resolve(look: Look) -> Look:
    """The sender says that it is over."""
    return look._replace(state="resolved", snooze="")


def ack(who: str) -> Deed:
    """Somebody takes it on."""
    return lambda look: (
        look._replace(state="acked", owner=who) if look.state in {"new", "processing"} else None
    )


def unack(look: Look) -> Look | None:
    """Somebody gives it back."""
    return look._replace(state="new", owner="") if look.state == "acked" else None


def claim(who: str) -> Deed:
    """Somebody looks at it."""
    return lambda look: look._replace(state="processing", owner=who) if look.state == "new" else None


def release(who: str) -> Deed:
    """Who looked at it does no more."""
    return lambda look: (
        look._replace(state="new", owner="") if (look.state, look.owner) == ("processing", who) else None
    )


def finish(look: Look) -> Look | None:
    """Somebody says that it is over."""
    return look._replace(state="resolved", snooze="") if look.state != "resolved" else None


def snooze(who: str) -> Deed:
    """Somebody lets nobody be rung for long."""
    return lambda look: look._replace(snooze=who + LONG) if look.state != "resolved" else None


def strike(who: str) -> Deed:
    """Somebody lets nobody be rung for half an hour, but never for less than it was snoozed."""
    return lambda look: (
        look._replace(snooze=who) if look.state != "resolved" and LONG not in look.snooze else None
    )


def wake(who: str) -> Deed:
    """Whoever snoozed it lets people be rung again."""
    return lambda look: look._replace(snooze="") if look.snooze.removesuffix(LONG) == who else None


def hand_over(who: str, heir: str) -> Deed:
    """Who has it does no more, and somebody else has said the same."""
    return lambda look: look._replace(owner=heir) if (look.state, look.owner) == ("acked", who) else None


def escalate(who: str) -> Deed:
    """Somebody calls for more people, and has what nobody had."""
    return lambda look: (
        look._replace(state="acked", owner=who) if (look.state, look.owner) == ("new", "") else look
    )


def mitigate(look: Look) -> Look | None:
    """Somebody says that an incident hurts less."""
    return look._replace(state="mitigating") if look.state == "open" else None


def end(look: Look) -> Look | None:
    """Somebody says that an incident is over."""
    return look._replace(state="resolved") if look.state in {"open", "mitigating"} else None


def reopen(look: Look) -> Look | None:
    """Somebody says that an incident is not over, or hurts as before."""
    return look._replace(state="open") if look.state != "open" else None


def leave(look: Look) -> Look:
    """The alert stays as it is."""
    return look


def set_emoji(who: str, emoji: str) -> Deed:
    """An emoji appears on the card."""
    return {ACK: ack(who), CLAIM: claim(who), SIREN: escalate(who), BELL: strike(who)}[emoji]


def take_emoji(who: str, emoji: str, heir: str = "") -> Deed:
    """An emoji is taken back: so is what it did, if that still stands; nobody takes an incident back.

    An acknowledgement goes to its ``heir``, if there is somebody who set the same emoji.
    """
    if emoji == SIREN:
        return leave
    if emoji in {CLAIM, BELL}:
        return release(who) if emoji == CLAIM else wake(who)
    if heir:
        return hand_over(who, heir)
    return lambda look: unack(look) if look.owner == who else None
