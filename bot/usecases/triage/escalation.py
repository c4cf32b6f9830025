"""Escalation: how an incident begins, or turns out to have begun already.

Law: within the dedupe window there is one open incident for a signature or a service, however many people
and machines open one at once: who opens holds all openings of the desk until the commit, and looks first.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from bot.domain.actor import Actor, ActorKind
from bot.domain.alert.alert import Alert
from bot.domain.alert.signal import Severity
from bot.domain.alert.verdict import Lane
from bot.domain.audit import Entry
from bot.domain.incident import transition as incident_transition
from bot.domain.incident.duration import Times
from bot.domain.incident.incident import (
    Incident,
    IncidentLevel,
    IncidentState,
    allowed,
    ceiling,
)
from bot.domain.incident.nudge import CALLS, Nudge, NudgeKind
from bot.domain.incident.timeline import Kind, TimelineDraft
from bot.domain.outbox.outbox import CardKind
from bot.domain.text import one_line
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.alert import many
from bot.usecases.alert.many import Moved
from bot.usecases.desk import Desk
from bot.usecases.incident.membership import held_alert, past, take_in
from bot.usecases.incident.mutation import (
    MAX_TITLE,
    IncidentMutation,
    apply,
    held,
    read_text,
    send,
    show,
)
from bot.usecases.triage import triage
from bot.usecases.triage.open_request import OpenedIncident, OpenOutcome, OpenRequest
from bot.usecases.triage.prefill import title_of, usual
from storage.codec import encode
from storage.transaction import Transaction


async def open_incident(desk: Desk, request: OpenRequest, *, actor: Actor) -> OpenedIncident:
    """Open an incident, unless an open one takes this in; a worse severity is then taken over if asked for.

    Raises:
        NotFoundError: this desk does not have the alert.
        InvalidInputError: a text is missing or too long, or the severity is worse than the alerts allow.
        NotDurableError: the database cannot be written.
    """
    checked = _read(request)
    now = desk.clock.now()
    opened = await desk.storage.write(lambda tx: _Opening(tx, desk, checked, actor, now).run())
    desk.bell.ring()
    return opened


def escalate(tx: Transaction, desk: Desk, alert_id: int, *, actor: Actor, now: datetime) -> OpenedIncident:
    """Open an incident inside a transaction, all of it taken from the alert; the bell is not rung."""
    return _Opening(tx, desk, OpenRequest(alert_id=alert_id), actor, now).run()


class _Opening:
    """One use for one transaction."""

    def __init__(
        self, tx: Transaction, desk: Desk, request: OpenRequest, actor: Actor, now: datetime
    ) -> None:
        self._tx = tx
        self._desk = desk
        self._request = request
        self._actor = actor
        self._now = now
        self._project_id = desk.project.id
        self._beyond: IncidentLevel | None = None
        self._cap = IncidentLevel.P0

    def run(self) -> OpenedIncident:
        """Look for the one that is there already, and only then make one."""
        tx, request = self._tx, self._request
        alert = None if request.alert_id is None else held_alert(tx, self._desk, request.alert_id)
        tx.incidents.hold_openings(self._project_id)
        if request.idempotency_key is not None:
            known = tx.incidents.keyed(self._project_id, request.idempotency_key)
            if known is not None:
                return self._say(OpenOutcome.REPEATED, known)
        if alert is not None:
            belongs = tx.links.of_alert(alert.id)
            if belongs is not None and belongs.open:
                return self._say(OpenOutcome.ALREADY_IN, held(tx, self._desk, belongs.incident_id))
        taken = self._acknowledge(alert)
        opened = self._open_or_join(taken[0].after if taken else alert)
        many.finish(self._tx, self._desk, taken, self._now)
        return opened

    def _acknowledge(self, alert: Alert | None) -> list[Moved]:
        """Whoever escalates has the alert, unless they said otherwise or somebody has it already."""
        if alert is None or not self._request.takes or self._actor.kind is not ActorKind.PERSON:
            return []
        if alert.owner is not None:
            return []
        return many.change(
            self._tx,
            self._desk,
            [alert.id],
            lambda each: alerts.acknowledging(each, self._actor, spans=self._desk.rules.ack_spans),
            self._now,
        )

    def _open_or_join(self, alert: Alert | None) -> OpenedIncident:
        alike = self._alike(alert)
        if alike is not None:
            return self._say(OpenOutcome.TAKEN_IN, self._take_in(alike, alert))
        return self._say(OpenOutcome.OPENED, self._open(alert))

    def _say(self, outcome: OpenOutcome, incident: Incident) -> OpenedIncident:
        return OpenedIncident(outcome, show(self._tx, self._desk, incident), self._beyond, self._cap)

    def _asked(self, severities: Iterable[Severity]) -> IncidentLevel | None:
        """The severity that was wished for, within what alerts of these severities allow if it may bend."""
        wanted = self._request.severity
        caps = [ceiling(severities, self._desk.rules.incidents.caps), self._request.cap or IncidentLevel.P0]
        self._cap = max(caps, key=lambda level: level.rank)
        if not self._request.lenient or wanted is None or wanted.rank >= self._cap.rank:
            return wanted
        self._beyond = wanted
        return self._cap

    @property
    def _window(self) -> timedelta:
        wanted = self._request.dedupe_window
        return self._desk.rules.incidents.dedupe_window if wanted is None else wanted

    def _alike(self, alert: Alert | None) -> Incident | None:
        """The open incident within the window that this belongs to, held; a window of zero is none."""
        if not self._window:
            return None
        found = self._tx.incidents.alike(
            self._project_id,
            signature=alert.signature if alert else "",
            service=(alert.service if alert else "") or self._request.service,
            namespace=alert.namespace if alert else "",
            since=self._now - self._window,
        )
        if found is None:
            return None
        current = held(self._tx, self._desk, found.id)
        return current if current.state.open else None

    def _take_in(self, incident: Incident, alert: Alert | None) -> Incident:
        request = self._request
        if alert is not None:
            allowing = [*self._tx.links.census(incident.id).severities, alert.severity]
            return take_in(
                self._tx,
                self._desk,
                incident,
                alert,
                actor=self._actor,
                now=self._now,
                severity=self._asked(allowing),
                note=request.note,
            )
        said = ": ".join(filter(None, (request.title, request.note)))
        step = IncidentMutation(
            incident_id=incident.id,
            actor=self._actor,
            action="repeat",
            make=lambda each, _: each,
            kind=Kind.NOTE,
            words=lambda _, __: f"reported again: {said}",
        )
        return apply(self._tx, self._desk, incident, step, self._now)

    def _open(self, alert: Alert | None) -> Incident:
        tx, now = self._tx, self._now
        incident = tx.incidents.create(self._new(alert))
        drafts = past(tx, alert) if alert else []
        said = f"{incident.severity}: {incident.title}"
        drafts.append(TimelineDraft(kind=Kind.OPENED, at=now, actor=self._actor, text=said))
        if incident.summary:
            drafts.append(TimelineDraft(kind=Kind.NOTE, at=now, actor=self._actor, text=incident.summary))
        if alert is not None:
            tx.links.link(incident.id, alert.id, now=now)
        tx.timelines.append(((incident.id, draft) for draft in drafts), now=now)
        card = (incident.id, self._channel_id(alert), Lane.PERSON)  # whose posts no storm holds up
        tx.cards.create(self._project_id, CardKind.INCIDENT, [card], now=now)
        if alert is not None:
            triage.give(tx, self._desk, incident, alert, actor=triage.JOB, now=now)
            tx.cards.touch_alerts([(alert.id, Lane.PERSON)], now=now)
        self._call(incident)
        tx.audit.append(self._project_id, self._entry(incident, alert))
        return incident

    def _call(self, incident: Incident) -> None:
        """A bad one rings those who answer incidents."""
        if incident.severity in CALLS:
            nudge = Nudge(
                id=0,
                incident_id=incident.id,
                kind=NudgeKind.CALL,
                text="opened",
                actor=self._actor,
                created_at=self._now,
            )
            send(self._tx, self._desk, incident, nudge)

    def _new(self, alert: Alert | None) -> Incident:
        request, now, rules = self._request, self._now, self._desk.rules.incidents
        asked = self._asked([alert.severity] if alert else [])
        incident = Incident(
            id=0,
            project_id=self._project_id,
            state=IncidentState.OPEN,
            severity=allowed(asked or usual(alert, self._cap), self._cap),
            title=request.title or (title_of(alert) if alert else "") or "untitled",
            summary=request.note,
            service=(alert.service if alert else "") or request.service,
            idempotency_key=request.idempotency_key,
            opened_by=self._actor,
            opened_at=now,
            touched_at=now,
            times=Times(
                detected_at=min(alert.opened_at, now) if alert else now,
                acked_at=alert.acked_at if alert else None,
            ),
        )
        reminded = msgspec.structs.replace(
            incident, update_due_at=incident_transition.next_update(incident, now, rules)
        )
        return incident_transition.touch(reminded, self._actor, now)

    def _channel_id(self, alert: Alert | None) -> int | None:
        """Where the head goes: as wished, as ruled, beside the alert's card, to the default channel."""
        ruled = self._desk.project.settings.incident_channel_id or self._desk.rules.incidents.channel_id
        if chosen := self._request.channel_id or ruled:
            return chosen
        places = list(self._tx.cards.of_alerts([alert.id]).values()) if alert else []
        return (places[0].channel_id if places else 0) or self._desk.default_channel_id

    def _entry(self, incident: Incident, alert: Alert | None) -> Entry:
        after = {"title": incident.title, "severity": incident.severity, "alert": alert.ref if alert else ""}
        return Entry(
            at=self._now,
            actor=self._actor,
            action="open",
            subject=f"incident:{incident.id}",
            after=encode(after),
            note=self._request.note,
        )


def _read(request: OpenRequest) -> OpenRequest:
    """The wish with its texts as they are kept."""
    return msgspec.structs.replace(
        request,
        title=read_text("title", one_line(request.title), MAX_TITLE, needed=request.alert_id is None),
        note=read_text("note", request.note, needed=False),
        service=read_text("service", one_line(request.service), MAX_TITLE, needed=False),
    )
