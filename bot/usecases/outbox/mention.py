"""Mention: how bad what an edit may go on mentioning is, by what was rung.

Law: an edit wakes nobody, so that a card names nobody whom its own post, or a reply to it, has not rung for
what is still so. `bot.delivery.ping` says the same of what delivery edits.
"""

from typing import TypeAlias

from bot.cards.alert.alert import AlertView
from bot.cards.alert.group import GroupView
from bot.domain.alert.ring import is_loud
from bot.domain.alert.signal import Severity
from bot.domain.outbox.placement import Placement

Rung: TypeAlias = tuple[Severity, int, int, tuple[str, ...] | None]
"""Severity, channel and project, and whom the source alone wakes; None for those of the desk."""


def standing(place: Placement | None, view: AlertView | GroupView) -> Rung | None:
    """Whose people were rung for the card at ``place`` and have to know of it now."""
    if isinstance(view, GroupView):
        run, severity, project_id, own = 0, view.wakes, view.group.project_id, view.own_wakes
    else:
        alert = view.alert
        run, project_id, own = alert.run, alert.project_id, view.wakes
        severity = alert.severity if is_loud(alert) else None
    if place is None or not place.pinged or place.rung_run is None or place.rung_run < run:
        return None
    return None if severity is None else (severity, place.channel_id, project_id, own)
