"""Cut: measuring text as Discord might, and shortening it in the middle without breaking it.

Theory: Discord's API counts code points (its staff says so), its clients count UTF-16 units. Units are
never fewer, so they are what is counted here: whoever is right, the text fits.

The cause of an error stands at the end of a text and its subject at the start, so the middle goes. The cut
falls between *atoms*: an escape, a mention or timestamp token, a link, inline code, a bold run, a character
with its accents and joiners. A code block may be cut inside, and is closed and opened again around the gap.
"""

import re
from collections import deque
from collections.abc import Iterator
from typing import Final, NamedTuple

GAP: Final = " … "
FENCE: Final = "```"

# The first group is plain words, a divisible run; all else is whole or not at all.
_ATOM: Final = re.compile(
    r"(?!https?://)((?:(?:[0-9A-Za-z]++(?!_)|[0-9A-Za-z]+(?=[0-9A-Za-z]_))[ ,.;:/(){}%=+-]*+(?!https?://))++)"
    r"|\\[^0-9A-Za-z\s]"
    r"|<[^<>\s]{1,100}>"
    r"|\[(?:\\.|[^\[\]\\]){1,300}\]\(https?://[^\s()]{1,2100}\)"
    r"|`[^`\n]{1,300}`"
    r"|\*\*(?:\\.|[^*\\\n]){1,400}\*\*"
    r"|@everyone|@here"
    r"|[0-9A-Za-z](?:_[0-9A-Za-z])+"  # an underscore that lost its word could open or close italics
    r"|https?://[^\s<]{1,300}"
    r"|.(?:[\u0300-\u036f\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]|\u200d.){0,16}",
    re.DOTALL,
)


class _Atom(NamedTuple):
    text: str
    coded: bool = False
    divisible: bool = False


def units(text: str) -> int:
    """The length in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) >> 1


def fits(text: str, limit: int) -> bool:
    """Whether the text is at most ``limit`` units long."""
    length = len(text)
    return length <= limit and (2 * length <= limit or units(text) <= limit)


def cut(text: str, limit: int) -> str:
    """The text itself, or its two ends around a gap; never more than ``limit`` units (at least 16)."""
    if fits(text, limit):
        return text
    atoms = deque(_atomise(text))
    fenced = FENCE in text
    budget = limit - len(GAP) - (2 * (len(FENCE) + 1) if fenced else 0)
    head, left = _take(atoms, budget - budget // 2, first=True)
    tail, _ = _take(atoms, budget // 2 + left, first=False)
    return _join(head, tail)


def preview(text: str, limit: int) -> str:
    """Keep as much of a raw text's ends as `cut` could ever show, so that all later work is bounded."""
    return text if len(text) <= 3 * limit else text[:limit] + GAP + text[-limit:]


def _atomise(text: str) -> Iterator[_Atom]:
    pieces = text.split(FENCE)
    if len(pieces) % 2 == 0:  # a fence that nothing closes is no fence
        pieces[-2:] = [pieces[-2] + FENCE + pieces[-1]]
    for index, piece in enumerate(pieces):
        coded = index % 2 == 1
        if index:
            yield _Atom(FENCE, coded)
        if not coded:
            yield from (_Atom(match[0], divisible=match[1] is not None) for match in _ATOM.finditer(piece))
        elif piece.isascii():
            yield _Atom(piece, coded, divisible=True)
        else:
            yield from (_Atom(char, coded) for char in piece)


def _take(atoms: deque[_Atom], budget: int, *, first: bool) -> tuple[list[_Atom], int]:
    """Move atoms from one end into a list, in reading order, while they fit; and the rest of the budget."""
    taken: list[_Atom] = []
    while atoms:
        atom = atoms.popleft() if first else atoms.pop()
        length = units(atom.text)
        if length > budget:
            if atom.divisible and budget:
                near, far = (atom.text[:budget], atom.text[budget:]) if first else _ends(atom.text, budget)
                taken.append(atom._replace(text=near))
                atom, budget = atom._replace(text=far), 0
            (atoms.appendleft if first else atoms.append)(atom)
            break
        budget -= length
        taken.append(atom)
    return (taken if first else taken[::-1]), budget


def _ends(text: str, length: int) -> tuple[str, str]:
    """The last ``length`` characters, and those before them."""
    return text[-length:], text[:-length]


def _join(head: list[_Atom], tail: list[_Atom]) -> str:
    """Put the ends together; a fence atom is ``coded`` when it opens a block."""
    if head and head[-1].text == FENCE and head[-1].coded:
        head = head[:-1]
    if tail and tail[0].text == FENCE and not tail[0].coded:
        tail = tail[1:]
    open_before = bool(head) and head[-1].coded
    open_after = bool(tail) and tail[0].coded and tail[0].text != FENCE
    close = f"\n{FENCE}" if open_before and not open_after else ""
    reopen = f"{FENCE}\n" if open_after and not open_before else ""
    before = "".join(atom.text for atom in head).rstrip()
    after = "".join(atom.text for atom in tail).lstrip()
    return f"{before}{close}{GAP}{reopen}{after}".strip()
