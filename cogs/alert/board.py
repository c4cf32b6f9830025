"""Board: what the buttons of a storm's board and of its pages do; the menus open alerts as in any list."""

from types import MappingProxyType
from typing import Final

from bot.cards.ids import CustomId, Verb
from bot.cards.outbox import board as board_card
from bot.usecases.outbox import board as boards
from cogs.alert.listing import TASK
from cogs.interaction import InteractionContext
from cogs.press import Acts
from cogs.rights import Capability


async def browse(context: InteractionContext, which: CustomId) -> None:
    """A page of the alerts without a card: a whisper, or another page in place of this one."""
    context.demand(Capability.VIEW, TASK)
    number = int(which.extra) if which.extra.isdecimal() else 0
    work = boards.page(context.bot_context.desk, which.number, number=number, size=board_card.PAGE_SIZE)
    found = await context.defer_if_slow(work, thinking=not context.on_ephemeral)
    shown = board_card.render_page(found)
    await (context.update_message(shown) if context.on_ephemeral else context.reply_ephemeral(shown))


PRESSES: Final[Acts] = MappingProxyType({Verb.BOARD: browse})
