"""Board: it is deleted when a new wave has left it far above, and tells that the storm is over."""

from typing import Final

from bot.cards.outbox import board as board_card
from bot.cards.outbox.board import BoardView
from bot.delivery.kind.entry import CardMessage
from bot.usecases.desk import Desk
from bot.usecases.outbox import board as boards


async def _shown(desk: Desk, view: BoardView) -> None:
    """What says that the storm is over ends it."""
    if view.passed is not None:
        await boards.end(desk, view.channel_id)


BOARD: Final = CardMessage[BoardView](
    render=lambda view, _: board_card.render(view),
    mark=lambda view: board_card.marker(view.tag, view.number),
    is_misplaced=lambda view: view.is_sunk,
    shown=_shown,
)
