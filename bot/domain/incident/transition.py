"""Transition: what people and time make of an incident, beyond its state; the table in `incident` rules that.

Every function returns the incident as it is afterwards and raises, changing nothing, what its words say:
`IllegalTransitionError`, `ConflictError` or `InvalidInputError`.
"""

from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.domain.actor import Actor, ActorKind
from bot.domain.errors import ConflictError
from bot.domain.incident import duration
from bot.domain.incident.duration import Moment
from bot.domain.incident.incident import (
    Incident,
    IncidentLevel,
    IncidentRules,
    IncidentState,
    IncidentTrigger,
    Role,
    clamp,
    format_ref,
    next_state,
    worse,
)


def touch(incident: Incident, actor: Actor, now: datetime) -> Incident:
    """Somebody did something: it is fresh, and the first person to do so has acknowledged it."""
    times = incident.times
    if actor.kind is ActorKind.PERSON and times.acked_at is None:
        times = replace(times, acked_at=now)
    return replace(incident, touched_at=now, times=times)


def mitigate(incident: Incident, now: datetime) -> Incident:
    """Mark the incident as mitigated: users suffer less, and work goes on."""
    state = next_state(incident, IncidentTrigger.MITIGATE)
    return replace(incident, state=state, times=replace(incident.times, mitigated_at=now))


def resolve(incident: Incident, now: datetime) -> Incident:
    """Resolve the incident; nobody is reminded any more."""
    state = next_state(incident, IncidentTrigger.RESOLVE)
    times = replace(incident.times, resolved_at=now)
    return replace(incident, state=state, times=times, update_due_at=None)


def reopen(incident: Incident, now: datetime, rules: IncidentRules) -> Incident:
    """Reopen an incident that was not over, or not mitigated."""
    if incident.merged_into_id is not None:
        target = format_ref(incident.merged_into_id)
        raise ConflictError(f"{incident.ref} was merged into {target}; reopen that one.")
    reopened = replace(
        incident,
        state=next_state(incident, IncidentTrigger.REOPEN),
        times=replace(incident.times, mitigated_at=None, resolved_at=None),
        closed_at=None,
    )
    return replace(reopened, update_due_at=next_update(reopened, now, rules))


def close(incident: Incident, now: datetime) -> Incident:
    """Close the incident: its story is told."""
    return replace(incident, state=next_state(incident, IncidentTrigger.CLOSE), closed_at=now)


def merge_into(incident: Incident, target: Incident, now: datetime) -> Incident:
    """``target`` speaks for it from now on."""
    if incident.id == target.id:
        raise ConflictError(f"{incident.ref} cannot be merged into itself.")
    if target.state is IncidentState.CLOSED:
        raise ConflictError(f"{target.ref} is closed; reopen it before you merge anything into it.")
    return replace(
        incident,
        state=next_state(incident, IncidentTrigger.MERGE),
        closed_at=now,
        update_due_at=None,
        merged_into_id=target.id,
    )


def absorb(incident: Incident, source: Incident, now: datetime, rules: IncidentRules) -> Incident:
    """Merge ``source`` into the incident: the worse severity and the earlier times count."""
    mine, theirs = incident.times, source.times
    times = replace(
        mine,
        detected_at=min(mine.detected_at, theirs.detected_at),
        impact_started_at=_earlier(mine.impact_started_at, theirs.impact_started_at),
        acked_at=_earlier(mine.acked_at, theirs.acked_at),
    )
    severity = worse(incident.severity, source.severity)
    grown = replace(incident, times=times, severity=severity)
    if severity is incident.severity:
        return grown
    return replace(grown, update_due_at=next_update(grown, now, rules))


def grade(
    incident: Incident, severity: IncidentLevel, cap: IncidentLevel, now: datetime, rules: IncidentRules
) -> Incident:
    """Another severity, at worst the cap; the time until the next update begins anew."""
    if severity is incident.severity:
        raise ConflictError(f"{incident.ref} is {severity} already.")
    clamped = clamp(severity, cap)
    if clamped is not severity and clamped.rank >= incident.severity.rank:
        raise ConflictError(f"{incident.ref} is {incident.severity}; {cap} is the worst that is allowed.")
    graded = replace(incident, severity=clamped)
    return replace(graded, update_due_at=next_update(graded, now, rules))


def tell(incident: Incident, actor: Actor, text: str, now: datetime, rules: IncidentRules) -> Incident:
    """A status update."""
    told = replace(incident, update=text, updated_at=now, updated_by=actor)
    return replace(told, update_due_at=next_update(told, now, rules))


def take(incident: Incident, role: Role, actor: Actor) -> Incident:
    """``actor`` takes a role that nobody holds."""
    holder = incident.roles.get(role)
    if holder is not None:
        who = "you" if str(holder) == str(actor) else holder.mention
        raise ConflictError(f"{role.capitalize()} of {incident.ref} is {who} already.")
    return assign(incident, role, actor)


def assign(incident: Incident, role: Role, holder: Actor) -> Incident:
    """The role goes to ``holder``, whoever had it."""
    return replace(incident, roles={**incident.roles, role: holder})


def give_up(incident: Incident, role: Role, actor: Actor) -> Incident:
    """The holder lays the role down."""
    holder = incident.roles.get(role)
    if holder is None or str(holder) != str(actor):
        who = holder.mention if holder else "nobody"
        raise ConflictError(f"{role.capitalize()} of {incident.ref} is {who}, not you.")
    return replace(incident, roles={each: who for each, who in incident.roles.items() if each is not role})


def retime(incident: Incident, moment: Moment, at: datetime | None, now: datetime) -> Incident:
    """One of its times is corrected; what has not happened has no time."""
    if moment is Moment.MITIGATED and incident.state is IncidentState.OPEN:
        raise ConflictError(f"{incident.ref} is not mitigated yet.")
    if moment is Moment.RESOLVED and incident.times.resolved_at is None:
        raise ConflictError(f"{incident.ref} is not resolved yet.")
    return replace(incident, times=duration.correct(incident.times, moment, at, now))


def toggle(incident: Incident, role: Role, actor: Actor) -> Incident:
    """Take a free role, or lay down one's own."""
    holder = incident.roles.get(role)
    if holder is not None and str(holder) == str(actor):
        return give_up(incident, role, actor)
    return take(incident, role, actor)


def snooze(incident: Incident, now: datetime, span: timedelta) -> Incident:
    """No reminder for a while."""
    if incident.update_due_at is None:
        raise ConflictError(f"{incident.ref} reminds nobody, so there is nothing to snooze.")
    return replace(incident, update_due_at=max(incident.update_due_at, now + span))


def remind(incident: Incident, now: datetime, rules: IncidentRules) -> Incident:
    """The reminder that was due goes out; the next one comes after the whole span."""
    if incident.update_due_at is None or incident.update_due_at > now:
        raise ConflictError(f"{incident.ref} has no reminder due.")
    return replace(incident, update_due_at=next_update(incident, now, rules))


def next_update(incident: Incident, now: datetime, rules: IncidentRules) -> datetime | None:
    """When the others want to hear more; never, once it is over."""
    span = rules.reminders.get(incident.severity)
    return now + span if span is not None and incident.state.open else None


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((each for each in (one, other) if each is not None), default=None)
