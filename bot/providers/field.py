"""Field: what providers take out of decoded JSON, forgiving all that leaves a sensible card."""

from typing import Any

from bot.domain.errors import InvalidInputError
from bot.domain.text import one_line

Object = dict[str, Any]


def read_object(payload: object, field: str = "body") -> Object:
    """``payload`` as an object.

    Raises:
        InvalidInputError: it is none.
    """
    if not isinstance(payload, dict):
        raise InvalidInputError(field, "must be an object")
    return payload


def inner(fields: Object, *names: str) -> Object:
    """The object under the first of ``names`` that holds one, else an empty one."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, dict):
            return value
    return {}


def text(fields: Object, *names: str) -> str:
    """The first of ``names`` that says something, as text; objects, lists and truths say nothing."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, str):
            if value.strip():
                return value.strip()
        elif isinstance(value, int | float) and not isinstance(value, bool):
            return f"{value:.15g}" if isinstance(value, float) else str(value)
    return ""


def need(fields: Object, *names: str, path: str = "") -> str:
    """A field's text, without which nothing can be made.

    Raises:
        InvalidInputError: none of ``names`` says anything.
    """
    found = text(fields, *names)
    if not found:
        raise InvalidInputError(path + names[0], "is missing")
    return found


def items(fields: Object, name: str) -> list[Any]:
    """The list under ``name``, else an empty one."""
    value = fields.get(name)
    return value if isinstance(value, list) else []


def flat(fields: Object, *but: str) -> dict[str, str]:
    """All fields that are texts, numbers or truths, as labels, except those named."""
    found: dict[str, str] = {}
    for name, value in fields.items():
        if name in but or not name:
            continue
        if isinstance(value, bool):
            found[name] = "true" if value else "false"
        elif said := text(fields, name):
            found[name] = said
    return found


def first_line(words: str) -> str:
    """The first line that says something, as one line."""
    return next((line for raw in words.splitlines() if (line := one_line(raw))), "")
