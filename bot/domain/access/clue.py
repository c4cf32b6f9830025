"""Clue: one look at a text that says which rules may fire, in time that grows with its length alone.

RE2 looks for the clues of all rules in a single pass, and in a longer text in a few: clues that each wait for
something far ahead make an automaton of too many states for text drawn by lot. Without it (`google-re2` is
not installed) `re` looks for them one after the other: slower, with the same answer.
"""

import re
from collections.abc import Callable, Collection, Sequence
from importlib import import_module
from typing import Any, Final

try:
    re2: Any = import_module("re2")
except ImportError:
    re2 = None

_MEMORY: Final = 16 * 1024 * 1024
"""What the automaton may hold; it starts again when that is full."""

AT_ONCE: Final = 4_096
"""Bytes up to which all clues are looked for together."""

Search = Callable[[bytes], Sequence[int]]
Seek = Callable[[bytes, int], tuple[int, int] | None]
"""Where a clue stands in some bytes, from a place on."""


def search_all(clues: Sequence[str], apart: Sequence[Collection[str]] = ()) -> Search:
    """Make the search that says which of ``clues`` are found in some bytes; ``apart`` are best kept apart."""
    if re2 is None:
        return _search_re(clues)
    together = _search_re2(re2, clues)
    groups = [
        *([index for index, clue in enumerate(clues) if clue in group] for group in apart),
        [index for index, clue in enumerate(clues) if not any(clue in group for group in apart)],
    ]
    sets = [(group, _search_re2(re2, [clues[index] for index in group])) for group in groups if group]

    def search(text: bytes) -> Sequence[int]:
        if len(text) <= AT_ONCE:
            return together(text)
        return [group[index] for group, look in sets for index in look(text)]

    return search


def seek(clue: str) -> Seek:
    """Make the search that says where ``clue`` is found first."""
    compiled: Any = (
        re.compile(clue.encode(), re.IGNORECASE) if re2 is None else re2.compile(clue.encode(), _options(re2))
    )

    def find(text: bytes, at: int) -> tuple[int, int] | None:
        found = compiled.search(text, at)
        return found.span() if found else None

    return find


def _options(library: Any) -> Any:
    options = library.Options()
    options.case_sensitive = False
    options.encoding = library.Options.Encoding.LATIN1
    options.max_mem = _MEMORY
    options.log_errors = False
    options.never_capture = True
    return options


def _search_re2(library: Any, clues: Sequence[str]) -> Search:
    found = library.Set.SearchSet(_options(library))
    for clue in clues:
        found.Add(clue.encode())
    found.Compile()
    match: Callable[[bytes], Sequence[int] | None] = found.Match
    return lambda text: match(text) or ()


def _search_re(clues: Sequence[str]) -> Search:
    compiled = [re.compile(clue.encode(), re.IGNORECASE) for clue in clues]
    return lambda text: [index for index, clue in enumerate(compiled) if clue.search(text)]
