"""Scopes: what a token may do follows from what it was granted, and from nothing else."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.access.token import IMPLIED, Scope, Token, parse_name, parse_scopes
from bot.domain.actor import ActorKind, person
from bot.domain.errors import InvalidInputError

scopes = st.sets(st.sampled_from(Scope))


def token(*granted: Scope) -> Token:
    return Token(
        id=1,
        project_id=1,
        project="default",
        name="ci",
        scopes=granted,
        created_at=datetime(2026, 11, 21, tzinfo=UTC),
        created_by=person(1, "Anna"),
    )


def reach(*granted: Scope) -> set[Scope]:
    return {scope for scope in Scope if token(*granted).allows(scope)}


@given(scopes, scopes)
def test_tokens_reach_what_their_scopes_reach_one_by_one(one: set[Scope], other: set[Scope]) -> None:
    assert reach(*one, *other) == reach(*one) | reach(*other)
    assert reach(*one) >= one


def test_nothing_granted_is_nothing_allowed() -> None:
    assert reach() == set()


def test_what_is_implied_implies_nothing_more() -> None:
    for scope, implied in IMPLIED.items():
        assert reach(scope) == {scope, *implied} == reach(scope, *implied)


def test_who_may_write_may_read_what_it_wrote() -> None:
    readable = {scope.partition(".")[0] for scope in Scope if scope.endswith(".read")}
    for scope in Scope:
        noun, _, verb = scope.partition(".")
        if verb == "write" and noun in readable:
            assert Scope(f"{noun}.read") in reach(scope)


def test_reading_never_leads_to_writing() -> None:
    readers = [scope for scope in Scope if scope.endswith(".read")]
    assert not {scope for scope in reach(*readers) if scope.endswith(".write")}


def test_a_program_is_named_after_its_token() -> None:
    actor = token(Scope.ALERTS_READ).actor
    assert (actor.kind, str(actor), actor.name) == (ActorKind.PROGRAM, "program:ci", "ci (API token)")


@given(st.lists(st.sampled_from([scope.value for scope in Scope]), min_size=1))
def test_scopes_are_kept_once_and_in_order(words: list[str]) -> None:
    read = parse_scopes(words)
    assert set(read) == set(words)
    assert list(read) == [scope for scope in Scope if scope in read]


@pytest.mark.parametrize("words", [[], ["alerts"], ["alerts.read", "alerts.delete"], [""], ["ALERTS.READ"]])
def test_other_words_are_refused_with_those_there_are(words: list[str]) -> None:
    with pytest.raises(InvalidInputError, match=r"incidents\.write"):
        parse_scopes(words)


@pytest.mark.parametrize("name", ["", "CI", "a b", "-x", "x" * 65, "ü", "a/b", "a:b"])
def test_odd_names_are_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match="project"):
        parse_name(name, "project")
