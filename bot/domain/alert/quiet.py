"""Quiet reason: why nobody is rung for an alert although it is open and nobody has it.

Law: an alert is loud only while its set of quiet reasons is empty, and nothing else may withhold a ring. A
reason holds rings, never truth: the card shows what is the case, until when it is quiet and by whom. What
gets worse is loud again.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from bot.domain.actor import Actor


class QuietKind(StrEnum):
    """Why; an alert has one reason of a kind at most."""

    FLAP = "flap"
    SNOOZE = "snooze"
    SILENCE = "silence"


class Quiet(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """``until`` is None when only a change of the alert ends it."""

    kind: QuietKind
    by: Actor
    since: datetime
    until: datetime | None = None


ENDED_BY_RISE: Final = frozenset({QuietKind.FLAP, QuietKind.SNOOZE})
ENDED_BY_RESOLVE: Final = frozenset({QuietKind.SNOOZE})
NOTHING: Final[frozenset[QuietKind]] = frozenset()


def write_kinds(kinds: frozenset[QuietKind]) -> str | None:
    """As one word for a row; None for the empty set."""
    return " ".join(sorted(kinds)) or None


def read_kinds(text: str | None) -> frozenset[QuietKind]:
    """What `write_kinds` wrote."""
    return NOTHING if text is None else frozenset(map(QuietKind, text.split()))
