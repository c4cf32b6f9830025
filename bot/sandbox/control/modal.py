"""Filling in a modal as a Discord client does: required, lengths, choices; then what the bot gets."""

from typing import Any

from bot.sandbox.control.option import Resolved
from bot.sandbox.limit.component import ROW, SELECTS, STRING_SELECT, TEXT, TEXT_INPUT, interactive
from bot.sandbox.limit.modal import CHECKBOX, CHECKBOXES, RADIO
from bot.sandbox.model.error import ControlError

Json = dict[str, Any]
ENTITY_WAYS = {5: "user", 6: "role", 7: "mentionable", 8: "channel"}


def fill_in(modal: Json, fields: dict[str, Any], resolved: Resolved) -> list[Json]:
    """The components of a submit, with a value for every input.

    Raises:
        ControlError: 400 for an unknown field or a value that the modal does not take.
    """
    inputs = {component["custom_id"]: component for component in interactive(modal["components"])}
    for name in fields:
        if name not in inputs:
            raise ControlError(f"The modal has no field {name!r}; it has {', '.join(inputs)}")
    return [_part(part, fields, resolved) for part in modal["components"]]


def _part(part: Json, fields: dict[str, Any], resolved: Resolved) -> Json:
    found: Json = {"type": part["type"], "id": part["id"]}
    if part["type"] == TEXT:
        return found
    if part["type"] == ROW:
        inputs = [_input(entry, fields, resolved) for entry in part["components"]]
        return found | {"components": inputs}
    return found | {"component": _input(part["component"], fields, resolved)}


def _input(component: Json, fields: dict[str, Any], resolved: Resolved) -> Json:
    name, kind = component["custom_id"], component["type"]
    given = fields.get(name)
    found: Json = {"type": kind, "id": component["id"], "custom_id": name}
    if kind == TEXT_INPUT:
        return found | {"value": _text(component, given)}
    if kind == CHECKBOX:
        return found | {"value": component["default"] if given is None else bool(given)}
    if kind == RADIO:
        return found | {"value": _one(component, given)}
    if kind in (*SELECTS, CHECKBOXES):
        return found | {"values": choose(component, given, resolved)}
    if component.get("required"):
        raise ControlError(f"The field {name!r} wants files, which cannot be sent from here")
    return found | {"values": []}


def _text(component: Json, given: object) -> str:
    name = component["custom_id"]
    value = component.get("value", "") if given is None else given
    if not isinstance(value, str):
        raise ControlError(f"The field {name!r} must be a text")
    if not value and component["required"]:
        raise ControlError(f"The field {name!r} is required")
    low, high = component["min_length"], component["max_length"]
    if value and not low <= len(value) <= high:
        raise ControlError(f"The field {name!r} must have {low} to {high} characters")
    return value


def _defaults(component: Json) -> list[str]:
    return [option["value"] for option in component.get("options", []) if option.get("default")]


def _one(component: Json, given: object) -> str | None:
    values = [option["value"] for option in component["options"]]
    value = next(iter(_defaults(component)), None) if given is None else given
    if value is None and not component["required"]:
        return None
    if value not in values:
        raise ControlError(f"The field {component['custom_id']!r} must be one of: {', '.join(values)}")
    return str(value)


def choose(component: Json, given: object, resolved: Resolved) -> list[str]:
    """The values picked in a select or a group of checkboxes.

    Raises:
        ControlError: 400 for too few, too many, or a value that is none of the options.
    """
    name, kind = component["custom_id"], component["type"]
    values = _defaults(component) if given is None else given
    if not isinstance(values, list):
        values = [values]
    low, high = component["min_values"], component["max_values"]
    if not component.get("required", True) and not values:
        return []
    if not low <= len(values) <= high:
        raise ControlError(f"{name!r} takes {low} to {high} values")
    if kind in ENTITY_WAYS:
        look_up = getattr(resolved, ENTITY_WAYS[kind])
        found = [look_up(value) for value in values]
    else:
        known = {option["value"] for option in component["options"]}
        found = [value if value in known else None for value in values]
    if None in found:
        what = "one of its options" if kind in (STRING_SELECT, CHECKBOXES) else "known"
        raise ControlError(f"A value of {name!r} is not {what}")
    return found
