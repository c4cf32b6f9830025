"""Search: which incidents people list."""

from typing import Final

import msgspec

from bot.domain.incident.incident import IncidentLevel, IncidentState
from bot.domain.sight import EVERYTHING, Sight


class IncidentFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which incidents to list; None means any. ``text`` is looked for in title and service.

    ``sight`` says for whose eyes.
    """

    states: tuple[IncidentState, ...] | None = None
    severities: tuple[IncidentLevel, ...] = ()
    text: str = ""
    sight: Sight = EVERYTHING


OPEN_INCIDENTS: Final = IncidentFilter(states=tuple(state for state in IncidentState if state.open))
