"""Dossier: an event as it was stored, with what it came in and what became of it. Nothing here writes."""

from typing import Final

import msgspec

from bot.domain.access.source import Source
from bot.domain.alert.alert import Alert, format_ref
from bot.domain.alert.event import Envelope, Event
from bot.domain.alert.ref import SourceRef, find_refs
from bot.domain.alert.signal import Severity, Signal, Status
from bot.domain.alert.signature import signature
from bot.domain.alert.verdict import Verdict
from bot.domain.errors import NotFoundError
from bot.domain.recurrence.recurrence import Recurrence
from bot.domain.recurrence.run import Run
from bot.usecases.desk import Desk
from storage.transaction import Transaction

RUNS: Final = 10
DEDUPED: Final = frozenset({*(each.value for each in Verdict if each.deduped), Verdict.REPEATED.value})
_STAGES: Final = frozenset({Verdict.REJECTED.value, Verdict.PULSE.value, Verdict.NEVER_SEEN.value})


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
    runs: tuple[Run, ...] = ()

    @property
    def duplicate(self) -> bool:
        """Whether it was absorbed by what was already known."""
        return self.event.verdict in DEDUPED

    @property
    def refs(self) -> tuple[SourceRef, ...]:
        """Where the sender's own tools show it."""
        alert = self.alert
        return () if alert is None else find_refs(alert.links, alert.labels, alert.said)

    @property
    def source_url(self) -> str:
        """The sender's own page about it, "" when it gave none."""
        links = () if self.alert is None else self.alert.links
        named = (each.url for each in links if each.title.casefold() == "source")
        return next(named, links[0].url if links else "")

    @property
    def stage(self) -> str:
        """How far it came, in a word."""
        if self.event.verdict in _STAGES:
            return self.event.verdict
        if self.alert is not None and not self.alert.state.open:
            return "resolved"
        if self.incident_id is not None:
            return "incident"
        return "deduplicated" if self.duplicate else "alerting"


async def find(desk: Desk, event_id: int) -> EventDossier:
    """The dossier of one event.

    Raises:
        NotFoundError: this desk does not have it.
    """

    def read_dossier(tx: Transaction) -> EventDossier:
        event = tx.dossiers.event(desk.project.id, event_id)
        if event is None:
            raise NotFoundError("event", str(event_id))
        return _gather(tx, desk, event)

    return await desk.storage.read(read_dossier)


async def find_of_run(desk: Desk, run_id: int) -> EventDossier:
    """The dossier of the event that a run is about, or of the newest one of its alert or recurrence.

    Raises:
        NotFoundError: this desk does not have the run, or it is about no event.
    """

    def read_dossier_of_run(tx: Transaction) -> EventDossier:
        project_id = desk.project.id
        run = tx.runs.get(run_id)
        if run is None or run.project_id != project_id:
            raise NotFoundError("run", str(run_id))
        event = None if run.event_id is None else tx.dossiers.event(project_id, run.event_id)
        if event is None and run.alert_id is not None and run.recurrence_id is not None:
            event = tx.dossiers.newest(project_id, recurrence_id=run.recurrence_id, alert_id=run.alert_id)
        if event is None and run.recurrence_id is not None:
            event = tx.dossiers.of_recurrence(project_id, run.recurrence_id)
        if event is None:
            raise NotFoundError("event", f"of run {run_id}")
        return _gather(tx, desk, event)

    return await desk.storage.read(read_dossier_of_run)


async def find_of_sender(desk: Desk, identity: str) -> EventDossier:
    """The dossier of the newest event whose sender gave it this identity.

    Raises:
        NotFoundError: no sender of this desk has.
    """

    def read_dossier_of_sender(tx: Transaction) -> EventDossier:
        sources = tx.sources.listing(desk.project.id)
        signal = Signal(status=Status.FIRING, name="", severity=Severity.INFO, fingerprint=identity)
        signs = [signature(each.provider, each.name, signal) for each in sources]
        ids = tx.recurrences.ids(desk.project.id, signs)
        events = [tx.dossiers.of_recurrence(desk.project.id, each) for each in ids]
        newest = max((each for each in events if each is not None), key=lambda one: one.id, default=None)
        if newest is None:
            raise NotFoundError("event", identity[:80])
        return _gather(tx, desk, newest)

    return await desk.storage.read(read_dossier_of_sender)


async def find_of_alert(desk: Desk, alert_id: int) -> EventDossier:
    """The dossier of the newest event that went into an alert.

    Raises:
        NotFoundError: this desk does not have the alert, or no event of it.
    """

    def read_dossier_of_alert(tx: Transaction) -> EventDossier:
        alert = tx.alerts.get(desk.project.id, alert_id)
        if alert is None:
            raise NotFoundError("alert", format_ref(alert_id))
        event = tx.dossiers.newest(desk.project.id, recurrence_id=alert.recurrence_id, alert_id=alert_id)
        if event is None:
            raise NotFoundError("event", f"of {alert.ref}")
        return _gather(tx, desk, event)

    return await desk.storage.read(read_dossier_of_alert)


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
        runs=() if event.alert_id is None else tuple(tx.runs.of_alert(event.alert_id, limit=RUNS)),
    )
