"""Redaction: secrets leave a request before anything is stored, logged or shown.

What a secret is stands in `secret` (by name) and `leak` (in running text). Here is the walk over decoded
JSON. Redacting twice changes nothing.
"""

import re
from typing import Final

import msgspec

from bot.domain.access.secret_name import is_secret_name
from bot.domain.access.secret_object import names_secret_object
from bot.domain.access.secret_pattern import ANY_CLUE, CLUES, MARK, scrub

RULES_VERSION: Final = 2
"""Stored beside every event; raised with every change of the rules."""

DEEPEST: Final = 64
"""Levels of nesting that are looked into; what lies deeper is hidden whole."""

_NAME_FIELDS: Final = ("name", "key", "header")

_CLUES: Final = tuple((re.compile(clue.encode()), re.compile(clue, re.ASCII)) for clue in CLUES)
_HIDING: Final = re.compile(rb"\\(?:/|u00(?:1[bB]|2(?![267])|3(?![cCeE])|[4-7]))")
"""JSON escapes behind which a clue could hide: printable ASCII (save what encoders escape by habit:
ampersand, quotes, angle brackets), an escaped slash, and ESC, which `text.harmless` drops."""


class Redacted(msgspec.Struct, frozen=True, gc=False):
    """``value`` without secrets; ``hits`` is how many were taken out."""

    value: object
    hits: int


def redact(value: object) -> Redacted:
    """Decoded JSON without its secrets: by the name they stand under, and by their shape in any text.

    Names of fields are text too. ``{"name": "DB_PASSWORD", "value": ...}`` and ``["Cookie", ...]`` count as a
    name and its value.
    """
    return _redact(value, [ANY_CLUE])


def redact_body(raw: bytes, decoded: object) -> Redacted:
    """`redact`, for ``decoded`` as read from the JSON ``raw``; ``decoded`` itself when no clue is in it."""
    lowered = raw.lower()
    if _HIDING.search(lowered):
        return redact(decoded)
    clues = [in_text for in_bytes, in_text in _CLUES if in_bytes.search(lowered)]
    return _redact(decoded, clues) if clues else Redacted(decoded, 0)


def _redact(value: object, clues: list[re.Pattern[str]]) -> Redacted:
    walk = _Walk(clues)
    return Redacted(walk.value(value, DEEPEST), walk.hits)


class _Walk:
    """One pass over one value, looking for some clues. Each distinct text is looked at once."""

    __slots__ = ("_clues", "_names", "_texts", "hits")

    def __init__(self, clues: list[re.Pattern[str]]) -> None:
        self.hits = 0
        self._clues = clues
        self._texts: dict[str, tuple[str, int]] = {}
        self._names: dict[str, bool] = {}

    def value(self, value: object, levels: int) -> object:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dict):
            return self._object(value, levels - 1) if levels else self._hide(value)
        if isinstance(value, list):
            return self._array(value, levels - 1) if levels else self._hide(value)
        return value

    def _text(self, text: str) -> str:
        clean, hits = self._scrub(text)
        self.hits += hits
        return clean

    def _scrub(self, text: str) -> tuple[str, int]:
        known = self._texts.get(text)
        if known is None:
            lowered = text.lower()
            suspicious = any(clue.search(lowered) for clue in self._clues)
            known = self._texts[text] = scrub(text) if suspicious else (text, 0)
        return known

    def _object(self, fields: dict[str, object], levels: int) -> dict[str, object]:
        clean = {
            self._text(name): self._hide(value)
            if self._is_secret(name) and not names_secret_object(name, value, fields)
            else self.value(value, levels)
            for name, value in fields.items()
        }
        if "value" in fields and any(self._is_secret(fields.get(name)) for name in _NAME_FIELDS):
            clean["value"] = self._hide(clean["value"])
        return clean

    def _array(self, items: list[object], levels: int) -> list[object]:
        if len(items) == 2 and self._is_secret(items[0]):  # noqa: PLR2004 -- a name and its value
            return [self.value(items[0], levels), self._hide(items[1])]
        return [self.value(item, levels) for item in items]

    def _is_secret(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        known = self._names.get(name)
        if known is None:
            shown = self._scrub(name)[0]
            known = is_secret_name(name) or (shown != name and is_secret_name(shown))
            self._names[name] = known
        return known

    def _hide(self, value: object) -> object:
        if value is None or isinstance(value, bool) or value in ("", MARK):
            return value
        self.hits += 1
        return MARK
