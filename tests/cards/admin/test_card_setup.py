"""The setup leads to a first alert and shows the token to one person, once."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from bot.cards.admin.setup import Made, ProviderChoice, SetupDraft, first_page, result
from bot.cards.ids import parse
from bot.domain.access.recipe import Recipe
from bot.domain.errors import InvalidInputError
from tests.cards.rules import refusals
from tests.cards.world import TAG, hostile

PROVIDERS = (
    ProviderChoice("alertmanager", "Prometheus Alertmanager", "webhook"),
    ProviderChoice("grafana", "Grafana"),
)
URL = "https://tocsin.example.com/v1/hooks/alertmanager"
MADE = Made(
    channel_id=5,
    source_id=3,
    source_name="prod-am",
    provider="alertmanager",
    url=URL,
    token="tok-1_secret_",
    recipe=Recipe("Merge it into `alertmanager.yml`.", "yaml", f"url: {URL}\ncredentials: tok-1_secret_"),
)


def test_the_first_page_asks_for_channel_and_sender() -> None:
    channel, sender, create = (
        row["components"][0] for row in first_page(SetupDraft(), PROVIDERS, TAG).to_payload()["components"]
    )
    assert (channel["type"], channel["channel_types"]) == (8, [0, 5])
    assert [option["value"] for option in sender["options"]] == ["alertmanager", "grafana"]
    assert create["disabled"]


def test_what_was_chosen_travels_along() -> None:
    chosen = SetupDraft(5, "grafana")
    channel, sender, create = (
        row["components"][0] for row in first_page(chosen, PROVIDERS, TAG).to_payload()["components"]
    )
    assert channel["default_values"] == [{"id": "5", "type": "channel"}]
    assert [option["value"] for option in sender["options"] if option.get("default")] == ["grafana"]
    assert "disabled" not in create
    assert {SetupDraft.decode(parse(part["custom_id"]).extra) for part in (channel, sender, create)} == {
        chosen
    }


def test_problems_of_the_channel_stand_in_the_way() -> None:
    payload = first_page(
        SetupDraft(5, "grafana"), PROVIDERS, TAG, problems=["Send Messages is missing"]
    ).to_payload()
    assert payload["embeds"][0]["fields"][0]["value"] == "In <#5>:\n• Send Messages is missing"
    assert payload["components"][2]["components"][0]["disabled"]


@pytest.mark.parametrize("state", ["", "5", "x.grafana", "-5.grafana"])
def test_a_foreign_state_is_refused(state: str) -> None:
    with pytest.raises(InvalidInputError):
        SetupDraft.decode(state)


def test_the_result_can_be_pasted_and_tried() -> None:
    card = result(MADE, TAG)
    first, pasted = card.embeds
    fields = {field.name: field.value for field in first.fields}
    assert fields["URL"] == f"`{URL}`"
    assert fields["Token"] == "||`tok-1_secret_`||"
    assert pasted.description == f"||```yaml\n{MADE.recipe.text}\n```||"
    (test,) = card.to_payload()["components"][0]["components"]
    assert (test["label"], test["custom_id"]) == ("Send a test alert", "test:k7f3:3")


def test_the_token_is_always_under_a_spoiler() -> None:
    text = json.dumps(result(MADE, TAG).to_payload(), ensure_ascii=False)
    assert MADE.token in text
    assert MADE.token not in re.sub(r"\|\|.*?\|\|", "", text)


def test_the_token_is_not_in_the_repr() -> None:
    assert MADE.token not in repr(MADE)


def test_an_address_that_holds_the_token_is_under_a_spoiler_too() -> None:
    made = structs.replace(MADE, url=f"{URL}/{MADE.token}")
    text = json.dumps(result(made, TAG).to_payload(), ensure_ascii=False)
    assert MADE.token not in re.sub(r"\|\|.*?\|\|", "", text)


def test_senders_that_one_select_has_no_room_for_stand_in_a_second() -> None:
    many = [ProviderChoice(f"p{number}", f"Sender {number}") for number in range(28)]
    rows = first_page(SetupDraft(5, "p27"), many, TAG).to_payload()["components"]
    selects = [row["components"][0] for row in rows[1:3]]
    assert [len(select["options"]) for select in selects] == [25, 3]
    assert [option["value"] for option in selects[1]["options"] if option.get("default")] == ["p27"]
    assert len(rows) == 4


@settings(deadline=None, max_examples=60)
@given(hostile, hostile, st.lists(hostile, max_size=9))
def test_discord_takes_any_setup(name: str, hint: str, problems: list[str]) -> None:
    choices = (ProviderChoice("generic", name, hint),)
    assert refusals(first_page(SetupDraft(5, "generic"), choices, TAG, problems=problems).to_payload()) == []
    made = Made(
        channel_id=5,
        source_id=3,
        source_name=name,
        provider="generic",
        url=URL,
        token="t" * 60,
        recipe=Recipe(hint, "sh", name),
    )
    assert refusals(result(made, TAG).to_payload()) == []
