"""The ephemeral answers of a board: what to do with one cause or with all alerts, and the way back."""

from typing import Final

import msgspec

from bot.cards.card import Button, ButtonStyle, Card
from bot.cards.ids import Verb, build
from bot.cards.limits import fit
from bot.cards.outbox import board_extra
from bot.cards.question import cancel
from bot.cards.style import TIMES, some
from bot.cards.text import inline, sentence
from bot.domain.outbox.board import Seen

_NAME: Final = 80


class CauseView(msgspec.Struct, frozen=True, kw_only=True):
    """The alerts of one name on a channel's board; ``member_id`` is one of them.

    Nobody has ``untaken`` of ``total``.
    """

    channel_id: int
    member_id: int
    name: str
    total: int
    untaken: int
    seen: Seen
    tag: str


def render(view: CauseView) -> Card:
    """What can be done to all of them."""
    name = inline(view.name, _NAME, addresses=False) or "unnamed"
    extra = board_extra.write(view.seen, member_id=view.member_id)
    buttons = (
        Button(
            label=f"Acknowledge {view.untaken:,}" if view.untaken else "All acknowledged",
            custom_id=build(Verb.BOARD_ACK, view.tag, view.channel_id, extra),
            style=ButtonStyle.SUCCESS,
            disabled=not view.untaken,
        ),
        Button(
            label=f"Resolve {view.total:,}",
            custom_id=build(Verb.BOARD_RESOLVE, view.tag, view.channel_id, extra),
            style=ButtonStyle.DANGER,
        ),
        cancel(view.tag),
    )
    often = f" {TIMES}{view.total:,}" if view.total > 1 else ""
    return fit(Card(content=f"**{name}**{often} on the board", rows=(buttons,)))


def ask_resolve(channel_id: int, total: int, seen: Seen, tag: str) -> Card:
    """Before all that a board holds ends at one press."""
    sure = Button(
        label=f"Resolve {total:,}",
        custom_id=build(Verb.BOARD_RESOLVE, tag, channel_id, board_extra.write(seen, sure=True)),
        style=ButtonStyle.DANGER,
    )
    return fit(Card(content=f"Resolve all {total:,} open alerts on the board?", rows=((sure, cancel(tag)),)))


def unseen(count: int) -> str:
    """What was left alone, for nobody could know of it: it calls for people still."""
    return (
        f"{some(count, 'alert')} came or got worse meanwhile: {'that waits' if count == 1 else 'those wait'}."
    )


def done(text: str, tag: str, act_id: int) -> Card:
    """Say what was done, and that it can be taken back for five minutes."""
    back = Button(label="Undo", custom_id=build(Verb.UNDO, tag, act_id), emoji="↩️")
    return fit(Card(content=f"✅ {sentence(text)} For 5 minutes you can take it back.", rows=((back,),)))
