"""Board: what stands for the alerts of a channel in a storm."""

from typing import Final

from bot.cards.outbox.board import BoardView
from bot.usecases.outbox import board as boards
from bot.usecases.outbox.subject import CardSubject

BOARD: Final = CardSubject[BoardView](read=boards.view)
