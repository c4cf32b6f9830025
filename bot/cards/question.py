"""Question: what every card that asks before it acts has in common."""

from bot.cards.card import Button
from bot.cards.ids import Verb, build


def cancel(tag: str) -> Button:
    """The way out of a question."""
    return Button(label="Cancel", custom_id=build(Verb.CANCEL, tag, "question"))
