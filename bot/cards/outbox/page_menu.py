"""Page menu: the pages of a long list as one select, so that each alert is two presses away.

Where there are more pages than a select takes, its options are spread evenly, and the pages turn from there.
"""

from collections.abc import Sequence
from typing import Final

from bot.cards.card import Option, Select
from bot.cards.ids import Verb, build
from bot.cards.limits import OPTION_TEXT, OPTIONS
from bot.cards.style import sign
from bot.cards.text import plain
from bot.domain.outbox.board import BoardAlert

CHOSEN: Final = "choose"
"""The extra of the custom_id of such a menu: the number of the page is the value that was chosen."""


def page_menu(
    verb: Verb, tag: str, subject: int, *, total: int, size: int, held: Sequence[BoardAlert]
) -> Select:
    """A page an option; it is named after its first alert as far as ``held`` knows them in their order."""
    pages = max(1, -(-total // size))
    starts = sorted(
        {index * pages // OPTIONS for index in range(OPTIONS)} if pages > OPTIONS else range(pages)
    )
    ends = [*starts[1:], pages]
    return Select(
        custom_id=build(verb, tag, subject, CHOSEN),
        placeholder=f"Browse all {total:,}",
        options=tuple(
            _option(start, min(end * size, total), size, held)
            for start, end in zip(starts, ends, strict=True)
        ),
    )


def _option(start: int, last: int, size: int, held: Sequence[BoardAlert]) -> Option:
    """``26 to 50``, and from which alert on."""
    first = held[start * size] if start * size < len(held) else None
    return Option(
        label=f"{start * size + 1:,} to {last:,}",
        value=str(start),
        description="" if first is None else plain(f"from {first.ref} {first.name}", OPTION_TEXT),
        emoji="" if first is None else sign(first),
    )
