"""Open request: what somebody wants to open, and what became of it."""

from datetime import timedelta
from enum import StrEnum

import msgspec

from bot.domain.incident.incident import Incident, IncidentLevel
from bot.usecases.incident.mutation import Shown


class OpenOutcome(StrEnum):
    """What became of a wish to open an incident."""

    OPENED = "opened"
    TAKEN_IN = "taken_in"
    ALREADY_IN = "already_in"
    REPEATED = "repeated"


class OpenRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to open. ``severity`` None leaves it to the alert; ``title`` "" likewise.

    ``channel_id`` is where it lives (a forum or a text channel), None as the rules say; the same
    ``idempotency_key`` never opens a second one. With ``lenient`` a severity worse than the alerts allow
    becomes the worst that they do, instead of an error. ``cap`` allows less than the alerts do, and
    ``dedupe_window`` stands for the desk's own. ``takes`` says that whoever opens it has the alert.
    """

    alert_id: int | None = None
    takes: bool = True
    title: str = ""
    severity: IncidentLevel | None = None
    note: str = ""
    service: str = ""
    channel_id: int | None = None
    idempotency_key: str | None = None
    lenient: bool = False
    cap: IncidentLevel | None = None
    dedupe_window: timedelta | None = None


class OpenedIncident(msgspec.Struct, frozen=True):
    """The incident, and why it is that one; `OpenOutcome.OPENED` when it is new.

    ``beyond`` is the severity that was asked for and is worse than ``cap``, the worst that the alerts allow.
    """

    outcome: OpenOutcome
    shown: Shown
    beyond: IncidentLevel | None = None
    cap: IncidentLevel = IncidentLevel.P0

    @property
    def incident(self) -> Incident:
        """The incident itself."""
        return self.shown.incident
