"""Membership: which alerts belong to an incident: link, unlink, and merge one incident into another."""

from datetime import datetime

from bot.domain import actor as actors
from bot.domain.actor import Actor
from bot.domain.alert.alert import Alert
from bot.domain.alert.alert import format_ref as format_alert
from bot.domain.alert.verdict import Lane
from bot.domain.errors import ConflictError, NotFoundError
from bot.domain.incident import transition as incident_transition
from bot.domain.incident.incident import (
    Incident,
    IncidentLevel,
    IncidentState,
    IncidentTrigger,
    allowed,
    format_ref,
    worse,
)
from bot.domain.incident.nudge import NudgeKind
from bot.domain.incident.timeline import Kind, TimelineDraft
from bot.usecases.desk import Desk
from bot.usecases.incident.mutation import (
    IncidentMutation,
    MutationContext,
    Shown,
    entry_of,
    held,
    move,
    show,
)
from storage.transaction import Transaction


async def link(desk: Desk, incident_id: int, alert_id: int, *, actor: Actor) -> Shown:
    """The alert belongs to this incident from now on.

    Raises:
        NotFoundError: this desk does not have the alert or the incident.
        ConflictError: the incident is closed, or the alert belongs to an open one already.
        NotDurableError: the database cannot be written.
    """
    now = desk.clock.now()

    def link_incident(tx: Transaction) -> Shown:
        alert = held_alert(tx, desk, alert_id)
        incident = held(tx, desk, incident_id)
        if incident.state is IncidentState.CLOSED:
            raise ConflictError(f"{incident.ref} is closed; reopen it before you link anything to it.")
        belongs = tx.links.of_alert(alert_id)
        if belongs is not None and (belongs.open or belongs.incident_id == incident_id):
            raise ConflictError(f"{alert.ref} belongs to {format_ref(belongs.incident_id)} already.")
        return show(tx, desk, take_in(tx, desk, incident, alert, actor=actor, now=now))

    shown = await desk.storage.write(link_incident)
    desk.bell.ring()
    return shown


async def unlink(desk: Desk, incident_id: int, alert_id: int, *, actor: Actor) -> Shown:
    """The alert does not belong to this incident after all.

    Raises:
        NotFoundError: this desk does not have the alert or the incident.
        ConflictError: it does not belong there.
        NotDurableError: the database cannot be written.
    """
    now = desk.clock.now()

    def unlink_incident(tx: Transaction) -> Shown:
        alert = held_alert(tx, desk, alert_id)
        incident = held(tx, desk, incident_id)
        if not tx.links.unlink(incident_id, alert_id, now=now):
            raise ConflictError(f"{alert.ref} does not belong to {incident.ref}.")
        step = IncidentMutation(
            incident_id=incident_id,
            actor=actor,
            action="unlink",
            make=lambda each, _: each,
            kind=Kind.UNLINKED,
            alert_id=alert_id,
            words=lambda _, __: _name(alert),
        )
        changed = move(tx, desk, incident, step, now)
        tx.cards.touch_alerts([(alert_id, Lane.PERSON)], now=now)
        tx.audit.append(desk.project.id, entry_of(incident, changed, step, now))
        return show(tx, desk, changed)

    shown = await desk.storage.write(unlink_incident)
    desk.bell.ring()
    return shown


async def merge(desk: Desk, incident_id: int, into_id: int, *, actor: Actor) -> Shown:
    """Close one incident in favour of another, which takes its alerts over and speaks for both; shows that.

    The worse severity and the earlier times stay; roles, updates and texts stay where they are. The merged
    one's timeline and action items are shown with the other's.

    Raises:
        NotFoundError: this desk does not have one of them.
        ConflictError: they are the same, or one of them is closed.
        NotDurableError: the database cannot be written.
    """
    now = desk.clock.now()
    shown = await desk.storage.write(
        lambda tx: show(tx, desk, _merge(tx, desk, (incident_id, into_id), actor, now))
    )
    desk.bell.ring()
    return shown


def take_in(
    tx: Transaction,
    desk: Desk,
    incident: Incident,
    alert: Alert,
    *,
    actor: Actor,
    now: datetime,
    severity: IncidentLevel | None = None,
    note: str = "",
) -> Incident:
    """Link inside a transaction that holds both; a worse ``severity`` is taken over with the alert."""
    fresh = not tx.links.ever(incident.id, alert.id)
    tx.links.link(incident.id, alert.id, now=now)
    if fresh:
        tx.timelines.append(((incident.id, draft) for draft in past(tx, alert)), now=now)

    step = _joining(incident.id, alert, actor, severity, note)
    changed = move(tx, desk, incident, step, now)
    tx.cards.touch_alerts([(alert.id, Lane.PERSON)], now=now)
    tx.audit.append(desk.project.id, entry_of(incident, changed, step, now))
    return changed


def past(tx: Transaction, alert: Alert) -> list[TimelineDraft]:
    """What happened to an alert before it was linked."""
    source = actors.source(tx.sources.names({alert.source_id}).get(alert.source_id, "unknown"))
    drafts = [
        TimelineDraft(
            kind=Kind.ALERT_FIRED, at=alert.opened_at, actor=source, text=_name(alert), alert_id=alert.id
        )
    ]
    if alert.acked_at is not None and alert.owner is not None:
        drafts.append(
            TimelineDraft(
                kind=Kind.ALERT_ACKED,
                at=alert.acked_at,
                actor=alert.owner,
                text=_name(alert),
                alert_id=alert.id,
            )
        )
    return drafts


def held_alert(tx: Transaction, desk: Desk, alert_id: int) -> Alert:
    """The alert with its recurrence, for this transaction alone.

    Raises:
        NotFoundError: this desk does not have it.
    """
    tx.recurrences.hold_of(alert_id)
    alert = tx.alerts.held(desk.project.id, alert_id)
    if alert is None:
        raise NotFoundError("alert", format_alert(alert_id))
    return alert


def _joining(
    incident_id: int, alert: Alert, actor: Actor, severity: IncidentLevel | None, note: str
) -> IncidentMutation:
    """The incident's share in a link that is made already."""

    def make(each: Incident, scene: MutationContext) -> Incident:
        if severity is None or worse(severity, each.severity) is each.severity:
            return each
        cap = scene.cap(each)
        return incident_transition.grade(each, allowed(severity, cap), cap, scene.now, scene.rules)

    def words(before: Incident, after: Incident) -> str:
        said = f"{_name(alert)}: {note}" if note else _name(alert)
        raised = after.severity is not before.severity
        return f"{said} ({before.severity} → {after.severity})" if raised else said

    return IncidentMutation(
        incident_id=incident_id,
        actor=actor,
        action="link",
        make=make,
        kind=Kind.LINKED,
        nudge=NudgeKind.TAKEN_IN,
        alert_id=alert.id,
        words=words,
    )


def _merge(tx: Transaction, desk: Desk, which: tuple[int, int], actor: Actor, now: datetime) -> Incident:
    for each in which:
        if tx.incidents.get(desk.project.id, each) is None:
            raise NotFoundError("incident", format_ref(each))
    alert_ids = tx.links.active_ids(which[0])
    tx.recurrences.hold_of_all(alert_ids)
    for alert_id in alert_ids:
        held_alert(tx, desk, alert_id)
    both = {each: held(tx, desk, each) for each in sorted(set(which))}
    source, target = both[which[0]], both[which[1]]
    away = IncidentMutation(
        incident_id=source.id,
        actor=actor,
        action=IncidentTrigger.MERGE.value,
        make=lambda each, scene: incident_transition.merge_into(each, target, scene.now),
        kind=Kind.MERGED,
        nudge=NudgeKind.MERGED,
        words=lambda _, __: f"{source.ref} went into {target.ref}: {target.title}",
    )
    here = IncidentMutation(
        incident_id=target.id,
        actor=actor,
        action="absorb",
        make=lambda each, scene: incident_transition.absorb(each, source, scene.now, scene.rules),
        kind=Kind.MERGED,
        nudge=NudgeKind.MERGED,
        words=lambda _, __: f"{source.ref} came into {target.ref}: {source.title}",
    )
    gone = move(tx, desk, source, away, now)
    for alert_id in alert_ids:
        tx.links.link(target.id, alert_id, now=now)
    grown = move(tx, desk, target, here, now)
    tx.cards.touch_alerts([(each, Lane.PERSON) for each in alert_ids], now=now)
    entries = (entry_of(source, gone, away, now), entry_of(target, grown, here, now))
    tx.audit.append(desk.project.id, *entries)
    return grown


def _name(alert: Alert) -> str:
    return f"{alert.ref} {alert.name}"
