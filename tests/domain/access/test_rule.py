import re

import pytest

from bot.domain.access import clue
from bot.domain.access.rule import MARK, Rule
from bot.domain.access.secret_number import NUMBERS
from bot.domain.access.secret_pattern import RULES, scrub, suspects

ALL = (*RULES, *NUMBERS)


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.name)
def test_a_rule_fires_on_its_examples_and_only_where_its_clue_stands(rule: Rule) -> None:
    for text in rule.matches:
        assert list(rule.find(text)), text
        assert rule in suspects(text.encode(), numbers=True), text
        assert MARK in scrub(text, numbers=True)[0]
    for text in rule.misses:
        assert not list(rule.find(text)), text


def test_rules_have_names_of_their_own() -> None:
    assert len({rule.name for rule in ALL}) == len(ALL)


def test_a_clue_looks_neither_ahead_nor_behind() -> None:
    """RE2 knows no look-around, and reads nothing else differently from `re`."""
    assert not [
        rule.name for rule in ALL if re.search(r"\(\?[=!<]|\*\+|\+\+|\\[A-Zb]", rule.clue.replace(r"\W", ""))
    ]


def test_without_re2_the_same_clues_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    clues = [rule.clue for rule in ALL]
    fast = clue.search_all(clues)
    monkeypatch.setattr(clue, "re2", None)
    slow = clue.search_all(clues)
    for rule in ALL:
        for text in (*rule.matches, *rule.misses):
            assert sorted(slow(text.encode())) == sorted(fast(text.encode())), text
