"""Severity: senders' words for how bad it is, in our three.

Critical is what may wake somebody: with ``error`` and ``high`` senders mean the upper end of their scale
(syslog, PagerDuty, Opsgenie P2, Zabbix), so they stand here. An alert that names no severity at all is a
warning, for somebody wrote a rule for it, unless its source says otherwise; a word nobody knows is info, and
kept.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Final

from bot.domain.alert.signal import Severity
from bot.domain.text import cut, words

LONGEST_WORD: Final = 64
_PRIORITIES: Final = frozenset("12345")

WORDS: Final[Mapping[str, Severity]] = MappingProxyType(
    {
        **dict.fromkeys(
            words(
                "critical crit page emergency emerg fatal panic alert disaster severe error err high highest "
                "major urgent blocker failure"
            ),
            Severity.CRITICAL,
        ),
        **dict.fromkeys(("p0", "p1", "p2", "sev0", "sev1", "sev2"), Severity.CRITICAL),
        **dict.fromkeys(words("warning warn average medium moderate minor degraded"), Severity.WARNING),
        **dict.fromkeys(("p3", "sev3"), Severity.WARNING),
        **dict.fromkeys(
            words("info information informational notice low lowest trivial debug none ok normal"),
            Severity.INFO,
        ),
        **dict.fromkeys(("p4", "p5", "sev4", "sev5"), Severity.INFO),
    }
)


def read_priority(word: str) -> tuple[Severity, str]:
    """`read_severity` for a field that is called priority: there 1 to 5 are P1 to P5, the first the worst."""
    plain = word.strip()
    if plain in _PRIORITIES:
        return read_severity(f"p{plain}")[0], cut(plain, LONGEST_WORD)
    return read_severity(word)


absent: Final[ContextVar[Severity]] = ContextVar("absent", default=Severity.WARNING)
"""What an alert is that names no severity: its source's own default while the source's request is read."""


@contextmanager
def absent_as(severity: Severity) -> Iterator[None]:
    """What is read meanwhile and names no severity is of this one."""
    before = absent.set(severity)
    try:
        yield
    finally:
        absent.reset(before)


def read_severity(word: str) -> tuple[Severity, str]:
    """What ``word`` means to us, and the word itself where it is none of ours; "" is `absent`."""
    plain = word.strip().lower()
    if not plain:
        return absent.get(), ""
    severity = WORDS.get(plain, Severity.INFO)
    return severity, "" if severity == plain else cut(word.strip(), LONGEST_WORD)
