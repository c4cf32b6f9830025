"""Dossier: an event as it was stored, with what it came in and what became of it. Nothing here writes."""

import msgspec

from bot.domain.access.source import Source
from bot.domain.alert.alert import Alert, format_ref
from bot.domain.errors import NotFoundError
from bot.domain.recurrence.recurrence import Recurrence
from bot.usecases.desk import Desk
from storage.alert.event import Envelope, Event
from storage.transaction import Transaction

__all__ = ["EventDossier", "find", "find_of_alert"]


class EventDossier(msgspec.Struct, frozen=True, kw_only=True):
    """``envelope`` is the whole request, redacted, of which the event is one part.

    ``alert`` and ``recurrence`` are as they are now; ``incident_id`` is the one the alert belongs to.
    ``source`` is None once it was removed; its name stays.
    """

    event: Event
    envelope: Envelope | None
    source: Source | None
    source_name: str
    alert: Alert | None
    recurrence: Recurrence | None
    incident_id: int | None


async def find(desk: Desk, event_id: int) -> EventDossier:
    """The dossier of one event.

    Raises:
        NotFoundError: this desk does not have it.
    """

    def work(tx: Transaction) -> EventDossier:
        event = tx.dossiers.event(desk.project.id, event_id)
        if event is None:
            raise NotFoundError("event", str(event_id))
        return _gather(tx, desk, event)

    return await desk.storage.read(work)


async def find_of_alert(desk: Desk, alert_id: int) -> EventDossier:
    """The dossier of the newest event that went into an alert.

    Raises:
        NotFoundError: this desk does not have the alert, or no event of it.
    """

    def work(tx: Transaction) -> EventDossier:
        alert = tx.alerts.get(desk.project.id, alert_id)
        if alert is None:
            raise NotFoundError("alert", format_ref(alert_id))
        event = tx.dossiers.newest(desk.project.id, recurrence_id=alert.recurrence_id, alert_id=alert_id)
        if event is None:
            raise NotFoundError("event", f"of {alert.ref}")
        return _gather(tx, desk, event)

    return await desk.storage.read(work)


def _gather(tx: Transaction, desk: Desk, event: Event) -> EventDossier:
    project_id = desk.project.id
    sources = (each for each in tx.sources.listing(project_id) if each.id == event.source_id)
    belongs = None if event.alert_id is None else tx.links.of_alert(event.alert_id)
    recurrence_id = event.recurrence_id
    return EventDossier(
        event=event,
        envelope=tx.events.envelope(event.envelope_digest),
        source=next(sources, None),
        source_name=tx.sources.names({event.source_id}).get(event.source_id, ""),
        alert=None if event.alert_id is None else tx.alerts.get(project_id, event.alert_id),
        recurrence=None if recurrence_id is None else tx.recurrences.get(project_id, recurrence_id),
        incident_id=None if belongs is None else belongs.incident_id,
    )
