"""The limits of application commands."""

import unicodedata
from typing import Any

from bot.sandbox.limit.form import Field

Json = dict[str, Any]
CHAT_INPUT, USER, MESSAGE = 1, 2, 3
SUB_COMMAND, GROUP, STRING, INTEGER, CHANNEL, NUMBER = 1, 2, 3, 4, 7, 10
MAX_OF_TYPE = {CHAT_INPUT: 100, USER: 15, MESSAGE: 15}
MAX_SIZE = 8000
SCRIPTS = ("DEVANAGARI", "THAI")


def _letter_fits(letter: str) -> bool:
    if letter in "-_'":
        return True
    if unicodedata.category(letter)[0] in "LN":
        return True
    return unicodedata.name(letter, "").startswith(SCRIPTS)


def _name(field: Field) -> str:
    """A lower-case name of letters, digits, ``-``, ``_`` and ``'``."""
    name = field.text(32, low=1, required=True) or ""
    if name and (name != name.lower() or not all(_letter_fits(letter) for letter in name)):
        field.refuse("APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    return name


def _choices(field: Field, kind: int) -> list[Json]:
    found: list[Json] = []
    for entry in field["choices"].items(25):
        if not entry.table():
            continue
        value: object
        if kind == STRING:
            value = entry["value"].text(100, required=True)
        elif kind == INTEGER:
            value = entry["value"].integer(-(1 << 53), 1 << 53, required=True)
        else:
            value = entry["value"].value
        found.append({"name": entry["name"].text(100, low=1, required=True), "value": value})
    return found


def _value_option(field: Field, kind: int) -> Json:
    found: Json = {"required": field["required"].flag(), "autocomplete": field["autocomplete"].flag()}
    found["choices"] = _choices(field, kind)
    if found["autocomplete"] and found["choices"]:
        field["autocomplete"].refuse(
            "APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE", "Choices and autocomplete exclude each other"
        )
    if kind in (INTEGER, NUMBER):
        found |= {"min_value": field["min_value"].value, "max_value": field["max_value"].value}
    if kind == STRING:
        found["min_length"] = field["min_length"].integer(0, 6000)
        found["max_length"] = field["max_length"].integer(1, 6000)
    if kind == CHANNEL:
        found["channel_types"] = [entry.integer() for entry in field["channel_types"].items(25)]
    return found


def _options(field: Field, allowed: tuple[int, ...]) -> list[Json]:
    found: list[Json] = []
    names: set[str] = set()
    optional_seen = False
    for entry in field["options"].items(25):
        if not entry.table():
            continue
        kind = entry["type"].one_of(allowed, required=True) or allowed[0]
        name = _name(entry["name"])
        if name in names:
            entry["name"].refuse("APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option names must be unique")
        names.add(name)
        option: Json = {"type": kind, "name": name}
        option["description"] = entry["description"].text(100, low=1, required=True)
        if kind == GROUP:
            option["options"] = _options(entry, (SUB_COMMAND,))
        elif kind == SUB_COMMAND:
            option["options"] = _options(entry, tuple(range(3, 12)))
        else:
            option |= _value_option(entry, kind)
            if option["required"] and optional_seen:
                entry.refuse(
                    "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                    "Required options must be placed before non-required options",
                )
            optional_seen = optional_seen or not option["required"]
        found.append({key: part for key, part in option.items() if part not in (None, [], False)})
    kinds = {option["type"] for option in found}
    if kinds & {SUB_COMMAND, GROUP} and kinds - {SUB_COMMAND, GROUP}:
        field["options"].refuse(
            "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command and value options cannot be mixed"
        )
    return found


def size_of(command: Json) -> int:
    """The characters of names, descriptions and choice values that count for the 8000."""
    total = len(command.get("name") or "") + len(command.get("description") or "")
    total += sum(len(choice["name"]) + len(str(choice["value"])) for choice in command.get("choices", []))
    return total + sum(size_of(option) for option in command.get("options", []))


def read_command(field: Field) -> Json:
    """One command as stored."""
    if not field.table():
        return {}
    kind = field["type"].one_of(MAX_OF_TYPE) or CHAT_INPUT
    bits = field["default_member_permissions"].integer(0)
    found: Json = {
        "type": kind,
        "description": "",
        "default_member_permissions": None if bits is None else str(bits),
        "nsfw": field["nsfw"].flag(),
        "contexts": [entry.one_of((0, 1, 2)) for entry in field["contexts"].items(3)] or None,
        "integration_types": [entry.one_of((0, 1)) for entry in field["integration_types"].items(2)] or [0],
    }
    if kind == CHAT_INPUT:
        found["name"] = _name(field["name"])
        found["description"] = field["description"].text(100, low=1, required=True)
        found["options"] = _options(field, tuple(range(1, 12)))
    else:
        found["name"] = field["name"].text(32, low=1, required=True)
        if field["description"].value or field["options"].value:
            field.refuse("APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", "Context menus have no description")
    for key in ("name_localizations", "description_localizations"):
        found[key] = field[key].value
    if size_of(found) > MAX_SIZE:
        field.refuse("APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({MAX_SIZE})")
    return found


def read_commands(body: Field) -> list[Json]:
    """All commands of a scope as stored.

    Raises:
        ApiError: 50035 for any rule of form.
    """
    found = [read_command(entry) for entry in body.items(sum(MAX_OF_TYPE.values()), required=True)]
    seen: set[tuple[int, str]] = set()
    for at, command in enumerate(found):
        key = (command.get("type", 0), command.get("name") or "")
        if key in seen:
            body.form.refuse(
                (at, "name"),
                "APPLICATION_COMMANDS_DUPLICATE_NAME",
                "Application command names must be unique",
            )
        seen.add(key)
    for kind, most in MAX_OF_TYPE.items():
        if sum(1 for command in found if command.get("type") == kind) > most:
            body.refuse("BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
    body.form.settle()
    return found
