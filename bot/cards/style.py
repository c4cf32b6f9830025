"""Style: the signs, words and colours that mean the same on every card.

A state is readable without colour: each has a word, and signs that may be taken for one another differ in
shape. A colour is calm unless somebody should act.
"""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from bot.domain.alert.alert import Alert, State
from bot.domain.alert.signal import Severity
from bot.domain.outbox.board import BoardAlert

SEPARATOR: Final = " · "
TIMES: Final = "\u00d7"

SIGNS: Final[Mapping[Severity, str]] = MappingProxyType(
    {Severity.CRITICAL: "🔴", Severity.WARNING: "🟠", Severity.INFO: "🔵"}
)
WORDS: Final[Mapping[Severity, str]] = MappingProxyType(
    {Severity.CRITICAL: "CRITICAL", Severity.WARNING: "WARNING", Severity.INFO: "INFO"}
)
COLOURS: Final[Mapping[Severity, int]] = MappingProxyType(
    {Severity.CRITICAL: 0xE5383B, Severity.WARNING: 0xF3722C, Severity.INFO: 0x3A86FF}
)

STATES: Final[Mapping[State, tuple[str, str]]] = MappingProxyType(
    {
        State.PROCESSING: ("👀", "CLAIMED"),
        State.ACKED: ("🟨", "ACKED"),
        State.FAILED: ("⚠️", "FAILED"),
        State.RESOLVED: ("✅", "RESOLVED"),
    }
)
EXPIRED: Final = ("⚪", "QUIET")
"""What silence has ended: nobody knows whether it is over, so it is neither green nor resolved."""
ACKED: Final = 0xC9A94B
QUIET: Final = 0x8A8F98
_RESOLVED: Final = 0x2D9D5F
CALM: Final = 0x5865F2
GOOD: Final = _RESOLVED
BAD: Final = COLOURS[Severity.CRITICAL]

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR


def sign(alert: Alert | BoardAlert) -> str:
    """One emoji for state and severity together."""
    return SIGNS[alert.severity] if alert.state is State.NEW else face(alert)[0]


def face(alert: Alert | BoardAlert) -> tuple[str, str]:
    """Sign and word of a state other than new."""
    return EXPIRED if alert.expired else STATES[alert.state]


def words(alert: Alert | BoardAlert) -> str:
    """State and severity in words: ``CRITICAL`` while new, ``ACKED · CRITICAL`` and the like after."""
    word = WORDS[alert.severity]
    return word if alert.state is State.NEW else f"{face(alert)[1]}{SEPARATOR}{word}"


def banner(alert: Alert) -> str:
    """Sign and words: ``🔴 CRITICAL`` or ``🟨 ACKED · CRITICAL``."""
    return f"{sign(alert)} {words(alert)}"


def colour(alert: Alert) -> int:
    """The frame's colour, 0xRRGGBB: severity's while somebody should act."""
    if alert.state is State.RESOLVED:
        return QUIET if alert.expired else _RESOLVED
    return ACKED if alert.state is State.ACKED else COLOURS[alert.severity]


def span_of(duration: timedelta) -> str:
    """A duration in its two largest units: ``45 s``, ``12 min``, ``3 h 20 min``, ``2 d 4 h``."""
    seconds = max(0, int(duration.total_seconds()))
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < _DAY:
        hours, minutes = divmod(seconds // _MINUTE, 60)
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(seconds // _HOUR, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def times_of(count: int, *, fired: str = "") -> str:
    """``once``, or ``\u00d712``; with ``fired`` as its verb ``fired once``, ``fired 12 times``."""
    if fired:
        return f"{fired} once" if count == 1 else f"{fired} {count:,} times"
    return "once" if count == 1 else f"{TIMES}{count:,}"


def some(count: int, noun: str) -> str:
    """``1 alert``, ``1,042 alerts``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def ordinal(number: int) -> str:
    """``1st``, ``2nd``, ``3rd``, ``11th``."""
    if number // 10 % 10 == 1:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
