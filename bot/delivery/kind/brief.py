"""Brief: what is known of an alert, or a program's answer. `bot.delivery.picture` draws for it."""

from typing import Final

from bot.cards import triage as triage_card
from bot.cards.card import Card, Ping
from bot.cards.triage import AnswerView, BriefView
from bot.delivery.kind.entry import CardMessage


def _render(view: BriefView | AnswerView, _: Ping) -> Card:
    return triage_card.render(view) if isinstance(view, BriefView) else triage_card.render_answer(view)


BRIEF: Final = CardMessage[BriefView | AnswerView](
    render=_render, mark=lambda view: triage_card.marker(view.tag, view.id)
)
