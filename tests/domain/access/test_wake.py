"""Whom alerts of one source wake."""

import pytest

from bot.domain.access.wake import LONGEST, MOST, Wakes, choose, chosen
from bot.domain.alert.signal import Severity
from bot.domain.errors import InvalidInputError

CRITICAL, WARNING = Severity.CRITICAL, Severity.WARNING


def test_roles_nobody_and_the_desk() -> None:
    own = chosen({}, {CRITICAL: ["dba", "@on-call", "dba"], WARNING: ["nobody"]})
    assert own == {CRITICAL: ("dba", "on-call"), WARNING: ()}
    assert choose(own, CRITICAL, ["desk"]) == {WARNING: ()}


@pytest.mark.parametrize(
    "words",
    [[], [" "], ["nobody", "dba"], ["desk", "here"], ["x"] * 3 + list("abcdef"), ["x" * (LONGEST + 1)]],
)
def test_what_says_nothing_two_things_or_too_much_is_refused(words: list[str]) -> None:
    with pytest.raises(InvalidInputError, match="ping-critical"):
        choose({}, CRITICAL, words)


def test_as_many_as_are_allowed() -> None:
    named = [f"{number}" * LONGEST for number in range(MOST)]
    kept: Wakes = choose({}, CRITICAL, named)
    assert kept[CRITICAL] == tuple(named)
