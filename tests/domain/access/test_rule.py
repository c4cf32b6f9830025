import json
import re

import pytest

from bot.domain.access import clue, secret_name
from bot.domain.access.rule import MARK, Rule
from bot.domain.access.secret_name import Confidence, grade
from bot.domain.access.secret_number import NUMBERS
from bot.domain.access.secret_pattern import RULES, find_suspects, is_suspicious, scrub, suspects

ALL = (*RULES, *NUMBERS)


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.name)
def test_a_rule_fires_on_its_examples_and_only_where_its_clue_stands(rule: Rule) -> None:
    for text in rule.matches:
        assert rule.spans(text), text
        assert rule in suspects(text.encode(), numbers=True), text
        assert MARK in scrub(text, numbers=True)[0]
    for text in rule.misses:
        assert not rule.spans(text), text


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.name)
def test_no_line_or_quote_around_a_secret_hides_its_clue(rule: Rule) -> None:
    """In the bytes of a request, where line breaks and quotes are escapes, as in the text itself."""
    for before, after in (("x\n", ""), ("", "\nx"), ("\t", "\t"), ('"', '"'), ("x ", " x"), ("(", ")")):
        for match in rule.matches:
            text = before + match + after
            if rule.spans(text):
                assert rule in suspects(json.dumps(text, ensure_ascii=False).encode(), numbers=True), text
                assert rule in find_suspects([text], numbers=True)[text]
                assert rule in find_suspects(["a", text, "b"], numbers=True)[text]


def test_a_name_that_tells_of_a_secret_is_seen_at_first_glance() -> None:
    parts = [
        *((word,) for word in (*secret_name._WORDS, *secret_name._ENDINGS, *secret_name._WEAK)),
        *(*secret_name._PAIRS, *secret_name._IDENTS, *secret_name._WHOLE),
    ]
    for words in parts:
        for around in (words, ("db", *words), (*words, "2"), ("my", *words, "prod")):
            camel = around[0] + "".join(word.title() for word in around[1:])
            for name in (
                "_".join(around),
                "-".join(around),
                ".".join(around),
                camel,
                "".join(around),
                "_".join(around).upper(),
            ):
                if grade(name) is not Confidence.NONE:
                    assert is_suspicious(json.dumps({name: ""}).encode()), name
                    assert name in find_suspects([name]), name


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
