"""Fold: a text as a reader sees it, so that no invisible or wide character hides the name of a secret.

Full-width, mathematical and circled letters become the plain ones; characters without width vanish.
Positions in the folded text lead back to the original, for only the secret is replaced there.
"""

import unicodedata
from collections.abc import Iterable
from typing import Final

_INVISIBLE: Final = (0xAD, 0x34F, 0x180E, *range(0x200B, 0x2010), *range(0x2060, 0x2065), 0xFEFF)
_LETTERS: Final = (
    0x17F,
    0x212A,
    *range(0xFF01, 0xFF5F),
    *range(0x1D400, 0x1D800),
    *range(0x24B6, 0x24EA),
    0xFE55,
    0xFE66,
)


def _plain(points: Iterable[int]) -> dict[int, str]:
    plain = {point: unicodedata.normalize("NFKC", chr(point)) for point in points}
    return {point: text for point, text in plain.items() if len(text) == 1 and text.isascii()}


_TABLE: Final[dict[int, str | None]] = {**_plain(_LETTERS), **dict.fromkeys(_INVISIBLE)}
_ODD: Final = frozenset(map(chr, _TABLE))

# The same in UTF-8, for clues are looked for in bytes.
CLUE: Final = (
    r"(?-i:\xc2\xad|\xcd\x8f|\xe1\xa0\x8e|\xe2\x80[\x8b-\x8f]|\xe2\x81[\xa0-\xa4]|\xef\xbb\xbf|\xc5\xbf|\xe2\x84\xaa"
    r"|\xef\xbc[\x81-\xbf]|\xef\xbd[\x80-\x9e]|\xf0\x9d[\x90-\x9f]|\xe2\x92[\xb6-\xbf]|\xe2\x93[\x80-\xa9]|\xef\xb9[\x95\xa6])"
)


def fold(text: str) -> tuple[str, list[int] | None]:
    """``text`` folded, and where each of its characters stood (None: where it stands)."""
    if text.isascii() or _ODD.isdisjoint(text):
        return text, None
    folded, places = [], []
    for place, char in enumerate(text):
        plain = _TABLE.get(ord(char), char)
        if plain is not None:
            folded.append(plain)
            places.append(place)
    places.append(len(text))
    return "".join(folded), places
