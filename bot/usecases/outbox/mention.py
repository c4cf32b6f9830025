"""Mention: how bad what an edit may go on mentioning is, by what was rung.

Law: an edit wakes nobody, so that a card names nobody whom its own post, or a reply to it, has not rung for
what is still so. `bot.delivery.ping` says the same of what delivery edits.
"""

from collections.abc import Sequence
from typing import TypeAlias

from bot.domain.alert.signal import Severity
from bot.domain.outbox.placement import Placement
from bot.usecases.outbox.kind.registry import SUBJECTS
from bot.usecases.outbox.subject import CardCall, View

Rung: TypeAlias = tuple[Severity, int, int, Sequence[str] | None]
"""Severity, channel and project, and whom the source alone wakes; None for those of the desk."""


def standing(place: Placement | None, view: View, project_id: int) -> Rung | None:
    """Whose people were rung for the card at ``place`` and have to know of it now."""
    if place is None:
        return None
    call: CardCall = SUBJECTS[place.kind].call(view)
    if not place.pinged or place.rung_run is None or place.rung_run < call.run or call.severity is None:
        return None
    return call.severity, place.channel_id, project_id, call.words[0]
