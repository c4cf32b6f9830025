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


class Look(NamedTuple):
    """How an alert stands; ``owner`` is such as ``person:1234``, empty when nobody has it.

    Of an incident only the state is told.
    """

    state: str
    severity: str
    owner: str


Deed: TypeAlias = Callable[[Look], Look | None]


def fire(severity: str) -> Deed:
    """The sender says that it is so (still, or again)."""

    def deed(look: Look) -> Look:
        if look.state == "resolved":
            return Look("new", severity, "")
        if look.state == "acked" and RANKS[severity] > RANKS[look.severity]:
            return Look("new", severity, "")
        return look._replace(severity=severity)

    return deed


def resolve(look: Look) -> Look:
    """The sender says that it is over."""
    return look._replace(state="resolved")


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
    return look._replace(state="resolved") if look.state != "resolved" else None


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
    return {ACK: ack(who), CLAIM: claim(who), SIREN: escalate(who)}[emoji]


def take_emoji(who: str, emoji: str) -> Deed:
    """An emoji is taken back: so is what it did, if that still stands; nobody takes an incident back."""
    if emoji == SIREN:
        return leave
    if emoji == CLAIM:
        return release(who)
    return lambda look: unack(look) if look.owner == who else None
