"""Mapping: how JSON of any shape becomes the generic JSON, by what the configuration says.

A value is a path (``$.job.name``, ``$['a b'][0]``, ``$.hosts[*]`` joined by commas), or words with paths in
braces (``{$.job} on {$.host}``), or an object with ``from`` and besides ``values`` (what the sender says to
what is meant) and ``default``. Of a list of those the first that says something counts; for ``key`` all are
joined.
"""

import re
from typing import Any, Final

import msgspec

from bot.domain.errors import InvalidInputError

MAX_PATHS: Final = 16
MAX_ALERTS: Final = 10_000
_LONGEST: Final = 512

_STEP: Final = re.compile(r"\.([\w@-]+)|\[(-?\d{1,6}|\*)\]|\['([^']*)'\]|\[\"([^\"]*)\"\]")
_PATH: Final = re.compile(rf"\$(?:{_STEP.pattern})*")
_HOLE: Final = re.compile(r"\{(\$[^{}]*)\}")
_FIELDS: Final = {
    "title": "title", "status": "status", "severity": "severity", "summary": "summary",
    "description": "description", "key": "dedupe_key", "service": "service", "host": "host",
    "namespace": "namespace", "group": "group_key", "started_at": "started_at", "ended_at": "ended_at",
}  # fmt: skip

Step = str | int | None
"""A name, a place, or None for all of a list."""


class _Rule(msgspec.Struct, frozen=True):
    """Words around paths: ``parts`` are texts and tuples of steps; ``default`` is for nothing said."""

    parts: tuple[str | tuple[Step, ...], ...]
    values: dict[str, str]
    default: str

    def read(self, payload: object) -> str:
        if len(self.parts) == 1 and not isinstance(self.parts[0], str):
            said = _said(_follow(payload, self.parts[0]))
        else:
            found = [part if isinstance(part, str) else _said(_follow(payload, part)) for part in self.parts]
            holes = [text for text, part in zip(found, self.parts, strict=True) if not isinstance(part, str)]
            said = "".join(found) if not holes or any(holes) else ""
        for name in (said, said.lower(), "*"):
            if said and name in self.values:
                return self.values[name]
        return said or self.default


class FieldMap(msgspec.Struct, frozen=True):
    """The mapping of one source."""

    each: tuple[Step, ...] | None
    fields: dict[str, tuple[_Rule, ...]]
    labels: dict[str, tuple[_Rule, ...]]
    links: dict[str, tuple[_Rule, ...]]

    def apply(self, payload: object) -> object:
        """The generic JSON that ``payload`` stands for.

        Raises:
            InvalidInputError: there is no list where the alerts should be.
        """
        if self.each is None:
            return self._one(payload)
        found = _follow(payload, self.each)
        if not isinstance(found, list):
            raise InvalidInputError("each", "leads to no list of alerts")
        return {"alerts": [self._one(item) for item in found[: MAX_ALERTS + 1]]}

    def _one(self, payload: object) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, rules in self.fields.items():
            said = _all(rules, payload) if name == "dedupe_key" else _first(rules, payload)
            if said:
                made[name] = said
        made["labels"] = {
            name: text for name, rules in self.labels.items() if (text := _first(rules, payload))
        }
        made["links"] = [
            {"title": title, "url": url}
            for title, rules in self.links.items()
            if (url := _first(rules, payload))
        ]
        return made


def read_field_map(raw: object, where: str = "mapping") -> FieldMap:
    """A mapping as the configuration writes it.

    Raises:
        InvalidInputError: it names a field that does not exist, or a path that is none.
    """
    if not isinstance(raw, dict) or not raw:
        raise InvalidInputError(where, "must be a table of fields")
    unknown = sorted(set(raw) - {*_FIELDS, "each", "labels", "links"})
    if unknown:
        raise InvalidInputError(
            f"{where}.{unknown[0]}", f"there is {', '.join([*_FIELDS, 'each, labels, links'])}"
        )
    each = None
    if "each" in raw:
        each = _read_path(raw["each"], f"{where}.each")
    fields = {
        _FIELDS[name]: _read_rules(value, f"{where}.{name}") for name, value in raw.items() if name in _FIELDS
    }
    if "title" not in fields:
        raise InvalidInputError(f"{where}.title", "is missing")
    return FieldMap(each, fields, _read_table(raw, "labels", where), _read_table(raw, "links", where))


def _read_table(raw: dict[str, Any], name: str, where: str) -> dict[str, tuple[_Rule, ...]]:
    table = raw.get(name, {})
    if not isinstance(table, dict):
        raise InvalidInputError(f"{where}.{name}", "must be a table of names and paths")
    return {str(label): _read_rules(value, f"{where}.{name}.{label}") for label, value in table.items()}


def _read_rules(value: object, where: str) -> tuple[_Rule, ...]:
    given = value if isinstance(value, list | tuple) else [value]
    if not 0 < len(given) <= MAX_PATHS:
        raise InvalidInputError(where, f"must be 1 to {MAX_PATHS} paths")
    return tuple(_read_rule(one, where) for one in given)


def _read_rule(value: object, where: str) -> _Rule:
    if isinstance(value, str):
        return _Rule(_read_words(value, where), {}, "")
    if not isinstance(value, dict) or not isinstance(value.get("from"), str):
        raise InvalidInputError(where, 'must be a path such as "$.job.name", or { from = "$.state", ... }')
    unknown = sorted(set(value) - {"from", "values", "default"})
    values = value.get("values", {})
    if unknown or not isinstance(values, dict):
        raise InvalidInputError(where, "may have from, values and default")
    translated = {str(name).lower(): str(meant) for name, meant in values.items()}
    return _Rule(_read_words(value["from"], where), translated, str(value.get("default", "")))


def _read_words(text: str, where: str) -> tuple[str | tuple[Step, ...], ...]:
    if len(text) > _LONGEST:
        raise InvalidInputError(where, f"is longer than {_LONGEST} characters")
    if text.startswith("$"):
        return (_read_path(text, where),)
    parts: list[str | tuple[Step, ...]] = []
    for place, part in enumerate(_HOLE.split(text)):
        if place % 2:
            parts.append(_read_path(part, where))
        elif part:
            parts.append(part)
    return tuple(parts)


def _read_path(text: object, where: str) -> tuple[Step, ...]:
    if not isinstance(text, str) or not _PATH.fullmatch(text):
        raise InvalidInputError(where, f"{text!r} is no path such as $.job.name, $['a b'] or $.hosts[0]")
    steps: list[Step] = []
    for name, place, quoted, double in _STEP.findall(text):
        steps.append(None if place == "*" else int(place) if place else name or quoted or double)
    return tuple(steps)


def _follow(value: object, steps: tuple[Step, ...]) -> object:
    for number, step in enumerate(steps):
        if step is None:
            items = (
                value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
            )
            return [found for item in items if (found := _follow(item, steps[number + 1 :])) is not None]
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and -len(value) <= step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
        if value is None:
            return None
    return value


def _said(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value.strip()
        case int() | float():
            return f"{value:.15g}" if isinstance(value, float) else str(value)
        case list():
            return ", ".join(filter(None, map(_said, value)))
    return ""


def _first(rules: tuple[_Rule, ...], payload: object) -> str:
    return next((said for rule in rules if (said := rule.read(payload))), "")


def _all(rules: tuple[_Rule, ...], payload: object) -> str:
    return "/".join(filter(None, (rule.read(payload) for rule in rules)))
