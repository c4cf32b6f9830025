"""Mention: how bad what an edit may go on mentioning is, by what was rung.

Law: an edit wakes nobody, so that a card names nobody whom its own post, or a reply to it, has not rung for
what is still so. `bot.delivery.ping` says the same of what delivery edits.
"""

from bot.cards.alert.alert import AlertView
from bot.cards.alert.group import GroupView
from bot.domain.alert.ring import is_loud
from bot.domain.alert.signal import Severity
from storage.outbox.card import Placement


def standing(place: Placement | None, view: AlertView | GroupView) -> tuple[Severity, int] | None:
    """The severity whose people were rung for the card at ``place`` and have to know of it now, and where."""
    if isinstance(view, GroupView):
        run, severity = 0, view.wakes
    else:
        run, severity = view.alert.run, view.alert.severity if is_loud(view.alert) else None
    if place is None or not place.pinged or place.rung_run is None or place.rung_run < run:
        return None
    return None if severity is None else (severity, place.channel_id)
