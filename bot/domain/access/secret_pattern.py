"""Secret patterns: every secret inside a running text, by all the rules there are.

Law: no rule fires on a text without its clue. All clues are looked for in one pass, which is what makes clean
text cheap. Every expression takes linear time whatever the text: it starts at a literal or where a word
starts, and runs possessively or a bounded way.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from bot.domain.access.clue import search_all, seek
from bot.domain.access.fold import CLUE, fold
from bot.domain.access.rule import MARK, Rule, Span
from bot.domain.access.secret_address import ADDRESSES
from bot.domain.access.secret_command import COMMANDS
from bot.domain.access.secret_device import DEVICES
from bot.domain.access.secret_key import KEYS
from bot.domain.access.secret_language import LANGUAGES
from bot.domain.access.secret_number import NUMBERS, are_asked
from bot.domain.access.secret_pair import PAIRS
from bot.domain.access.secret_prose import PROSE
from bot.domain.access.secret_run import RUNS
from bot.domain.access.secret_shape import SHAPES
from bot.domain.access.secret_structure import STRUCTURES

__all__ = ("MARK", "RULES", "find_suspects", "is_suspicious", "scrub", "suspects")

RULES: Final[tuple[Rule, ...]] = (
    *RUNS,
    *SHAPES,
    *COMMANDS,
    *ADDRESSES,
    *PAIRS,
    *PROSE,
    *LANGUAGES,
    *STRUCTURES,
    *KEYS,
    *DEVICES,
)
_PLAIN: Final = [CLUE, *sorted({rule.clue for rule in RULES})]
_WITH_NUMBERS: Final = [CLUE, *sorted({rule.clue for rule in (*RULES, *NUMBERS)})]
_ODD: Final = 0
"""The place of the clue that says a text has to be folded before any other counts."""
_BEHIND: Final = {
    clue: tuple(rule for rule in (*RULES, *NUMBERS) if rule.clue == clue) for clue in _WITH_NUMBERS
}
_APART: Final = tuple(
    {rule.clue for rule in (*RULES, *NUMBERS) if rule.name in names}
    for names in (
        ("run of three classes", "short word and a long run", "connection string", "NTLM hashes"),
        ("name and value", "argument of a program", *(rule.name for rule in (*KEYS, *DEVICES))),
    )
)
_search: Final = search_all(_PLAIN, _APART)
_search_with_numbers: Final = search_all(_WITH_NUMBERS, _APART)
_SEEK: Final = {clue: seek(clue) for clue in _WITH_NUMBERS}

WINDOW: Final = 24_576
OVERLAP: Final = 8_192
"""Characters that are looked at together, and how many of them twice: more than the longest private key."""

_BLANK: Final = re.compile(r"\s")

SHORTEST: Final = 4
"""Characters below which no name and value fit."""

LOOKS: Final = 4_096
LOOK_EVERY: Final = 64
"""Looks of rules for one text or request, and characters for each of which there is one more."""

_ROUNDS: Final = 6
"""A secret glued to another is seen once its neighbour is gone; the last round finds nothing."""


def is_suspicious(raw: bytes, *, numbers: bool | None = None) -> bool:
    """Whether a clue stands in ``raw``, which is UTF-8 with no escapes but those of JSON for signs."""
    return bool(_search_with_numbers(raw) if are_asked(numbers) else _search(raw))


class LookBudget:
    """How often rules may still look at a place in ``size`` characters of text.

    What has used them up was made to cost much, or is little but secrets: from then on all that a clue stands
    in is masked whole, without another look.
    """

    __slots__ = ("left",)

    def __init__(self, size: int) -> None:
        self.left = LOOKS + size // LOOK_EVERY


def scrub(
    text: str,
    *,
    numbers: bool | None = None,
    first: Sequence[Rule] | None = None,
    looks: LookBudget | None = None,
) -> tuple[str, int]:
    """``text`` with every secret in it replaced by `MARK`, and how many there were.

    ``first`` are the rules whose clue stands in it, where that is known.
    """
    looks = looks or LookBudget(len(text))
    total = 0
    for _ in range(_ROUNDS if len(text) >= SHORTEST else 0):
        folded, places = fold(text)
        if first is None or len(folded) > WINDOW:
            spans = _merge(_spans(folded, looks, numbers=numbers))
        else:
            spans = _merge(_fire(first, folded, looks))
        if not spans:
            break
        if places is not None:
            spans = [(places[start], places[end - 1] + 1) for start, end in spans]
        text, first = _replace(text, spans), None
        total += len(spans)
    return text, total


def _spans(text: str, looks: LookBudget, *, numbers: bool | None) -> Iterator[Span]:
    """Where secrets stand; a long text is looked at in windows, so that no single search takes long."""
    for start in range(0, max(len(text) - OVERLAP, 1), WINDOW - OVERLAP):
        piece = text[start : start + WINDOW]
        if start and (found := _BLANK.search(piece, 0, OVERLAP // 2)):
            start, piece = start + found.end(), piece[found.end() :]  # noqa: PLW2901 -- not within a word
        for first, last in _fire(suspects(piece.encode(errors="replace"), numbers=numbers), piece, looks):
            yield start + first, start + last


def _fire(rules: Sequence[Rule], text: str, looks: LookBudget) -> list[Span]:
    """Where ``rules`` find secrets: all of ``text`` where there are no looks left for it."""
    spans = []
    for rule in rules:
        for start, end in rule.find(text):
            looks.left -= 1
            if looks.left <= 0:
                break
            if start < end:
                spans.append((start, end))
        if looks.left <= 0 and text.strip() != MARK:
            return [(0, len(text))]
    return spans


def find_suspects(texts: Sequence[str], *, numbers: bool | None = None) -> dict[str, list[Rule]]:
    """The ``texts`` in which a clue stands, each with the rules behind its clues.

    All are looked at together, for most are clean.
    """
    search, clues = (_search_with_numbers, _WITH_NUMBERS) if are_asked(numbers) else (_search, _PLAIN)
    shown = texts
    found = search(raw := _join(shown))
    if _ODD in found:
        shown = [fold(text)[0] for text in texts]
        found = search(raw := _join(shown))
    starts = _starts(shown, plain=raw.isascii()) if found else []
    behind: dict[int, list[Rule]] = {}
    for index in found:
        for at in _touched(raw, starts, clues[index]):
            behind.setdefault(at, []).extend(_BEHIND[clues[index]])
    return {texts[at]: rules for at, rules in behind.items()}


def _join(texts: Sequence[str]) -> bytes:
    return "\n".join(("", *texts, "")).encode(errors="replace")


def _starts(texts: Sequence[str], *, plain: bool) -> list[int]:
    """Where each of ``texts`` begins in all of them joined, in bytes; ``plain`` if those are characters."""
    at, starts = 1, [1]
    for length in map(len, texts if plain else [text.encode(errors="replace") for text in texts]):
        at += length + 1
        starts.append(at)
    return starts


def _touched(raw: bytes, starts: Sequence[int], clue: str) -> Iterator[int]:
    """The numbers of the texts in which ``clue`` stands, wholly or in part."""
    look, last = _SEEK[clue], len(starts) - 2
    at = 0
    while at < len(raw) and (found := look(raw, at)):
        first = bisect_right(starts, found[0]) - 1
        after = bisect_right(starts, found[1])
        yield from range(max(first, 0), min(after - 1, last) + 1)
        if after > last:
            break
        at = starts[after] - 1


def suspects(raw: bytes, *, numbers: bool | None = None) -> list[Rule]:
    """The rules whose clue stands in ``raw``."""
    if are_asked(numbers):
        return [rule for index in _search_with_numbers(raw) for rule in _BEHIND[_WITH_NUMBERS[index]]]
    return [rule for index in _search(raw) for rule in _BEHIND[_PLAIN[index]]]


def _merge(spans: Iterable[Span]) -> list[Span]:
    """The places in order; those that touch or overlap become one."""
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
