"""Board: what the buttons of a storm's board and of its pages do; the menus open alerts as in any list."""

from types import MappingProxyType
from typing import Final

from bot.cards.ids import CustomId, Verb
from bot.cards.outbox import board as cards
from bot.usecases.outbox import board
from cogs.alert.listing import TASK
from cogs.errand import Errand
from cogs.press import Acts
from cogs.rights import Capability


async def browse(errand: Errand, which: CustomId) -> None:
    """A page of the alerts without a card: a whisper, or another page in place of this one."""
    errand.demand(Capability.VIEW, TASK)
    number = int(which.extra) if which.extra.isdecimal() else 0
    work = board.page(errand.door.desk, which.number, number=number, size=cards.PAGE_SIZE)
    found = await errand.patiently(work, thinking=not errand.on_whisper)
    shown = cards.render_page(found)
    await (errand.redraw(shown) if errand.on_whisper else errand.whisper(shown))


PRESSES: Final[Acts] = MappingProxyType({Verb.BOARD: browse})
