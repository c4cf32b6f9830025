"""Lifecycle: what people do to an incident, as mutations for `perform` and `press`.

    await perform(desk, incident.resolve(7, actor=anna))

Each step is one transaction and one audit entry; what it raises, `perform` says. Opening, linking and merging
are in `opening` and `membership`, people's words in `timeline`, reminders in `reminder`.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from bot.cards.ids import Verb
from bot.cards.incident.incident import IncidentView
from bot.domain import actor as actors
from bot.domain.actor import Actor
from bot.domain.errors import ConflictError
from bot.domain.incident import transition as incident_transition
from bot.domain.incident.duration import Moment
from bot.domain.incident.incident import Incident, IncidentLevel, IncidentTrigger, Role, clamp
from bot.domain.incident.nudge import NudgeKind
from bot.domain.incident.timeline import Kind
from bot.usecases.desk import Desk
from bot.usecases.incident.mutation import (
    MAX_TITLE,
    IncidentMutation,
    Make,
    MutationContext,
    perform,
    read_text,
)
from bot.usecases.view import incident_view
from storage.transaction import Transaction


def view(tx: Transaction, desk: Desk, incident_id: int) -> IncidentView | None:
    """What an incident's head has to show, None when this desk does not have it."""
    incident = tx.incidents.get(desk.project.id, incident_id)
    return None if incident is None else incident_view(tx, desk, incident)


def mitigate(incident_id: int, *, actor: Actor) -> IncidentMutation:
    """Mark an incident as mitigated: users suffer less, and work goes on."""
    return _transit(
        incident_id,
        actor,
        IncidentTrigger.MITIGATE,
        lambda each, scene: incident_transition.mitigate(each, scene.now),
    )


def resolve(incident_id: int, *, actor: Actor, note: str = "") -> IncidentMutation:
    """Resolve an incident, whatever its alerts say; reminders stop."""
    text = read_text("note", note, needed=False)
    return _transit(
        incident_id,
        actor,
        IncidentTrigger.RESOLVE,
        lambda each, scene: incident_transition.resolve(each, scene.now),
        note=text,
    )


def reopen(incident_id: int, *, actor: Actor) -> IncidentMutation:
    """Reopen an incident that was not over, or not mitigated."""
    return _transit(
        incident_id,
        actor,
        IncidentTrigger.REOPEN,
        lambda each, scene: incident_transition.reopen(each, scene.now, scene.rules),
    )


def close(incident_id: int, *, actor: Actor) -> IncidentMutation:
    """Close an incident whose story is told; only a resolved one can be closed."""
    return _transit(
        incident_id,
        actor,
        IncidentTrigger.CLOSE,
        lambda each, scene: incident_transition.close(each, scene.now),
    )


def grade(
    incident_id: int, *, actor: Actor, severity: IncidentLevel, cap: IncidentLevel = IncidentLevel.P0
) -> IncidentMutation:
    """Another severity; one worse than its alerts or ``cap`` allow becomes the worst that is allowed."""

    def make(each: Incident, scene: MutationContext) -> Incident:
        worst = clamp(cap, scene.cap(each))
        return incident_transition.grade(each, severity, worst, scene.now, scene.rules)

    def words(before: Incident, after: Incident) -> str:
        asked = "" if after.severity is severity else f" ({severity} was asked for)"
        return f"{before.severity} → {after.severity}{asked}"

    return IncidentMutation(
        incident_id=incident_id,
        actor=actor,
        action="severity",
        make=make,
        kind=Kind.SEVERITY,
        nudge=NudgeKind.STATE,
        words=words,
    )


def tell(incident_id: int, *, actor: Actor, text: str) -> IncidentMutation:
    """A status update: on the head, in the thread, and the next one is due a whole span later."""
    told = read_text("update", text)
    return IncidentMutation(
        incident_id=incident_id,
        actor=actor,
        action="update",
        make=lambda each, scene: incident_transition.tell(each, actor, told, scene.now, scene.rules),
        kind=Kind.UPDATE,
        nudge=NudgeKind.UPDATE,
        words=lambda _, __: told,
    )


def rename(incident_id: int, *, actor: Actor, title: str) -> IncidentMutation:
    """Another title."""
    named = read_text("title", " ".join(title.split()), MAX_TITLE)
    return IncidentMutation(
        incident_id=incident_id,
        actor=actor,
        action="title",
        make=lambda each, _: replace(each, title=named),
        kind=Kind.TITLE,
        words=lambda before, after: f"{before.title} → {after.title}",
    )


def retime(incident_id: int, *, actor: Actor, moment: Moment, at: datetime | None) -> IncidentMutation:
    """Correct one of its times, for honest durations; None takes it back where that makes sense."""

    def words(before: Incident, after: Incident) -> str:
        was, now = getattr(before.times, moment.value), getattr(after.times, moment.value)
        return f"{moment.words}: {_utc(was)} → {_utc(now)}"

    return IncidentMutation(
        incident_id=incident_id,
        actor=actor,
        action="time",
        make=lambda each, scene: incident_transition.retime(each, moment, at, scene.now),
        kind=Kind.TIME,
        words=words,
    )


def take(incident_id: int, *, actor: Actor, role: Role) -> IncidentMutation:
    """Take a free role; who holds it is named otherwise."""
    return _cast(incident_id, actor, role, lambda each, _: incident_transition.take(each, role, actor))


def give_up(incident_id: int, *, actor: Actor, role: Role) -> IncidentMutation:
    """Lay one's own role down."""
    return _cast(incident_id, actor, role, lambda each, _: incident_transition.give_up(each, role, actor))


def toggle(incident_id: int, *, actor: Actor, role: Role) -> IncidentMutation:
    """Take a free role, or lay one's own down: what the head's select does."""
    return _cast(incident_id, actor, role, lambda each, _: incident_transition.toggle(each, role, actor))


def assign(incident_id: int, *, actor: Actor, role: Role, holder: Actor) -> IncidentMutation:
    """Give a role to ``holder``, whoever had it."""
    return _cast(incident_id, actor, role, lambda each, _: incident_transition.assign(each, role, holder))


def snooze(incident_id: int, *, actor: Actor, span: timedelta | None = None) -> IncidentMutation:
    """No reminder for ``span`` (the desk's own by default)."""

    def make(each: Incident, scene: MutationContext) -> Incident:
        return incident_transition.snooze(each, scene.now, scene.rules.snooze if span is None else span)

    return IncidentMutation(
        incident_id=incident_id,
        actor=actor,
        action="snooze",
        make=make,
        words=lambda _, after: _utc(after.update_due_at),
    )


PLAIN: Final[Mapping[Verb, Callable[..., IncidentMutation]]] = MappingProxyType(
    {
        Verb.INCIDENT_MITIGATE: mitigate,
        Verb.INCIDENT_RESOLVE: resolve,
        Verb.INCIDENT_REOPEN: reopen,
        Verb.INCIDENT_CLOSE: close,
        Verb.INCIDENT_SNOOZE: snooze,
    }
)
"""The steps of the head's buttons that need nothing but ``(incident_id, actor=...)``."""


async def resolve_recovered(desk: Desk) -> int:
    """Resolve the incidents whose alerts are all over, where the rules say so; returns how many."""
    if not desk.rules.incidents.resolve_with_alerts:
        return 0
    found = await desk.storage.read(lambda tx: tx.incidents.recovered(desk.project.id, limit=100))
    for incident_id in found:
        try:
            await perform(desk, _recover(incident_id))
        except ConflictError:
            continue  # an alert fires again, or somebody was faster
    return len(found)


def _recover(incident_id: int) -> IncidentMutation:
    def make(each: Incident, scene: MutationContext) -> Incident:
        if scene.tx.links.open_ids(each.id):
            raise ConflictError(f"{each.ref} has alerts that fire.")
        return incident_transition.resolve(each, scene.now)

    return _transit(incident_id, actors.job("alerts"), IncidentTrigger.RESOLVE, make)


def _transit(
    incident_id: int, actor: Actor, trigger: IncidentTrigger, make: Make, note: str = ""
) -> IncidentMutation:
    def words(before: Incident, after: Incident) -> str:
        said = f"{before.state} → {after.state}"
        return f"{said}: {note}" if note else said

    return IncidentMutation(
        incident_id=incident_id,
        actor=actor,
        action=trigger.value,
        make=make,
        kind=Kind.STATE,
        nudge=NudgeKind.STATE,
        words=words,
        note=note,
    )


def _cast(incident_id: int, actor: Actor, role: Role, make: Make) -> IncidentMutation:
    def words(_: Incident, after: Incident) -> str:
        holder = after.roles.get(role)
        return f"{role}: {holder.name if holder else 'nobody'}"

    def tells(before: Incident, after: Incident) -> tuple[NudgeKind, int | None] | None:
        """Who holds it now hears of it and belongs into the thread; who had it before knows."""
        holder = after.roles.get(role)
        person_id = None if holder is None else holder.person_id
        if person_id is None or str(holder) == str(before.roles.get(role)):
            return None
        return NudgeKind.ROLE, person_id

    return IncidentMutation(
        incident_id=incident_id,
        actor=actor,
        action="role",
        make=make,
        kind=Kind.ROLE,
        tells=tells,
        words=words,
    )


def _utc(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at else "unknown"
