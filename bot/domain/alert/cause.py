"""Cause: why an alert fires, in the sender's words and within two lines on a phone.

Theory: of a rule's two texts one is often the same for all its alerts ("Pod is crash looping."), and the
other says whose trouble it is. Both are said where they say different things, first the one that names
something of this alert; a second one that does not fit is left for *More*.
"""

import re
from collections.abc import Mapping
from typing import Final

from bot.domain.alert.place import is_scraper
from bot.domain.text import one_line

MOST: Final = 160
"""Characters for two texts; a single one may be longer, and is cut where it is shown."""

_READ: Final = 1_000  # characters that are looked at of a text
_NAMING: Final = 3  # letters; shorter values are found in any text
_UNTOLD: Final = frozenset({"alertname", "severity", "priority", "prometheus"})
_MAY_MEASURE: Final = frozenset({"job", "service", "container"})
_DUMP: Final = re.compile(r"\s*\bLABELS(?: =|:)\s*(?:map\[.*?\](?=\s|$)|\{.*?\}|.*)", re.DOTALL)


def find_cause(name: str, summary: str, description: str, labels: Mapping[str, str]) -> str:
    """One line, "" when nothing was said beyond the name."""
    texts = [text for text in map(_trim, (summary, description)) if text and text != one_line(name)]
    if len(texts) > 1:
        texts.sort(key=lambda text: not _names(text, labels))
        first, second = texts
        if _says(first, second):
            texts = [first]
        elif _says(second, first):
            texts = [second]
        elif len(first) + len(second) >= MOST:
            texts = [first]
    return "" if not texts else texts[0] if len(texts) == 1 else _join(*texts)


def _trim(text: str) -> str:
    """In one line, without a dump of all labels: they stand in *More*."""
    return one_line(_DUMP.sub("", text[:_READ])) if "LABELS" in text[:_READ] else one_line(text[:_READ])


def _names(text: str, labels: Mapping[str, str]) -> bool:
    return any(
        len(value) >= _NAMING and value in text and not (name in _MAY_MEASURE and is_scraper(value))
        for name, value in labels.items()
        if name not in _UNTOLD
    )


def _says(text: str, other: str) -> bool:
    """Whether ``text`` holds all words of the ``other``."""
    return other.rstrip(".!") in text or set(_tokens(other)) <= set(_tokens(text))


def _tokens(text: str) -> list[str]:
    return [word.strip(".,;:!?()") for word in text.casefold().split()]


def _join(first: str, second: str) -> str:
    return f"{first} {second}" if first[-1] in ".!?" else f"{first} — {second}"
