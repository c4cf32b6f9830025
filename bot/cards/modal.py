"""Modal: a form over the chat as plain data, in the words of Discord's JSON, as `card` has messages."""

from typing import Final

import msgspec

from bot.cards.card import Option, Payload, Select

_TEXT_INPUT: Final = 4
_LABEL: Final = 18


class Input(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A text field of a modal; ``custom_id`` is the key under which its text comes back.

    ``value`` stands in it beforehand.
    """

    custom_id: str
    label: str
    placeholder: str = ""
    paragraph: bool = False
    required: bool = True
    max_length: int = 1_000
    value: str = ""

    def to_payload(self) -> Payload:
        """Discord's label around a text input."""
        field: Payload = {
            "type": _TEXT_INPUT,
            "custom_id": self.custom_id,
            "style": 2 if self.paragraph else 1,
            "required": self.required,
            "max_length": self.max_length,
        }
        if self.placeholder:
            field["placeholder"] = self.placeholder
        if self.value:
            field["value"] = self.value
        return {"type": _LABEL, "label": self.label, "component": field}


class Pick(msgspec.Struct, frozen=True, kw_only=True):
    """A choice of a modal: one of ``options`` comes back under ``custom_id``; ``description`` explains it."""

    custom_id: str
    label: str
    options: tuple[Option, ...]
    description: str = ""

    def to_payload(self) -> Payload:
        """Discord's label around a string select."""
        select = Select(custom_id=self.custom_id, options=self.options).to_payload()
        payload: Payload = {"type": _LABEL, "label": self.label, "component": select}
        return {**payload, "description": self.description} if self.description else payload


class Modal(msgspec.Struct, frozen=True, kw_only=True):
    """A form that opens over the chat as the answer to a press."""

    custom_id: str
    title: str
    inputs: tuple[Input | Pick, ...]

    def to_payload(self) -> Payload:
        """The data of a modal answer."""
        return {
            "custom_id": self.custom_id,
            "title": self.title,
            "components": [field.to_payload() for field in self.inputs],
        }
