"""Board lines: the causes of a board, each a header and what tells its alerts apart, on a phone's screen."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

import msgspec

from bot.cards.cut import units
from bot.cards.style import SEPARATOR, SIGNS, TIMES, some
from bot.cards.text import inline
from bot.domain.outbox.board import BoardGroup

_NAME: Final = 40
_PLACE: Final = 32
_ITEM: Final = 40
_ENTRIES: Final = 7  # lines of names: a board is one screen of a phone
_TELLING: Final = 4  # lines of names that have examples; where there are more, the names are enough
_ALONE: Final = 6  # names that occur once, of one severity, and have a line each
_PACKED: Final = 3  # examples behind a header
_ROOM: Final = 640  # units of the description: with its menus it is one screen of a phone


class _Entry(msgspec.Struct, frozen=True):
    """A line of the board: a header, what may be packed behind it, and how many that would be in all.

    Names that ``must`` be told are of alerts that share the line.
    """

    header: str
    items: Sequence[str]
    total: int
    must: bool = False


def cause_lines(groups: Sequence[BoardGroup]) -> Iterator[str]:
    """Each name once, and behind it as many of its members as fit into its share of the room."""
    entries = list(_entries(groups))
    shown = entries[:_ENTRIES]
    room = _ROOM - sum(units(each.header) + 1 for each in shown)
    for index, entry in enumerate(shown):
        tells = entry.must or len(shown) <= _TELLING
        packed = _pack(entry, room // (len(shown) - index)) if tells else ""
        room -= units(packed)
        yield f"{entry.header}{packed}"
    if len(entries) > len(shown):
        yield f"… and {some(len(entries) - len(shown), 'more name')} in the list"


def _entries(groups: Sequence[BoardGroup]) -> Iterator[_Entry]:
    """Groups of many have a line each; where many stand alone, they share one."""
    for severity, same in groupby(groups, key=lambda each: each.severity):
        alone = []
        for each in same:
            if len(each.members) == 1:
                alone.append(each)
            else:
                yield _many(each)
        if len(alone) > _ALONE:
            header = f"{SIGNS[severity]} **{len(alone):,} different alerts**"
            yield _Entry(header, [each.name for each in alone[:_PACKED]], len(alone), must=True)
        else:
            yield from (_Entry(_single(each), (), 0) for each in alone)


def _many(found: BoardGroup) -> _Entry:
    shared = f"{SEPARATOR}{inline('/'.join(found.shared), _PLACE)}" if found.shared else ""
    header = f"{SIGNS[found.severity]} **{short_name(found.name)}** {TIMES}{len(found.members):,}{shared}"
    items = list(map(found.tell_apart, found.members[:_PACKED]))
    return _Entry(header, items, len(found.members))


def _single(found: BoardGroup) -> str:
    place = inline("/".join(found.shared), _PLACE)
    header = f"{SIGNS[found.severity]} **{short_name(found.name)}**"
    return f"{header}{SEPARATOR}{place}" if place else header


def _pack(entry: _Entry, room: int) -> str:
    """``: cart-1, cart-2, +409 more`` within ``room`` units; nothing where not even one fits."""
    packed: list[str] = []
    room -= len(f": , +{entry.total:,} more")
    for item in entry.items:
        shown = inline(item, _ITEM, addresses=False)
        room -= units(shown) + 2
        if room < 0:
            break
        packed.append(shown)
    if not packed:
        return ""
    left = entry.total - len(packed)
    return f": {', '.join(packed)}" + (f", +{left:,} more" if left else "")


def short_name(name: str) -> str:
    """An alert's name as it stands in a line."""
    return inline(name, _NAME, addresses=False) or "unnamed"
