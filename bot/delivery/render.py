"""Face: the message that a card becomes, and the plainer one for when Discord refuses the first."""

import asyncio
from typing import Final

import msgspec

from bot.cards import triage as triage_card
from bot.cards.alert import alert as alert_card
from bot.cards.alert import group as group_card
from bot.cards.alert import ring as rings
from bot.cards.alert.alert import AlertView
from bot.cards.alert.group import GroupView
from bot.cards.alert.ring import RingView
from bot.cards.card import Card, Ping
from bot.cards.cut import cut, units
from bot.cards.incident import incident as incident_card
from bot.cards.incident import nudge as nudge_card
from bot.cards.incident.incident import IncidentView
from bot.cards.incident.nudge import NudgeView
from bot.cards.limits import CONTENT, fit
from bot.cards.outbox import board as board_card
from bot.cards.outbox import closure as closure_card
from bot.cards.outbox import note as note_card
from bot.cards.outbox import outage as outage_card
from bot.cards.outbox.board import BoardView
from bot.cards.outbox.closure import ClosureView
from bot.cards.outbox.note import NoteView
from bot.cards.outbox.outage import OutageView
from bot.cards.triage import AnswerView, BriefView
from bot.delivery.message import plain_mark
from bot.usecases.outbox.subject import View

_NOBODY: Final = Ping()


def render_view(view: View, ping: Ping = _NOBODY) -> Card:  # noqa: C901, PLR0911 -- one for each kind
    """The card; of alerts it wakes ``ping``, the others know themselves whom to wake."""
    match view:
        case AlertView():
            return alert_card.render(msgspec.structs.replace(view, ping=ping))
        case GroupView():
            return group_card.render(msgspec.structs.replace(view, ping=ping))
        case BoardView():
            return board_card.render(view)
        case IncidentView():
            return incident_card.render(view)
        case NudgeView():
            return nudge_card.render(view, ping)
        case OutageView():
            return outage_card.render(view)
        case ClosureView():
            return closure_card.render(view, ping)
        case RingView():
            return rings.render(view, ping)
        case NoteView():
            return note_card.render(view)
        case BriefView():
            return triage_card.render(view)
        case AnswerView():
            return triage_card.render_answer(view)


async def draw(view: View, ping: Ping) -> Card:
    """The card of a view, a board of thousands beside the loop: an alert costs less to draw than the hop.

    That was a tenth of what a card costs.
    """
    if isinstance(view, AlertView):
        return render_view(view, ping)
    return await asyncio.to_thread(render_view, view, ping)


def footer_marker(view: View) -> str:  # noqa: C901, PLR0911 -- one for each kind of card
    """What the card bears for ever, and by which it is found again."""
    match view:
        case AlertView():
            return alert_card.marker(view.tag, view.alert.id)
        case GroupView():
            return group_card.marker(view.tag, view.group.id)
        case BoardView():
            return board_card.marker(view.tag, view.number)
        case IncidentView():
            return incident_card.marker(view.tag, view.incident.id)
        case NudgeView():
            return nudge_card.marker(view.tag, view.nudge.id)
        case OutageView():
            return outage_card.marker(view.tag, view.number)
        case ClosureView():
            return closure_card.marker(view.tag, view.channel_id, view.number)
        case RingView():
            return rings.marker(view.tag, view.id)
        case NoteView():
            return note_card.marker(view.tag, view.id)
        case BriefView() | AnswerView():
            return triage_card.marker(view.tag, view.id)


def marks(view: View) -> tuple[str, ...]:
    """All that it may bear: a group's card may have been posted as that of its first alert."""
    if isinstance(view, GroupView) and view.group.began_as:
        return footer_marker(view), alert_card.marker(view.tag, view.group.began_as)
    return (footer_marker(view),)


def plain(card: Card, view: View) -> Card:
    """The same without an embed, where nearly all that Discord could refuse stands; it keeps its buttons."""
    last = plain_mark(footer_marker(view))
    parts = [card.content]
    for embed in card.embeds:
        parts += [f"**{embed.title}**" if embed.title else "", embed.description]
    text = cut("\n".join(filter(None, parts)), CONTENT - units(last) - 1)
    return fit(Card(content=f"{text}\n{last}", rows=card.rows, ping=card.ping, file=card.file))
