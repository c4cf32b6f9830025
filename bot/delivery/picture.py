"""Picture: what is drawn beside a brief. It comes with an edit, so that the words wait for nothing.

Of all workers one at most waits for a drawing: they are few, and alerts need them. A brief that comes
while the renderer is busy has no picture until it is edited again.
"""

import asyncio
from importlib.util import find_spec
from typing import Final

from msgspec.structs import replace

from bot.cards.card import Card, Image
from bot.cards.triage import BriefView
from bot.domain.recurrence.recurrence import format_ref
from bot.usecases.outbox.subject import View
from bot.usecases.recurrence.chart_renderer import RENDERER

_PATIENCE: Final = 10.0  # seconds


def comes_later(view: View) -> bool:
    """Whether the message, once it is posted, wants an edit for its picture's sake."""
    return isinstance(view, BriefView) and view.chart.tells and find_spec("matplotlib") is not None


async def illustrate(card: Card, view: View) -> Card:
    """The card with its picture; the card itself when it has none, or none can be drawn now."""
    if not isinstance(view, BriefView) or not comes_later(view) or RENDERER.busy:
        return card
    try:
        async with asyncio.timeout(_PATIENCE):
            picture = await RENDERER.draw(view.chart)
    except TimeoutError:
        return card
    if picture is None:
        return card
    name = f"{format_ref(view.brief.alert.recurrence_id).lower()}.png"
    return replace(card, file=Image(name=name, png=picture.png, words=picture.words))
