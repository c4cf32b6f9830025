"""Typed: the words of a person in an interaction, whether of a command or of a form.

Law: secrets leave them before anybody reads them, so that no command and no form can forget to.
"""

from typing import Final

from discord import AppCommandOptionType, ComponentType

from bot.domain.access.people import holds_secret, without_secrets

_DEEPEST: Final = 8
_TEXT: Final = frozenset({AppCommandOptionType.string.value, ComponentType.text_input.value})
"""What is typed; ids of people, roles and channels are texts too, but nobody's words."""
_CODES: Final = frozenset({"code"})
"""What is a secret by intent, spent by its first use: the code of /setup."""


def take_out_secrets(data: object) -> bool:
    """Take the secrets out of all that was typed, in place; whether there were any."""
    return _walk(data, _DEEPEST)


def _walk(data: object, levels: int) -> bool:
    if not levels or not isinstance(data, dict | list):
        return False
    if isinstance(data, list):
        return sum(_walk(each, levels - 1) for each in data) > 0  # each of them, not only up to the first
    found = False
    for name, inner in data.items():
        if name == "value" and isinstance(inner, str):
            found |= _is_typed(data) and holds_secret(inner)
        elif name != "resolved":
            found |= _walk(inner, levels - 1)
    if isinstance(words := data.get("value"), str) and _is_typed(data):
        data["value"] = without_secrets(words)
    return found


def _is_typed(part: dict[str, object]) -> bool:
    return part.get("type", ComponentType.text_input.value) in _TEXT and part.get("name") not in _CODES
