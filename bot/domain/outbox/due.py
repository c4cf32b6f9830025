"""Due: which cards of a channel are to be sent."""

import msgspec

from bot.domain.alert.verdict import Lane
from bot.domain.outbox.outbox import CardKind


class CardChoice(msgspec.Struct, frozen=True):
    """Cards of neighbouring ``lanes``, with a message or without; without lanes it is the one ``kind``.

    ``calling`` are those alone that ring somebody and show nothing else.
    """

    lanes: tuple[Lane, ...] = ()
    posted: bool = False
    kind: CardKind = CardKind.BOARD
    calling: bool = False


class LaneCounts(msgspec.Struct, frozen=True):
    """How many cards may be sent, by lane, none counted further than was asked; boards are not among them.

    ``young`` were never posted and have not been waiting for long.
    """

    new: dict[Lane, int]
    changed: dict[Lane, int]
    young: int
