"""Answers about incidents lead to the thread, and hostile titles mean nothing in them."""

from hypothesis import given, settings

from bot.cards.incident import answer as answers
from bot.domain.incident.incident import Incident, IncidentLevel
from tests.cards.crisis import SAFE, incident, incidents
from tests.cards.rules import meanings, refusals


def test_a_new_one_names_severity_cap_and_where_it_comes_up() -> None:
    card = answers.opened(incident(), beyond=IncidentLevel.P0, cap=IncidentLevel.P1, channel_id=5)
    assert card.content.split("\n") == [
        "🚨 Opened 🔴 I-7 **Checkout is down**, P1.",
        "⬇️ You asked for P0, but its alerts allow P1 at worst.",
        "➡️ It comes up in <#5>",
    ]


def test_one_that_took_something_in_leads_to_its_thread() -> None:
    card = answers.taken_in(incident(thread_id=22), "A-12", beyond=None, cap=IncidentLevel.P0, channel_id=5)
    assert card.content.split("\n") == [
        "🧩 No second incident was opened: 🔴 I-7 **Checkout is down**, P1, took A-12 in.",
        "➡️ <#22>",
    ]


def test_a_pin_without_words_says_so() -> None:
    card = answers.pinned(incident(), fresh=True, readable=False)
    assert card.content.split("\n") == [
        "📌 Added to the timeline of 🔴 I-7 **Checkout is down**.",
        "It has no words that could be kept, so only its author and link are.",
    ]


@settings(deadline=None, max_examples=30)
@given(incidents)
def test_any_incident_fits_and_its_title_means_nothing(any_incident: Incident) -> None:
    for card in (
        answers.opened(any_incident, beyond=IncidentLevel.P0, cap=IncidentLevel.P1, channel_id=5),
        answers.taken_in(any_incident, "A-12", beyond=None, cap=IncidentLevel.P0, channel_id=5),
        answers.done(any_incident, f"{any_incident.ref}: {any_incident.title}"),
        answers.pinned(any_incident, fresh=False, readable=True),
        answers.handed(any_incident, "x.md", any_incident.title),
    ):
        assert refusals(card.to_payload()) == []
        assert {kind for kind, _ in meanings(card.content)} <= SAFE
