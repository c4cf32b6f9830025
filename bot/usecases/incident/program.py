"""Incident program: what scripts and agents do to incidents, so that they can repeat themselves without harm.

The law of `program` holds here too. A `ConflictError` is a `StandingError`, which says how things stand.
"""

from typing import Final

import msgspec

from bot.domain.actor import Actor, ActorKind
from bot.domain.audit import Entry
from bot.domain.errors import ConflictError, StandingError
from bot.domain.incident.incident import IncidentLevel, Role, clamp
from bot.usecases.desk import Desk
from bot.usecases.incident import lifecycle as incidents
from bot.usecases.incident import membership, timeline
from bot.usecases.incident import query as incident_inspection
from bot.usecases.incident.mutation import IncidentMutation, Shown, apply, held, perform, show
from storage.transaction import Transaction

_NOTE: Final = "note"


async def advance(desk: Desk, step: IncidentMutation) -> Shown:
    """Do it, unless it was the last thing its actor, or anybody, did to the incident.

    Raises:
        NotFoundError: this desk does not have the incident.
        StandingError: its state forbids it.
        InvalidInputError: a value cannot be used.
    """
    now = desk.clock.now()

    def advance_incident(tx: Transaction) -> Shown:
        before = held(tx, desk, step.incident_id)
        try:
            return show(tx, desk, apply(tx, desk, before, step, now))
        except ConflictError as error:
            last = _last(tx, before.id)
            if last is not None and (last.action, str(last.actor)) == (step.action, str(step.actor)):
                return show(tx, desk, before)
            raise StandingError(str(error), state=before.state) from None

    shown = await desk.storage.write(advance_incident)
    desk.bell.ring()
    return shown


class Graded(msgspec.Struct, frozen=True):
    """An incident's severity after one was asked for; ``cap`` is the worst that was allowed."""

    shown: Shown
    cap: IncidentLevel


async def grade(
    desk: Desk, incident_id: int, *, actor: Actor, severity: IncidentLevel, cap: IncidentLevel
) -> Graded:
    """Another severity, within what its alerts and ``cap`` allow; asked for again it is what it is.

    Raises:
        NotFoundError: this desk does not have the incident.
    """
    step = incidents.grade(incident_id, actor=actor, severity=severity, cap=cap)
    try:
        shown = await perform(desk, step)
    except ConflictError:
        shown = await incident_inspection.find(desk, incident_id)
    return Graded(shown, clamp(cap, shown.view.cap))


async def tell(desk: Desk, incident_id: int, *, actor: Actor, text: str) -> Shown:
    """A status update, unless ``actor`` told just that last."""
    known = await incident_inspection.find(desk, incident_id)
    if known.incident.update == text.strip() and _is(known.incident.updated_by, actor):
        return known
    return await advance(desk, incidents.tell(incident_id, actor=actor, text=text))


async def annotate(desk: Desk, incident_id: int, *, actor: Actor, text: str) -> Shown:
    """A line in the timeline, unless it is the very last that was written there."""
    last = await desk.storage.read(lambda tx: _last(tx, incident_id))
    said = last is not None and (last.action, last.note) == (_NOTE, text.strip()) and _is(last.actor, actor)
    if not said:
        await timeline.note(desk, incident_id, actor=actor, text=text)
    return await incident_inspection.find(desk, incident_id)


async def cast(
    desk: Desk, incident_id: int, *, actor: Actor, role: Role, holder: Actor | None = None
) -> Shown:
    """The role is ``holder``'s, whoever had it; without one ``actor`` takes it, if it is free.

    Raises:
        NotFoundError: this desk does not have the incident.
        StandingError: somebody else holds the role.
    """
    known = await incident_inspection.find(desk, incident_id)
    current = known.incident.roles.get(role)
    if _is(current, holder or actor):
        return known
    if holder is not None:
        return await perform(desk, incidents.assign(incident_id, actor=actor, role=role, holder=holder))
    try:
        return await perform(desk, incidents.take(incident_id, actor=actor, role=role))
    except ConflictError as error:
        raise StandingError(str(error), state=known.incident.state, owner=str(current or "")) from None


async def merge(desk: Desk, incident_id: int, into_id: int, *, actor: Actor) -> Shown:
    """The incident went into another, now if not before; shows that other one.

    Raises:
        NotFoundError: this desk does not have one of them.
        StandingError: they are the same, or one of them is closed.
    """
    try:
        return await membership.merge(desk, incident_id, into_id, actor=actor)
    except ConflictError as error:
        known = await incident_inspection.find(desk, incident_id)
        if known.incident.merged_into_id == into_id:
            return await incident_inspection.find(desk, into_id)
        raise StandingError(str(error), state=known.incident.state) from None


async def link(desk: Desk, incident_id: int, alert_id: int, *, actor: Actor) -> Shown:
    """The alert belongs to this incident, now if not before."""
    try:
        return await membership.link(desk, incident_id, alert_id, actor=actor)
    except ConflictError as error:
        shown = await incident_inspection.find(desk, incident_id)
        belongs = await desk.storage.read(lambda tx: tx.links.of_alert(alert_id))
        if belongs is not None and belongs.incident_id == incident_id:
            return shown
        raise StandingError(str(error), state=shown.incident.state) from None


async def unlink(desk: Desk, incident_id: int, alert_id: int, *, actor: Actor) -> Shown:
    """The alert does not belong to this incident any more."""
    try:
        return await membership.unlink(desk, incident_id, alert_id, actor=actor)
    except ConflictError:
        return await incident_inspection.find(desk, incident_id)


def _last(tx: Transaction, incident_id: int) -> Entry | None:
    """The last thing that was done to it, apart from what happens by itself."""
    entries = (sealed.entry for sealed in reversed(tx.audit.about(f"incident:{incident_id}")))
    return next((entry for entry in entries if entry.actor.kind is not ActorKind.JOB), None)


def _is(one: Actor | None, other: Actor) -> bool:
    return one is not None and str(one) == str(other)
