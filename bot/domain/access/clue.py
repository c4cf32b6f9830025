"""Clue: one look at a text that says which rules may fire, in time that grows with its length alone.

RE2 looks for the clues of all rules in a single pass. Without it (`google-re2` is not installed) `re` looks
for them one after the other: slower, with the same answer.
"""

import re
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Final

try:
    re2: Any = import_module("re2")
except ImportError:
    re2 = None

_MEMORY: Final = 16 * 1024 * 1024
"""What the automaton may hold; it starts again when that is full."""

Search = Callable[[bytes], Sequence[int]]


def search_all(clues: Sequence[str]) -> Search:
    """Make the search that says which of ``clues`` are found in some bytes."""
    return _search_re(clues) if re2 is None else _search_re2(re2, clues)


def _search_re2(library: Any, clues: Sequence[str]) -> Search:
    options = library.Options()
    options.case_sensitive = False
    options.encoding = library.Options.Encoding.LATIN1
    options.max_mem = _MEMORY
    options.log_errors = False
    options.never_capture = True
    found = library.Set.SearchSet(options)
    for clue in clues:
        found.Add(clue.encode())
    found.Compile()
    match: Callable[[bytes], Sequence[int] | None] = found.Match
    return lambda text: match(text) or ()


def _search_re(clues: Sequence[str]) -> Search:
    compiled = [re.compile(clue.encode(), re.IGNORECASE) for clue in clues]
    return lambda text: [index for index, clue in enumerate(compiled) if clue.search(text)]
