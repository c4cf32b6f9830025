"""Redaction: secrets leave a request before anything is stored, logged or shown.

What a secret is stands in `secret_name` (by name) and `secret_pattern` (in running text). Here is the walk
over decoded JSON. Redacting twice changes nothing.
"""

import re
from typing import Final

import msgspec

from bot.domain.access.fold import fold
from bot.domain.access.secret_name import Grade, grade
from bot.domain.access.secret_object import names_secret_object
from bot.domain.access.secret_pair import is_harmless_value, is_secret_under_weak
from bot.domain.access.secret_pattern import MARK, is_suspicious, scrub_all
from bot.domain.access.secret_run import SHORTEST, is_identified

RULES_VERSION: Final = 3
"""Stored beside every event; raised with every change of the rules."""

DEEPEST: Final = 64
"""Levels of nesting that are looked into; what lies deeper is hidden whole."""

_NAME_FIELDS: Final = ("name", "key", "header")

_ESCAPED: Final = re.compile(rb"\\(?:/|u(?!00(?:26|27|3[cCeE]|22)))")
"""JSON escapes behind which a clue could hide: all but those that encoders write by habit for ampersand,
quotes and angle brackets."""
_HABITUAL: Final = re.compile(rb"\\u00(?:26|27|3[cCeE])")
_PLAIN: Final = {b"26": b"&", b"27": b"'", b"3c": b"<", b"3C": b"<", b"3e": b">", b"3E": b">"}


class Redacted(msgspec.Struct, frozen=True, gc=False):
    """``value`` without secrets; ``hits`` is how many were taken out."""

    value: object
    hits: int


def redact(value: object, *, numbers: bool = False) -> Redacted:
    """Decoded JSON without its secrets: by the name they stand under, and by their shape in any text.

    Names of fields are text too. ``{"name": "DB_PASSWORD", "value": ...}`` and ``["Cookie", ...]`` count as a
    name and its value. With ``numbers`` those of cards and bank accounts are secrets.
    """
    walk = _Walk(scrub_all(_texts(value), numbers=numbers))
    return Redacted(walk.value(value, DEEPEST), walk.hits)


def redact_body(raw: bytes, decoded: object, *, numbers: bool = False) -> Redacted:
    """`redact`, for ``decoded`` as read from the JSON ``raw``; ``decoded`` itself when no clue is in it."""
    if b"\\" in raw:
        if _ESCAPED.search(raw):
            raw = msgspec.json.encode(decoded)
        else:
            raw = _HABITUAL.sub(lambda found: _PLAIN[found[0][-2:]], raw)
    if not is_suspicious(raw, numbers=numbers):
        return Redacted(decoded, 0)
    return redact(decoded, numbers=numbers)


def _texts(value: object) -> list[str]:
    """All distinct texts in ``value``, names of fields too."""
    found: dict[str, None] = {}
    level = [value]
    for _ in range(DEEPEST + 1):
        inner: list[object] = []
        for one in level:
            if isinstance(one, str):
                found[one] = None
            elif isinstance(one, dict):
                found.update(dict.fromkeys(one))
                inner += [held for name, held in one.items() if not _is_identifier(name, held)]
            elif isinstance(one, list):
                inner += one
        level = inner
    return list(found)


def _is_identifier(name: str, value: object) -> bool:
    return isinstance(value, str) and len(value) >= SHORTEST and is_identified(name, value)


class _Walk:
    """One pass over one value. Each distinct text is looked at once."""

    __slots__ = ("_changed", "_grades", "hits")

    def __init__(self, changed: dict[str, tuple[str, int]]) -> None:
        self.hits = 0
        self._changed = changed
        self._grades: dict[str, Grade] = {}

    def value(self, value: object, levels: int) -> object:
        if type(value) is str:
            return self._text(value)
        if isinstance(value, dict):
            return self._object(value, levels - 1) if levels else self._hide(value)
        if isinstance(value, list):
            return self._array(value, levels - 1) if levels else self._hide(value)
        return value

    def _text(self, text: str) -> str:
        clean, hits = self._changed.get(text, (text, 0))
        self.hits += hits
        return clean

    def _object(self, fields: dict[str, object], levels: int) -> dict[str, object]:
        clean = {
            self._text(name): self.value(value, levels)
            if names_secret_object(name, value, fields)
            else self._under(name, value, levels)
            for name, value in fields.items()
        }
        if "value" in fields:
            for field in _NAME_FIELDS:
                name = fields.get(field)
                if isinstance(name, str) and self._is_secret(name, fields["value"]):
                    clean["value"] = self._hide(clean["value"])
        return clean

    def _array(self, items: list[object], levels: int) -> list[object]:
        if len(items) == 2 and isinstance(items[0], str) and self._is_secret(items[0], items[1]):  # noqa: PLR2004
            return [self.value(items[0], levels), self._hide(items[1])]
        return [self.value(item, levels) for item in items]

    def _under(self, name: str, value: object, levels: int) -> object:
        if self._is_secret(name, value):
            return self._hide(value)
        if _is_identifier(name, value):
            return value
        return self.value(value, levels)

    def _is_secret(self, name: str, value: object) -> bool:
        known = self._grades.get(name)
        if known is None:
            shown = self._changed.get(name, (name, 0))[0]
            known = grade(fold(name)[0])
            if shown != name:
                known = max(known, grade(shown))
            self._grades[name] = known
        if known is Grade.NONE:
            return False
        if isinstance(value, str):
            if known is Grade.WEAK:
                return is_secret_under_weak(value, name)
            return not is_harmless_value(value, name)
        return known is not Grade.WEAK and not _is_count(name, value)

    def _hide(self, value: object) -> object:
        if value is None or isinstance(value, bool) or value in ("", MARK):
            return value
        self.hits += 1
        return MARK


def _is_count(name: str, value: object) -> bool:
    """Whether numbers stand there that are no secrets: ``{"pass": 12}``, ``{"tokens": {"prompt": 812}}``."""
    if isinstance(value, dict):
        return bool(value) and all(_is_count(name, inner) for inner in value.values())
    return isinstance(value, int | float) and is_harmless_value(str(value), name)
