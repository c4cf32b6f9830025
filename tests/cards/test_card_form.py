"""Where a choice is meant a form offers one: nothing that could be picked has to be typed."""

import ast
from pathlib import Path
from typing import Final

import pytest

from bot.cards.incident import form as forms
from bot.cards.modal import Input, Pick
from bot.domain.incident.incident import IncidentLevel

ROOT: Final = Path(__file__).parents[2]
WORDS: Final = {
    "NOTE_INPUT": "what people found",
    "TITLE_INPUT": "what is wrong",
    "UPDATE_INPUT": "how it stands",
    "_NAME": "the name of a new source",
    "_EVERY": "any span in which it has to be heard",
}
"""The fields of all forms that are typed, and what is typed there: nobody could list it beforehand."""


def test_nothing_else_is_typed_in_any_form() -> None:
    typed: dict[str, str] = {}
    for top in ("bot", "cogs"):
        for path in (ROOT / top).rglob("*.py"):
            if "sandbox" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Input":
                    named = {each.arg: ast.unparse(each.value) for each in node.keywords}
                    typed[named["custom_id"]] = path.name
    assert typed.keys() == WORDS.keys(), "a choice is a Pick; words are named above"


@pytest.mark.parametrize("alert_id", [None, 1])
@pytest.mark.parametrize("cap", list(IncidentLevel))
def test_how_bad_an_incident_is_and_who_has_its_alert_are_picked(
    alert_id: int | None, cap: IncidentLevel
) -> None:
    form = forms.open_modal("k7f3", alert_id=alert_id, title="disk", severity=cap, cap=cap)
    picks = {each.custom_id: each for each in form.inputs if isinstance(each, Pick)}
    assert {each.custom_id for each in form.inputs if isinstance(each, Input)} == {
        forms.TITLE_INPUT,
        forms.NOTE_INPUT,
    }
    offered = [option.value for option in picks[forms.SEVERITY_INPUT].options]
    assert offered == [level.value for level in IncidentLevel if level.rank >= cap.rank]
    assert [option.value for option in picks[forms.SEVERITY_INPUT].options if option.default] == [cap.value]
    assert (forms.TAKES_INPUT in picks) is (alert_id is not None)
    for field in form.to_payload()["components"]:
        assert field["type"] == 18, "Discord's Label around each"
