"""The note: one small message for what a sender said that is no alert, such as the test of its set-up."""

from datetime import datetime
from typing import Final

import msgspec

from bot.cards.card import Card, Embed
from bot.cards.limits import fit
from bot.cards.style import CALM, SEPARATOR, TIMES
from bot.cards.text import inline, moment

_TITLE: Final = 200
_SAID: Final = 600


class NoteView(msgspec.Struct, frozen=True, kw_only=True):
    """What was said by the source, ``count`` times; nobody is woken by it."""

    id: int
    tag: str
    source_name: str
    title: str
    text: str
    count: int
    last_at: datetime


def render(view: NoteView) -> Card:
    """The note as one message."""
    said = inline(view.text, _SAID)
    times = f"{SEPARATOR}{TIMES}{view.count}" if view.count > 1 else ""
    from_ = f"-# from {inline(view.source_name, 64)}{SEPARATOR}{moment(view.last_at)}{times}"
    embed = Embed(
        description="\n".join(filter(None, (said, from_))),
        color=CALM,
        footer=marker(view.tag, view.id),
    )
    return fit(Card(content=f"👋 {inline(view.title, _TITLE, addresses=False)}", embeds=(embed,)))


def marker(tag: str, note_id: int) -> str:
    """What a note's footer is, and by which a lost one is found again."""
    return f"NOTE-{note_id}{SEPARATOR}{tag}"
