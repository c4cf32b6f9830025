"""Answers are short, keep their signs, and call nobody."""

import pytest
from hypothesis import given

from bot.cards import answer
from bot.cards.card import Card
from bot.domain.actor import person
from bot.domain.alert.alert import IllegalTransitionError, State, Trigger
from bot.domain.errors import InvalidInputError, NotDurableError, NotFoundError, TocsinError
from tests.cards.rules import meanings, refusals
from tests.cards.world import alert, hostile


def conflict() -> TocsinError:
    acked = alert(state=State.ACKED, owner=person(77, "ann"))
    return IllegalTransitionError(acked, Trigger.ACK)


@pytest.mark.parametrize(
    ("card", "said"),
    [
        (answer.done("A-1042 acknowledged."), "✅ A-1042 acknowledged."),
        (answer.refused("resolve alerts", [5, 6]), "🔒 To resolve alerts you need the role <@&5> or <@&6>."),
        (
            answer.refused("resolve alerts", []),
            "🔒 Nobody may resolve alerts here yet: an administrator has to name a role for it.",
        ),
        (answer.stale(), "🕰️ This button is out of date. `/alert list` shows what is open now."),
        (answer.explain(conflict()), "✋ A-1042 was already acknowledged by <@77>."),
        (answer.explain(NotFoundError("alert", "A-9")), "❓ There is no alert A-9 on this desk."),
        (
            answer.explain(InvalidInputError("alert", "'@everyone' is none")),
            "❓ alert: '@\u200beveryone' is none",
        ),
        (
            answer.explain(NotDurableError("The disk is full.", retry_after=7)),
            "💥 Nothing was changed: The disk is full. Please try again in 7 s.",
        ),
        (answer.explain(TocsinError("no")), "💥 no"),
        (
            answer.failed("e-1f2c"),
            "💥 That went wrong and was written to the log as e-1f2c. Nothing more is known yet.",
        ),
    ],
)
def test_an_answer_says_what_happened(card: Card, said: str) -> None:
    assert card.content == said
    assert not card.ping


def test_a_card_of_another_database_says_so() -> None:
    assert "another Tocsin database" in answer.foreign().content


@given(hostile)
def test_no_stranger_speaks_through_an_answer(wild: str) -> None:
    for card in (
        answer.done(wild),
        answer.explain(InvalidInputError("note", wild)),
        answer.refused(wild, [5]),
    ):
        assert refusals(card.to_payload()) == []
        assert {kind for kind, _ in meanings(card.content)} <= {"user", "role"}
        assert card.content.count("<@&") == (1 if card.content.startswith("🔒") else 0)
