"""Typed: the words of a person in an interaction, whether of a command or of a form."""

from typing import Final

from bot.domain.access import people

_DEEPEST: Final = 8


def holds_secret(data: object) -> bool:
    """Whether something that was typed would be taken out as a secret."""
    return any(people.holds_secret(text) for text in _values(data, _DEEPEST))


def _values(data: object, levels: int) -> list[str]:
    """All texts that stand under ``value``."""
    if not levels or not isinstance(data, dict | list):
        return []
    found: list[str] = []
    for name, inner in data.items() if isinstance(data, dict) else [("", each) for each in data]:
        if name == "value" and isinstance(inner, str):
            found.append(inner)
        elif name != "resolved":
            found += _values(inner, levels - 1)
    return found
