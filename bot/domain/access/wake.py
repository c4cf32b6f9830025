"""Wake: whom alerts of one source wake, where that is not for the desk to say."""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from bot.domain.alert.signal import Severity
from bot.domain.errors import InvalidInputError

NOBODY: Final = "nobody"
DESK: Final = "desk"
MOST: Final = 5
LONGEST: Final = 100  # Discord's limit for the name of a role

Wakes: TypeAlias = Mapping[Severity, tuple[str, ...]]
"""Names or ids of roles, ``here``, ``everyone``; an empty tuple is nobody, what is missing is the desk's."""


def choose(before: Wakes, severity: Severity, words: Sequence[str]) -> Wakes:
    """Alerts of this severity wake these words, nobody, or whom the desk says.

    Raises:
        InvalidInputError: these are too many or too long, or say two things at once.
    """
    named = tuple(dict.fromkeys(filter(None, (word.strip().removeprefix("@") for word in words))))
    field = f"ping-{severity.value}"
    if not named:
        raise InvalidInputError(
            field, f"name a role, here, everyone, {NOBODY}, or {DESK} for the desk's choice"
        )
    if len(named) > 1 and {NOBODY, DESK} & set(named):
        raise InvalidInputError(field, f"{NOBODY} and {DESK} stand alone")
    if len(named) > MOST or any(len(word) > LONGEST for word in named):
        raise InvalidInputError(field, f"at most {MOST} roles of at most {LONGEST} characters")
    kept = {each: roles for each, roles in before.items() if each is not severity}
    if named == (DESK,):
        return kept
    return {**kept, severity: () if named == (NOBODY,) else named}


def chosen(before: Wakes, words: Mapping[Severity, Sequence[str]]) -> Wakes:
    """The chosen wakes of several severities.

    Raises:
        InvalidInputError: one of them cannot be.
    """
    for severity, each in words.items():
        before = choose(before, severity, each)
    return before
