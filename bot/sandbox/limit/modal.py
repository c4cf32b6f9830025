"""The limits of modals."""

from collections.abc import Callable
from typing import Any

from bot.sandbox.limit.component import (
    ROW,
    SELECTS,
    TEXT,
    TEXT_INPUT,
    Layout,
    kind_of,
    read_select,
)
from bot.sandbox.limit.form import Field

Json = dict[str, Any]
MAX_PARTS = 5
LABEL, FILE_UPLOAD, RADIO, CHECKBOXES, CHECKBOX = 18, 19, 21, 22, 23
IN_LABEL = (TEXT_INPUT, *SELECTS, FILE_UPLOAD, RADIO, CHECKBOXES, CHECKBOX)


def _forbid_disabled(field: Field) -> None:
    if field["disabled"].flag():
        field["disabled"].refuse("COMPONENT_DISABLED_IN_MODAL", "Components of a modal cannot be disabled")


def _text_input(field: Field, layout: Layout, *, is_labelled: bool) -> Json:
    found = layout.begin(field, TEXT_INPUT) | {"custom_id": layout.custom_id(field)}
    found["style"] = field["style"].one_of((1, 2), required=True)
    if not is_labelled:
        found["label"] = field["label"].text(45, low=1, required=True)
    low, high = field["min_length"].integer(0, 4000), field["max_length"].integer(1, 4000)
    found["min_length"], found["max_length"] = low or 0, high or 4000
    if found["min_length"] > found["max_length"]:
        field["max_length"].refuse("BASE_TYPE_BAD_RANGE", "max_length must not be less than min_length")
    found["value"] = field["value"].text(4000)
    if found["value"] and not found["min_length"] <= len(found["value"]) <= found["max_length"]:
        field["value"].refuse("BASE_TYPE_BAD_LENGTH", "The value is outside of min_length and max_length")
    found["placeholder"] = field["placeholder"].text(100)
    found["required"] = field["required"].flag(default=True)
    return {key: part for key, part in found.items() if part is not None}


def _choices(field: Field, layout: Layout, kind: int) -> Json:
    """A radio group or a group of checkboxes."""
    found = layout.begin(field, kind) | {"custom_id": layout.custom_id(field)}
    lowest = 2 if kind == RADIO else 1
    found["options"] = [
        {
            "label": entry["label"].text(100, low=1, required=True),
            "value": entry["value"].text(100, low=1, required=True),
            "description": entry["description"].text(100),
            "default": entry["default"].flag(),
        }
        for entry in field["options"].items(10, low=lowest, required=True)
    ]
    if kind == CHECKBOXES:
        low, high = field["min_values"].integer(0, 10), field["max_values"].integer(1, 10)
        found["min_values"] = 1 if low is None else low
        found["max_values"] = len(found["options"]) if high is None else high
    return found | {"required": field["required"].flag(default=True)}


def _upload(field: Field, layout: Layout) -> Json:
    found = layout.begin(field, FILE_UPLOAD) | {"custom_id": layout.custom_id(field)}
    low, high = field["min_values"].integer(0, 10), field["max_values"].integer(1, 10)
    found |= {"min_values": 1 if low is None else low, "max_values": 1 if high is None else high}
    return found | {"required": field["required"].flag(default=True)}


def _checkbox(field: Field, layout: Layout) -> Json:
    found = layout.begin(field, CHECKBOX) | {"custom_id": layout.custom_id(field)}
    return found | {"default": field["default"].flag()}


def _labelled(field: Field, layout: Layout) -> Json:
    kind = kind_of(field, IN_LABEL)
    if kind is None:
        return {}
    _forbid_disabled(field)
    readers: dict[int, Callable[[], Json]] = {
        TEXT_INPUT: lambda: _text_input(field, layout, is_labelled=True),
        FILE_UPLOAD: lambda: _upload(field, layout),
        RADIO: lambda: _choices(field, layout, RADIO),
        CHECKBOXES: lambda: _choices(field, layout, CHECKBOXES),
        CHECKBOX: lambda: _checkbox(field, layout),
    }
    if kind in SELECTS:
        return read_select(field, layout, kind, in_modal=True)
    return readers[kind]()


def _part(field: Field, layout: Layout) -> Json:
    kind = kind_of(field, (ROW, LABEL, TEXT))
    if kind == TEXT:
        return layout.begin(field, TEXT) | {"content": field["content"].text(4000, low=1, required=True)}
    if kind == LABEL:
        found = layout.begin(field, LABEL) | {"label": field["label"].text(45, low=1, required=True)}
        if (description := field["description"].text(100)) is not None:
            found["description"] = description
        component = field["component"]
        return found | {"component": _labelled(component, layout) if component.demand() else {}}
    if kind == ROW:
        found = layout.begin(field, ROW)
        entries = field["components"].items(1, low=1, required=True)
        for entry in entries:
            if kind_of(entry, (TEXT_INPUT,)):
                _forbid_disabled(entry)
                found["components"] = [_text_input(entry, layout, is_labelled=False)]
        return found
    return {}


def read_modal(body: Field) -> Json:
    """The modal as shown: ``{custom_id, title, components}``.

    Raises:
        ApiError: 50035 for any rule of form.
    """
    layout = Layout()
    body.table()
    modal: Json = {
        "custom_id": body["custom_id"].text(100, low=1, required=True),
        "title": body["title"].text(45, low=1, required=True),
        "components": [
            _part(entry, layout) for entry in body["components"].items(MAX_PARTS, low=1, required=True)
        ],
    }
    body.form.settle()
    layout.number(modal["components"])
    return modal
