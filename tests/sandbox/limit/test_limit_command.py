"""The limits of modals and commands."""

from typing import Any

import pytest

from bot.sandbox.limit.command import read_commands
from bot.sandbox.limit.message import field_of
from bot.sandbox.limit.modal import read_modal
from bot.sandbox.model.error import ApiError
from tests.sandbox.desk import codes

Json = dict[str, Any]
SELECT: Json = {"type": 3, "custom_id": "s", "options": [{"label": "a", "value": "a"}]}
INPUT: Json = {"type": 4, "style": 1, "custom_id": "t", "label": "Text"}


def row(*components: Json) -> Json:
    return {"type": 1, "components": list(components)}


@pytest.mark.parametrize(
    ("modal", "errors"),
    [
        (
            {"custom_id": "m", "title": "t" * 46, "components": [row(INPUT)]},
            {"title": "BASE_TYPE_BAD_LENGTH"},
        ),
        ({"custom_id": "m", "title": "t", "components": []}, {"components": "BASE_TYPE_BAD_LENGTH"}),
        (
            {"custom_id": "m", "title": "t", "components": [row(INPUT)] * 6},
            {"components": "BASE_TYPE_BAD_LENGTH"},
        ),
        (
            {"custom_id": "m", "title": "t", "components": [row(INPUT | {"max_length": 4001})]},
            {"components.0.components.0.max_length": "NUMBER_TYPE_MAX"},
        ),
        (
            {"custom_id": "m", "title": "t", "components": [row({"type": 4, "style": 1, "custom_id": "t"})]},
            {"components.0.components.0.label": "BASE_TYPE_REQUIRED"},
        ),
        (
            {
                "custom_id": "m",
                "title": "t",
                "components": [{"type": 18, "label": "l" * 46, "component": SELECT | {"disabled": True}}],
            },
            {
                "components.0.label": "BASE_TYPE_BAD_LENGTH",
                "components.0.component.disabled": "COMPONENT_DISABLED_IN_MODAL",
            },
        ),
    ],
)
def test_a_modal_beyond_a_limit_is_refused(modal: Json, errors: dict[str, str]) -> None:
    with pytest.raises(ApiError) as caught:
        read_modal(field_of(modal))
    assert codes(caught.value.errors or {}) == errors


def option(**more: Any) -> Json:
    return {"type": 3, "name": "ref", "description": "d"} | more


def command(**more: Any) -> Json:
    return {"name": "alert", "description": "d"} | more


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ([command(name="Alert")], {"0.name": "APPLICATION_COMMAND_INVALID_NAME"}),
        ([command(name="a b")], {"0.name": "APPLICATION_COMMAND_INVALID_NAME"}),
        ([command(name="x" * 33)], {"0.name": "BASE_TYPE_BAD_LENGTH"}),
        ([command(description="")], {"0.description": "BASE_TYPE_REQUIRED"}),
        ([command(), command()], {"1.name": "APPLICATION_COMMANDS_DUPLICATE_NAME"}),
        ([command(options=[option()] * 26)], {"0.options": "BASE_TYPE_MAX_LENGTH"}),
        (
            [command(options=[option(), option(name="b", required=True)])],
            {"0.options.1": "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"},
        ),
        (
            [command(options=[option(choices=[{"name": "a", "value": "a"}] * 26)])],
            {"0.options.0.choices": "BASE_TYPE_MAX_LENGTH"},
        ),
        (
            [command(options=[option(), {"type": 1, "name": "sub", "description": "d"}])],
            {"0.options": "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"},
        ),
        (
            [command(type=3, name="Menu")],
            {"0": "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION"},
        ),
        (
            [
                command(
                    options=[
                        option(
                            name=f"o{at}",
                            description="d" * 100,
                            choices=[{"name": "n" * 90, "value": "v" * 90}] * 4,
                        )
                        for at in range(10)
                    ]
                )
            ],
            {"0": "APPLICATION_COMMAND_TOO_LARGE"},
        ),
        ([{"type": 3, "name": f"m{at}"} for at in range(16)], {"": "BASE_TYPE_MAX_LENGTH"}),
        ([command(name=f"c{at}") for at in range(101)], {"": "BASE_TYPE_MAX_LENGTH"}),
    ],
)
def test_commands_beyond_a_limit_are_refused(body: list[Json], errors: dict[str, str]) -> None:
    with pytest.raises(ApiError) as caught:
        read_commands(field_of(body))
    assert codes(caught.value.errors or {}) == errors


def test_names_of_other_scripts_and_fifteen_menus_pass() -> None:
    names = ["größe", "警報", "हिन्दी", "ไทย", "it's", "a-b_c"]
    commands = [command(name=name) for name in names] + [
        {"type": 3, "name": f"Menu {at}"} for at in range(15)
    ]
    assert len(read_commands(field_of(commands))) == len(commands)
