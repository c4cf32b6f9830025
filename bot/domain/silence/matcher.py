"""Matcher: one condition on a label, in the words of Alertmanager.

A label that an alert lacks counts as empty. A regular expression is RE2's, as Alertmanager's are, and has to
fit the whole value: its time grows with the text only, whatever the pattern is.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec
import re2

from bot.domain.errors import InvalidInputError
from bot.domain.text import harmless

MAX_MATCHERS: Final = 32
MAX_NAME: Final = 256
MAX_VALUE: Final = 1_000
_MEMORY: Final = 1 << 20  # bytes that one compiled pattern may take
_SIGNS: Final = {(False, True): "=", (False, False): "!=", (True, True): "=~", (True, False): "!~"}
_KINDS: Final = {sign: kind for kind, sign in _SIGNS.items()}
_WRITTEN: Final = re.compile(
    r"""\s*(?P<name>"(?:[^"\\]|\\.)+"|[^\s=!~{},"]+)\s*(?P<sign>=~|!~|!=|=)\s*"""
    r"""(?P<value>"(?:[^"\\]|\\.)*"|[^,"{}]*?)\s*(?:,|$)""",
    re.DOTALL,
)
_HINT: Final = 'write name="value", name!="value", name=~"regex" or name!~"regex"'
_ESCAPES: Final = {"n": "\n", '"': '"', "\\": "\\"}


class Matcher(msgspec.Struct, frozen=True):
    """``name`` is, or with ``is_equal`` false is not, ``value`` (a pattern where ``is_regex``)."""

    name: str
    value: str
    is_regex: bool = False
    is_equal: bool = True

    def __str__(self) -> str:
        """As people and amtool write it: ``severity=~"warning|info"``."""
        value = self.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'{self.name}{_SIGNS[self.is_regex, self.is_equal]}"{value}"'

    def fits(self, labels: Mapping[str, str]) -> bool:
        """Whether an alert with ``labels`` is meant."""
        text = labels.get(self.name, "")
        same = _pattern(self.value).fullmatch(text) is not None if self.is_regex else text == self.value
        return same is self.is_equal


def matcher(name: str, value: str, *, is_regex: bool = False, is_equal: bool = True) -> Matcher:
    """A matcher whose parts can be used.

    Raises:
        InvalidInputError: the name is empty, a part is too long, or the pattern is none of RE2's.
    """
    if not name or len(name) > MAX_NAME:
        raise InvalidInputError("matchers.name", f"must have 1 to {MAX_NAME} characters")
    if len(value) > MAX_VALUE:
        raise InvalidInputError("matchers.value", f"must have at most {MAX_VALUE} characters")
    name, value = harmless(name), harmless(value)
    if is_regex:
        _pattern(value)
    return Matcher(name, value, is_regex, is_equal)


def parse_matchers(text: str) -> tuple[Matcher, ...]:
    """Read ``alertname="HighLoad", severity=~"warning|info"``, with or without braces and quotes.

    Raises:
        InvalidInputError: it is not of this form, or a part cannot be used.
    """
    rest = text.strip()
    if rest.startswith("{") and rest.endswith("}"):
        rest = rest[1:-1].strip()
    found: list[Matcher] = []
    place = 0
    while place < len(rest):
        part = _WRITTEN.match(rest, place)
        if part is None or part.end() == place:
            raise InvalidInputError("matchers", _HINT)
        is_regex, is_equal = _KINDS[part["sign"]]
        name, value = _unquote(part["name"]), _unquote(part["value"])
        found.append(matcher(name, value, is_regex=is_regex, is_equal=is_equal))
        place = part.end()
    return tuple(found)


def demand_some(matchers: Iterable[Matcher]) -> tuple[Matcher, ...]:
    """``matchers``, if together they mean some alerts and not simply all.

    Raises:
        InvalidInputError: there is none, there are more than `MAX_MATCHERS`, or each fits an empty label.
    """
    some = tuple(matchers)
    if not some:
        raise InvalidInputError("matchers", "at least one is needed")
    if len(some) > MAX_MATCHERS:
        raise InvalidInputError("matchers", f"at most {MAX_MATCHERS}, these are {len(some)}")
    if all(each.fits({}) for each in some):
        raise InvalidInputError("matchers", "at least one must not match the empty string")
    return some


def _unquote(text: str) -> str:
    if not text.startswith('"'):
        return text
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), text[1:-1], flags=re.DOTALL)


@lru_cache(maxsize=512)
def _pattern(text: str) -> Any:
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    try:
        return re2.compile(text, options)
    except re2.error as error:
        said = error.args[0].decode("utf-8", "replace") if error.args else "it cannot be read"
        raise InvalidInputError("matchers.value", f"is no regular expression of RE2 ({said})") from None
