"""Face: the message that a card becomes, and the plainer one for when Discord refuses the first."""

from typing import Final

import msgspec

from bot.cards.alert import AlertView, render, summon
from bot.cards.card import Card, Ping
from bot.cards.cut import cut, units
from bot.cards.limits import CONTENT, fit
from bot.delivery.message import plain_marker

_NOBODY: Final = Ping()


def draw(view: AlertView, ping: Ping = _NOBODY) -> Card:
    """The alert's card, waking ``ping``."""
    return render(msgspec.structs.replace(view, ping=ping))


def draw_summons(view: AlertView, ping: Ping, address: str) -> Card:
    """The message that wakes ``ping`` for a card that stands at ``address`` already."""
    return summon(msgspec.structs.replace(view, ping=ping), address)


def plain(card: Card, view: AlertView) -> Card:
    """The same without an embed, where nearly all that Discord could refuse stands; it keeps its buttons."""
    marker = plain_marker(view.tag, view.alert.id)
    parts = [card.content]
    for embed in card.embeds:
        parts += [f"**{embed.title}**" if embed.title else "", embed.description]
    text = cut("\n".join(filter(None, parts)), CONTENT - units(marker) - 1)
    return fit(Card(content=f"{text}\n{marker}", rows=card.rows, ping=card.ping))
