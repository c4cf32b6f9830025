"""Render: the message that a card becomes, and the plainer one for when Discord refuses the first."""

import asyncio
from typing import Final

from bot.cards.card import Card, Ping
from bot.cards.cut import cut, units
from bot.cards.limits import CONTENT, fit
from bot.delivery.kind.registry import MESSAGES
from bot.delivery.wire.message import plain_mark
from bot.domain.outbox.outbox import CardKind
from bot.usecases.outbox.subject import View

_NOBODY: Final = Ping()


def render_view(kind: CardKind, view: View, ping: Ping = _NOBODY) -> Card:
    """The card of a kind, which wakes ``ping``."""
    return MESSAGES[kind].render(view, ping)


async def draw(kind: CardKind, view: View, ping: Ping) -> Card:
    """The card of a view, a board of thousands beside the loop: an alert costs less to draw than the hop.

    That was a tenth of what a card costs.
    """
    if MESSAGES[kind].is_quick:
        return render_view(kind, view, ping)
    return await asyncio.to_thread(render_view, kind, view, ping)


def footer_marker(kind: CardKind, view: View) -> str:
    """What the card bears for ever, and by which it is found again."""
    return MESSAGES[kind].mark(view)


def marks(kind: CardKind, view: View) -> tuple[str, ...]:
    """All that it may bear."""
    message = MESSAGES[kind]
    return (message.mark(view), *message.former_marks(view))


def plain(card: Card, mark: str) -> Card:
    """The card without its embed, which is nearly all that Discord could refuse; the buttons stay."""
    last = plain_mark(mark)
    parts = [card.content]
    for embed in card.embeds:
        parts += [f"**{embed.title}**" if embed.title else "", embed.description]
    text = cut("\n".join(filter(None, parts)), CONTENT - units(last) - 1)
    return fit(Card(content=f"{text}\n{last}", rows=card.rows, ping=card.ping, file=card.file))
