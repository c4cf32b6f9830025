"""Rule: one way to recognise a secret in a text, as an object with examples.

A rule looks at a text only where its clue was found. Clues are expressions that both RE2 and `re` read, for
bytes and without regard to case; all clues of all rules are looked for in one pass (`clue`). So a clue has no
look-around and counts only to small numbers, and must be found wherever the rule fires.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

MARK: Final = "[redacted]"

Span = tuple[int, int]
"""Where a secret stands; an empty one tells of a look that found none, so that looks can be counted."""

Find = Callable[[str], Iterator[Span]]
Spare = Callable[[re.Match[str]], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """``find`` yields where secrets stand; it fires on each of ``matches`` and on none of ``misses``."""

    name: str
    clue: str
    find: Find
    matches: tuple[str, str, str]
    misses: tuple[str, str, str]

    def spans(self, text: str) -> list[Span]:
        """Where it fires in ``text``."""
        return [(start, end) for start, end in self.find(text) if start < end]


def pattern(expression: str, *, spare: Spare | None = None, flags: int = 0) -> Find:
    """Find what the group ``secret`` of ``expression`` holds, else all of it, unless ``spare`` says no.

    It is compiled at the first clue: all rules together take 40 ms, and most clues never come.
    """

    @cache
    def compiled() -> re.Pattern[str]:
        return re.compile(expression, flags if flags & re.UNICODE else flags | re.ASCII)

    def find(text: str) -> Iterator[Span]:
        expected = compiled()
        group = "secret" if "secret" in expected.groupindex else 0
        for found in expected.finditer(text):
            start, end = found.span(group)
            if start < end and not is_marked(text, start, end):
                yield start, (start if spare and spare(found) else end)

    return find


def is_marked(text: str, start: int, end: int) -> bool:
    """Whether nothing but the mark (or the inside of one) stands there."""
    return text[start:end].strip("\\\"'") in {MARK, MARK[1:-1], MARK[1:], MARK[:-1]}
