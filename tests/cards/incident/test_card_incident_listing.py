"""The list of incidents names each in a line, and keeps its scope while pages turn."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.ids import parse
from bot.cards.incident import listing as incident_list
from bot.cards.incident.listing import IncidentListing, IncidentScope, decode, encode
from bot.domain.actor import Actor
from bot.domain.errors import InvalidInputError
from bot.domain.incident.action import Action
from bot.domain.incident.incident import Incident, IncidentState, Role
from tests.cards.crisis import ANN, incident, incidents, presses
from tests.cards.rules import refusals
from tests.cards.world import NOON, TAG, actors, hostile


def test_a_list_names_each_incident_in_a_line() -> None:
    shown = (incident(roles={Role.COMMANDER: ANN}, thread_id=22), incident(id=8, title="*"))
    card = incident_list.render(
        IncidentListing(incidents=shown, total=31, page=1, scope=IncidentScope.OPEN, tag=TAG)
    )
    assert card.embeds[0].description.split("\n") == [
        "🔴 I-7 **Checkout is down** · p1 · open · <t:1791201600:R> · <@77> · <#22>",
        r"🔴 I-8 **\*** · p1 · open · <t:1791201600:R>",
    ]
    assert presses(card)["INCIDENT_SHOW"] == "Open an incident"
    targets = [
        decode(parse(button["custom_id"]).extra)
        for button in card.to_payload()["components"][1]["components"]
    ]
    assert targets == [(IncidentScope.OPEN, 0), (IncidentScope.OPEN, 2)]


@pytest.mark.parametrize(
    ("scope", "said"),
    [(IncidentScope.OPEN, "No incident is open. 🌙"), (IncidentScope.ALL, "There is none.")],
)
def test_an_empty_list_is_friendly(scope: IncidentScope, said: str) -> None:
    card = incident_list.render(IncidentListing(incidents=(), total=0, page=0, scope=scope, tag=TAG))
    assert (card.embeds[0].description, card.rows) == (said, ())


def test_the_state_of_a_list_travels_and_a_foreign_one_is_refused() -> None:
    assert decode(encode(IncidentScope.CLOSED, 300)) == (IncidentScope.CLOSED, 300)
    assert IncidentScope.OPEN.states == (IncidentState.OPEN, IncidentState.MITIGATING)
    assert IncidentScope.CLOSED.states == (IncidentState.CLOSED,)
    assert IncidentScope.ALL.states is None
    for extra in ("", "open", "shut.1", "open.z"):
        with pytest.raises(InvalidInputError):
            decode(extra)


@settings(deadline=None, max_examples=30)
@given(st.lists(incidents, max_size=3).map(lambda some: tuple(some * 4)[:10]))
def test_discord_takes_any_list_of_incidents(some: tuple[Incident, ...]) -> None:
    card = incident_list.render(
        IncidentListing(incidents=some, total=len(some), page=0, scope=IncidentScope.ALL, tag=TAG)
    )
    assert refusals(card.to_payload()) == []


def test_action_items_are_a_line_each_and_the_done_ones_say_so() -> None:
    made = [action(id=3, text="alert on *the queue*", owner=ANN, due_at=NOON), action(id=4, done_at=NOON)]
    card = incident_list.render_actions(made, title="Action items of I-7")
    assert card.embeds[0].description.split("\n") == [
        r"☐ T-3 **alert on \*the queue\*** · <@77> · due <t:1791201600:R> · I-7",
        "☑️ T-4 **mend it** · nobody yet · I-7",
    ]
    assert incident_list.render_actions([], title="Action items").embeds[0].description == "There is none."


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(hostile, st.none() | actors), max_size=3))
def test_any_action_items_fit(some: list[tuple[str, Actor | None]]) -> None:
    made = [action(text=text, owner=owner) for text, owner in some * 10]
    assert refusals(incident_list.render_actions(made, title="Action items").to_payload()) == []


def action(**changes: Any) -> Action:
    ordinary: dict[str, Any] = {
        "id": 3,
        "project_id": 1,
        "incident_id": 7,
        "text": "mend it",
        "created_by": ANN,
        "created_at": NOON,
    }
    return Action(**{**ordinary, **changes})
