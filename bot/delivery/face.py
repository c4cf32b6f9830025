"""Face: the message that a card becomes, and the plainer one for when Discord refuses the first."""

from typing import Final

import msgspec

from bot.cards import triage as briefs
from bot.cards.alert import alert as alerts
from bot.cards.alert import group as groups
from bot.cards.alert.alert import AlertView
from bot.cards.alert.group import GroupView
from bot.cards.card import Card, Ping
from bot.cards.cut import cut, units
from bot.cards.incident import incident as incidents
from bot.cards.incident import nudge as nudges
from bot.cards.incident.incident import IncidentView
from bot.cards.incident.nudge import NudgeView
from bot.cards.limits import CONTENT, fit
from bot.cards.outbox import board as boards
from bot.cards.outbox import closure as closures
from bot.cards.outbox import note as notes
from bot.cards.outbox import outage as blindnesses
from bot.cards.outbox.board import BoardView
from bot.cards.outbox.closure import ClosureView
from bot.cards.outbox.note import NoteView
from bot.cards.outbox.outage import BlindnessView
from bot.cards.triage import AnswerView, BriefView
from bot.delivery.message import plain_mark
from bot.usecases.outbox.subject import View

_NOBODY: Final = Ping()


def draw(view: View, ping: Ping = _NOBODY) -> Card:  # noqa: C901, PLR0911 -- one for each kind
    """The card; of alerts it wakes ``ping``, the others know themselves whom to wake."""
    match view:
        case AlertView():
            return alerts.render(msgspec.structs.replace(view, ping=ping))
        case GroupView():
            return groups.render(msgspec.structs.replace(view, ping=ping))
        case BoardView():
            return boards.render(view)
        case IncidentView():
            return incidents.render(view)
        case NudgeView():
            return nudges.render(view)
        case BlindnessView():
            return blindnesses.render(view)
        case ClosureView():
            return closures.render(view, ping)
        case NoteView():
            return notes.render(view)
        case BriefView():
            return briefs.render(view)
        case AnswerView():
            return briefs.render_answer(view)


def draw_summons(view: AlertView | GroupView | ClosureView, ping: Ping, address: str) -> Card:
    """The message that wakes ``ping`` for a card that stands at ``address`` already."""
    if isinstance(view, ClosureView):
        return closures.summon(view, ping, address)
    if isinstance(view, GroupView):
        return groups.summon(msgspec.structs.replace(view, ping=ping), address)
    return alerts.summon(msgspec.structs.replace(view, ping=ping), address)


def mark(view: View) -> str:  # noqa: PLR0911 -- one for each kind of card
    """What the card bears for ever, and by which it is found again."""
    match view:
        case AlertView():
            return alerts.marker(view.tag, view.alert.id)
        case GroupView():
            return groups.marker(view.tag, view.group.id)
        case BoardView():
            return boards.marker(view.tag, view.number)
        case IncidentView():
            return incidents.marker(view.tag, view.incident.id)
        case NudgeView():
            return nudges.marker(view.tag, view.nudge.id)
        case BlindnessView():
            return blindnesses.marker(view.tag, view.number)
        case ClosureView():
            return closures.marker(view.tag, view.channel_id, view.number)
        case NoteView():
            return notes.marker(view.tag, view.id)
        case BriefView() | AnswerView():
            return briefs.marker(view.tag, view.id)


def plain(card: Card, view: View) -> Card:
    """The same without an embed, where nearly all that Discord could refuse stands; it keeps its buttons."""
    last = plain_mark(mark(view))
    parts = [card.content]
    for embed in card.embeds:
        parts += [f"**{embed.title}**" if embed.title else "", embed.description]
    text = cut("\n".join(filter(None, parts)), CONTENT - units(last) - 1)
    return fit(Card(content=f"{text}\n{last}", rows=card.rows, ping=card.ping, file=card.file))
