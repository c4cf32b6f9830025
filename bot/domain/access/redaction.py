"""Redaction: secrets leave a request before anything is stored, logged or shown.

What a secret is stands in `secret_name` (by name) and `secret_pattern` (in running text). Here is the walk
over decoded JSON. Redacting twice changes nothing.
"""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from bot.domain.access.fold import fold
from bot.domain.access.rule import MARK, Rule
from bot.domain.access.secret_name import Confidence, grade
from bot.domain.access.secret_number import are_asked, is_card, names_other_number
from bot.domain.access.secret_object import names_secret_object
from bot.domain.access.secret_pair import is_harmless_value, is_secret_under_weak
from bot.domain.access.secret_pattern import LookBudget, find_suspects, is_suspicious, scrub
from bot.domain.access.secret_run import is_alone, is_identified

RULES_VERSION: Final = 5
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


def redact(value: object, *, numbers: bool | None = None) -> Redacted:
    """Decoded JSON without its secrets: by the name they stand under, and by their shape in any text.

    Names of fields are text too. ``{"name": "DB_PASSWORD", "value": ...}`` and ``["Cookie", ...]`` count as a
    name and its value. With ``numbers`` those of cards and bank accounts are secrets (None: as was chosen).
    """
    numbers = are_asked(numbers)
    found = _gather(value, cards=numbers)
    suspects = find_suspects(found.texts, numbers=numbers)
    if not suspects and not found.too_deep:
        return Redacted(value, 0)
    walk = _Walk(suspects, found.names, numbers=numbers)
    if not walk.may_change() and not found.too_deep:
        return Redacted(value, 0)
    return Redacted(walk.value(value, DEEPEST), walk.hits)


def redact_body(raw: bytes, decoded: object, *, numbers: bool | None = None) -> Redacted:
    """`redact`, for ``decoded`` as read from the JSON ``raw``; ``decoded`` itself when no clue is in it."""
    if b"\\" in raw:
        if _ESCAPED.search(raw):
            raw = msgspec.json.encode(decoded)
        else:
            raw = _HABITUAL.sub(lambda found: _PLAIN[found[0][-2:]], raw)
    if not is_suspicious(raw, numbers=numbers):
        return Redacted(decoded, 0)
    return redact(decoded, numbers=numbers)


class _Gathered(NamedTuple):
    """All distinct texts, those that name something, and whether some lies deeper than is looked."""

    texts: list[str]
    names: dict[str, None]
    too_deep: bool


def _gather(value: object, *, cards: bool) -> _Gathered:
    texts: dict[str, None] = {}
    names: dict[str, None] = {}
    level = [value]
    for _ in range(DEEPEST + 1):
        inner: list[object] = []
        for one in level:
            held = _hold(one, names)
            for each in held:
                kind = type(each)
                if kind is str:
                    texts[each] = None
                elif kind is dict or kind is list:
                    inner.append(each)
                elif cards and kind is int and is_card(str(each)):
                    texts[str(each)] = None
        level = inner
        if not level:
            break
    texts.update(names)
    return _Gathered(list(texts), names, bool(level))


def _hold(one: object, names: dict[str, None]) -> Iterable[Any]:
    """What stands in ``one``; what may be the name of something is added to ``names``."""
    if type(one) is dict:
        names.update(dict.fromkeys(one))
        if "value" in one:
            names.update((name, None) for field in _NAME_FIELDS if type(name := one.get(field)) is str)
        return one.values()
    if type(one) is list:
        if len(one) == 2 and type(one[0]) is str:  # noqa: PLR2004 -- a name and its value
            names[one[0]] = None
        return one
    return (one,)


def _is_identifier(name: str, value: object) -> bool:
    return isinstance(value, str) and is_identified(name, value)


class _Walk:
    """One pass over one value; what is not among the ``suspects`` stays as it is."""

    __slots__ = ("_changed", "_grades", "_looks", "_numbers", "_open", "hits")

    def __init__(
        self, suspects: Mapping[str, Sequence[Rule]], names: Container[str], *, numbers: bool
    ) -> None:
        self.hits = 0
        self._numbers = numbers
        self._looks = LookBudget(sum(map(len, suspects)))
        self._open = dict(suspects)
        self._changed: dict[str, tuple[str, int]] = {}
        self._grades: dict[str, Confidence] = {}
        for text in suspects:
            named = text in names
            if named or not is_alone(text):
                self._scrub(text)
            if named and (sure := self._grade(text)) is not Confidence.NONE:
                self._grades[text] = sure

    def may_change(self) -> bool:
        """Whether there is anything to do, or to be looked at where it stands."""
        return bool(self._changed or self._grades or self._open)

    def _scrub(self, text: str) -> None:
        clean, hits = scrub(text, numbers=self._numbers, first=self._open.pop(text), looks=self._looks)
        if hits:
            self._changed[text] = (clean, hits)

    def _grade(self, name: str) -> Confidence:
        """How sure the name makes it, also as it reads once something was taken out of it."""
        sure = grade(fold(name)[0])
        shown = self._changed.get(name)
        return sure if shown is None else max(sure, grade(shown[0]))

    def value(self, value: object, levels: int) -> object:
        if type(value) is str:
            return self._text(value)
        if isinstance(value, dict):
            return self._object(value, levels - 1) if levels else self._hide(value)
        if isinstance(value, list):
            return self._array(value, levels - 1) if levels else self._hide(value)
        if self._numbers and type(value) is int and self._text(str(value)) == MARK:
            return MARK
        return value

    def _text(self, text: str) -> str:
        if text in self._open:
            self._scrub(text)
        found = self._changed.get(text)
        if found is None:
            return text
        self.hits += found[1]
        return found[0]

    def _object(self, fields: dict[str, object], levels: int) -> dict[str, object]:
        grades, changed, unsure = self._grades, self._changed, self._open
        clean = {}
        for name, value in fields.items():
            if name in grades:
                value = self._under(name, value, fields, levels)  # noqa: PLW2901
            elif type(value) is str:
                if (value in changed or value in unsure) and not _is_identifier(name, value):
                    value = self._text(value)  # noqa: PLW2901
            elif value is not None and not (type(value) is int and names_other_number(name)):
                value = self.value(value, levels)  # noqa: PLW2901
            clean[self._text(name) if name in changed else name] = value
        if "value" in fields:
            self._hide_named(fields, clean)
        return clean

    def _hide_named(self, fields: dict[str, object], clean: dict[str, object]) -> None:
        for field in _NAME_FIELDS:
            name = fields.get(field)
            if isinstance(name, str) and self._is_secret(name, fields["value"]):
                clean["value"] = self._hide(clean["value"])

    def _array(self, items: list[object], levels: int) -> list[object]:
        if len(items) == 2 and isinstance(items[0], str) and self._is_secret(items[0], items[1]):  # noqa: PLR2004
            return [self.value(items[0], levels), self._hide(items[1])]
        return [self.value(item, levels) for item in items]

    def _under(self, name: str, value: object, fields: dict[str, object], levels: int) -> object:
        if names_secret_object(name, value, fields):
            return self.value(value, levels)
        if self._is_secret(name, value):
            return self._hide(value)
        if _is_identifier(name, value):
            return value
        return self.value(value, levels)

    def _is_secret(self, name: str, value: object) -> bool:
        known = self._grades.get(name, Confidence.NONE)
        if known is Confidence.NONE:
            return False
        if isinstance(value, str):
            if known is Confidence.WEAK:
                return is_secret_under_weak(value, name)
            return not is_harmless_value(value, name)
        return known is not Confidence.WEAK and not _is_count(name, value)

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
