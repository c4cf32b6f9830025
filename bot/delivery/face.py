"""Face: the message that a card becomes, and the plainer one for when Discord refuses the first."""

from typing import Final, TypeAlias

import msgspec

from bot.cards import alert as alerts
from bot.cards import board as boards
from bot.cards.alert import AlertView
from bot.cards.board import BoardView
from bot.cards.card import Card, Ping
from bot.cards.cut import cut, units
from bot.cards.limits import CONTENT, fit
from bot.delivery.message import plain_mark

View: TypeAlias = AlertView | BoardView

_NOBODY: Final = Ping()


def draw(view: View, ping: Ping = _NOBODY) -> Card:
    """The card, waking ``ping``; a board wakes nobody."""
    if isinstance(view, BoardView):
        return boards.render(view)
    return alerts.render(msgspec.structs.replace(view, ping=ping))


def draw_summons(view: AlertView, ping: Ping, address: str) -> Card:
    """The message that wakes ``ping`` for a card that stands at ``address`` already."""
    return alerts.summon(msgspec.structs.replace(view, ping=ping), address)


def mark(view: View) -> str:
    """What the card bears for ever, and by which it is found again."""
    if isinstance(view, BoardView):
        return boards.marker(view.tag, view.number)
    return alerts.marker(view.tag, view.alert.id)


def plain(card: Card, view: View) -> Card:
    """The same without an embed, where nearly all that Discord could refuse stands; it keeps its buttons."""
    last = plain_mark(mark(view))
    parts = [card.content]
    for embed in card.embeds:
        parts += [f"**{embed.title}**" if embed.title else "", embed.description]
    text = cut("\n".join(filter(None, parts)), CONTENT - units(last) - 1)
    return fit(Card(content=f"{text}\n{last}", rows=card.rows, ping=card.ping, file=card.file))
