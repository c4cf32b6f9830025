"""The looks of incidents: signs, words and colours, in step with those of alerts."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bot.cards.look import BAD, CALM, COLOURS, GOOD, SEPARATOR
from bot.domain.alert.signal import Severity
from bot.domain.incident.incident import Incident, Level, Role, State

LEVEL_SIGNS: Final[Mapping[Level, str]] = MappingProxyType(
    {Level.P0: "🔥", Level.P1: "🔴", Level.P2: "🟠", Level.P3: "🔵", Level.P4: "⚪"}
)
ROLE_SIGNS: Final[Mapping[Role, str]] = MappingProxyType(
    {Role.COMMANDER: "🧭", Role.SCRIBE: "📝", Role.COMMUNICATIONS: "📢"}
)
_STATE_SIGNS: Final[Mapping[State, str]] = MappingProxyType(
    {State.MITIGATING: "🟡", State.RESOLVED: "✅", State.CLOSED: "🗄️"}
)
_COLOURS: Final[Mapping[Level, int]] = MappingProxyType(
    {
        Level.P0: BAD,
        Level.P1: BAD,
        Level.P2: COLOURS[Severity.WARNING],
        Level.P3: COLOURS[Severity.INFO],
        Level.P4: CALM,
    }
)
_WATCHED: Final = 0xC9A94B


def sign(incident: Incident) -> str:
    """One emoji for state and severity together."""
    return _STATE_SIGNS.get(incident.state, LEVEL_SIGNS[incident.severity])


def words(incident: Incident) -> str:
    """Severity and state in words: ``P1 · MITIGATING``."""
    return f"{incident.severity}{SEPARATOR}{incident.state.upper()}"


def colour(incident: Incident) -> int:
    """The frame's colour, 0xRRGGBB: severity's while it hurts."""
    if incident.state is State.OPEN:
        return _COLOURS[incident.severity]
    return _WATCHED if incident.state is State.MITIGATING else GOOD
