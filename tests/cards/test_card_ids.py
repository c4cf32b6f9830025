"""A custom_id finds its subject, whoever reads it and whenever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards.ids import CustomId, Verb, build, parse, template
from bot.domain.errors import InvalidInputError

tags = st.from_regex(r"[a-z0-9]{4,8}", fullmatch=True)
subjects = st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True)
extras = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=40)


@given(st.sampled_from(Verb), tags, subjects, extras)
def test_what_was_built_is_read_back(verb: Verb, tag: str, subject: str, extra: str) -> None:
    custom_id = build(verb, tag, subject, extra)
    assert parse(custom_id) == CustomId(verb, tag, subject, extra)
    assert len(custom_id) <= 100
    match = template(verb).fullmatch(custom_id)
    assert match is not None
    assert (match["tag"], match["subject"], match["extra"] or "") == (tag, subject, extra)


@given(st.sampled_from(Verb), st.sampled_from(Verb), tags, subjects)
def test_a_template_knows_only_its_own_verb(verb: Verb, other: Verb, tag: str, subject: str) -> None:
    assert bool(template(other).fullmatch(build(verb, tag, subject))) == (verb is other)


@given(st.text(max_size=150).filter(lambda text: ":" not in text) | st.text().map("act:k7f3:1".__add__))
def test_anything_else_is_refused_by_name(custom_id: str) -> None:
    with pytest.raises(InvalidInputError, match="custom_id"):
        parse(custom_id)


@pytest.mark.parametrize(
    "old", ["", "ack", "ack:1042", "ack:K7F3:1", "ack:k7f3:", "nuke:k7f3:1", "ack:k7f3:1\n"]
)
def test_ids_of_another_grammar_are_refused(old: str) -> None:
    with pytest.raises(InvalidInputError):
        parse(old)


def test_an_id_that_would_not_fit_is_never_built() -> None:
    with pytest.raises(InvalidInputError):
        build(Verb.PAGE, "k7f3", "alerts", "x" * 90)


def test_a_subject_is_a_number_or_says_so() -> None:
    assert parse("ack:k7f3:1042").number == 1042
    with pytest.raises(InvalidInputError):
        _ = parse("page:k7f3:alerts:0.open..0.").number
