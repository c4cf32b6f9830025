"""The looks of incidents: signs, words and colours, in step with those of alerts."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bot.cards.style import BAD, CALM, COLOURS, GOOD, SEPARATOR
from bot.domain.alert.signal import Severity
from bot.domain.incident.incident import Incident, IncidentLevel, IncidentState, Role

LEVEL_SIGNS: Final[Mapping[IncidentLevel, str]] = MappingProxyType(
    {
        IncidentLevel.P0: "🔥",
        IncidentLevel.P1: "🔴",
        IncidentLevel.P2: "🟠",
        IncidentLevel.P3: "🔵",
        IncidentLevel.P4: "⚪",
    }
)
ROLE_SIGNS: Final[Mapping[Role, str]] = MappingProxyType(
    {Role.COMMANDER: "🧭", Role.SCRIBE: "📝", Role.COMMUNICATIONS: "📢"}
)
_STATE_SIGNS: Final[Mapping[IncidentState, str]] = MappingProxyType(
    {IncidentState.MITIGATING: "🟨", IncidentState.RESOLVED: "✅", IncidentState.CLOSED: "🗄️"}
)
_COLOURS: Final[Mapping[IncidentLevel, int]] = MappingProxyType(
    {
        IncidentLevel.P0: BAD,
        IncidentLevel.P1: BAD,
        IncidentLevel.P2: COLOURS[Severity.WARNING],
        IncidentLevel.P3: COLOURS[Severity.INFO],
        IncidentLevel.P4: CALM,
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
    if incident.state is IncidentState.OPEN:
        return _COLOURS[incident.severity]
    return _WATCHED if incident.state is IncidentState.MITIGATING else GOOD
