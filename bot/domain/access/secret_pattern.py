"""Scrub: every secret inside a running text, by all the rules there are.

Law: no rule fires on a text without its clue. All clues are looked for in one pass, which is what makes clean
text cheap. Every expression takes linear time whatever the text: it starts at a literal or where a word
starts, and runs possessively or a bounded way.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from bot.domain.access.clue import search_all
from bot.domain.access.fold import CLUE, fold
from bot.domain.access.rule import MARK, Rule, Span
from bot.domain.access.secret_address import ADDRESSES
from bot.domain.access.secret_command import COMMANDS
from bot.domain.access.secret_number import NUMBERS
from bot.domain.access.secret_pair import PAIRS
from bot.domain.access.secret_prose import PROSE
from bot.domain.access.secret_run import RUNS
from bot.domain.access.secret_shape import SHAPES
from bot.domain.access.secret_structure import STRUCTURES

__all__ = ("MARK", "RULES", "is_suspicious", "scrub", "scrub_all", "suspects")

RULES: Final[tuple[Rule, ...]] = (*RUNS, *SHAPES, *COMMANDS, *ADDRESSES, *PAIRS, *PROSE, *STRUCTURES)
_PLAIN: Final = sorted({rule.clue for rule in RULES})
_WITH_NUMBERS: Final = sorted({rule.clue for rule in (*RULES, *NUMBERS)})
_BEHIND: Final = {
    clue: tuple(rule for rule in (*RULES, *NUMBERS) if rule.clue == clue) for clue in _WITH_NUMBERS
}
_search: Final = search_all(_PLAIN)
_search_with_numbers: Final = search_all(_WITH_NUMBERS)
_ODD: Final = re.compile(CLUE)

WINDOW: Final = 24_576
OVERLAP: Final = 8_192
"""Characters that are looked at together, and how many of them twice: more than the longest private key."""

_BLANK: Final = re.compile(r"\s")

SHORTEST: Final = 4
"""Characters below which no name and value fit."""

GROUP: Final = 16
"""Texts that are looked at together."""

_ROUNDS: Final = 6
"""A secret glued to another is seen once its neighbour is gone; the last round finds nothing."""


def is_suspicious(raw: bytes, *, numbers: bool = False) -> bool:
    """Whether a clue stands in ``raw``, which is UTF-8 with no escapes but those of JSON for signs."""
    if not raw.isascii() and _ODD.search(raw):
        return True
    return bool(_search_with_numbers(raw) if numbers else _search(raw))


def scrub(text: str, *, numbers: bool = False) -> tuple[str, int]:
    """``text`` with every secret in it replaced by `MARK`, and how many there were."""
    total = 0
    for _ in range(_ROUNDS if len(text) >= SHORTEST else 0):
        folded, places = fold(text)
        spans = _merge(_spans(folded, numbers=numbers))
        if not spans:
            break
        if places is not None:
            spans = [(places[start], places[end - 1] + 1) for start, end in spans]
        text = _replace(text, spans)
        total += len(spans)
    return text, total


def _spans(text: str, *, numbers: bool) -> Iterator[Span]:
    """Where secrets stand; a long text is looked at in windows, so that no single search takes long."""
    for start in range(0, max(len(text) - OVERLAP, 1), WINDOW - OVERLAP):
        piece = text[start : start + WINDOW]
        if start and (found := _BLANK.search(piece, 0, OVERLAP // 2)):
            start, piece = start + found.end(), piece[found.end() :]  # noqa: PLW2901 -- not within a word
        for rule in suspects(piece.encode(errors="replace"), numbers=numbers):
            for first, last in rule.find(piece):
                yield start + first, start + last


def scrub_all(texts: Sequence[str], *, numbers: bool = False) -> dict[str, tuple[str, int]]:
    """What `scrub` makes of those texts it would change; most are clean, so they are looked at in groups."""
    changed = {}
    for at in range(0, len(texts), GROUP):
        group = texts[at : at + GROUP]
        if is_suspicious("\n".join(group).encode(errors="replace"), numbers=numbers):
            for text in group:
                clean, hits = scrub(text, numbers=numbers)
                if hits:
                    changed[text] = (clean, hits)
    return changed


def suspects(raw: bytes, *, numbers: bool = False) -> list[Rule]:
    """The rules whose clue stands in ``raw``."""
    if numbers:
        return [rule for index in _search_with_numbers(raw) for rule in _BEHIND[_WITH_NUMBERS[index]]]
    return [rule for index in _search(raw) for rule in _BEHIND[_PLAIN[index]]]


def _merge(spans: Iterable[Span]) -> list[Span]:
    """The same places in order, those that touch or overlap made one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _replace(text: str, spans: list[Span]) -> str:
    done, pieces = 0, list[str]()
    for start, end in spans:
        pieces += (text[done:start], MARK)
        done = end
    return "".join([*pieces, text[done:]])
