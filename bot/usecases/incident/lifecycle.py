"""Incident: what people do to one, as steps for `step.perform` and `step.press`.

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
from bot.domain.incident import transition as conduct
from bot.domain.incident.duration import Moment
from bot.domain.incident.incident import Incident, Level, Role, Trigger
from bot.domain.incident.nudge import NudgeKind
from bot.domain.incident.timeline import Kind
from bot.usecases.desk import Desk
from bot.usecases.incident.mutation import MAX_TITLE, Make, Scene, Step, perform, read_text
from bot.usecases.view import incident_view
from storage.transaction import Transaction


def view(tx: Transaction, desk: Desk, incident_id: int) -> IncidentView | None:
    """What an incident's head has to show, None when this desk does not have it."""
    incident = tx.incidents.get(desk.project.id, incident_id)
    return None if incident is None else incident_view(tx, desk, incident)


def mitigate(incident_id: int, *, actor: Actor) -> Step:
    """It hurts less."""
    return _transit(
        incident_id, actor, Trigger.MITIGATE, lambda each, scene: conduct.mitigate(each, scene.now)
    )


def resolve(incident_id: int, *, actor: Actor, note: str = "") -> Step:
    """It is over, whatever its alerts say; reminders stop."""
    text = read_text("note", note, needed=False)
    return _transit(
        incident_id, actor, Trigger.RESOLVE, lambda each, scene: conduct.resolve(each, scene.now), note=text
    )


def reopen(incident_id: int, *, actor: Actor) -> Step:
    """It was not over, or not mitigated."""
    return _transit(
        incident_id,
        actor,
        Trigger.REOPEN,
        lambda each, scene: conduct.reopen(each, scene.now, scene.rules),
    )


def close(incident_id: int, *, actor: Actor) -> Step:
    """Its story is told; only what is resolved is closed."""
    return _transit(incident_id, actor, Trigger.CLOSE, lambda each, scene: conduct.close(each, scene.now))


def grade(incident_id: int, *, actor: Actor, severity: Level) -> Step:
    """Another severity; beyond what its alerts allow it is an `InvalidInputError`."""

    def make(each: Incident, scene: Scene) -> Incident:
        return conduct.grade(each, severity, scene.cap(each), scene.now, scene.rules)

    return Step(
        incident_id=incident_id,
        actor=actor,
        action="severity",
        make=make,
        kind=Kind.SEVERITY,
        nudge=NudgeKind.STATE,
        words=lambda before, after: f"{before.severity} → {after.severity}",
    )


def tell(incident_id: int, *, actor: Actor, text: str) -> Step:
    """A status update: on the head, in the thread, and the next one is due a whole span later."""
    told = read_text("update", text)
    return Step(
        incident_id=incident_id,
        actor=actor,
        action="update",
        make=lambda each, scene: conduct.tell(each, actor, told, scene.now, scene.rules),
        kind=Kind.UPDATE,
        nudge=NudgeKind.UPDATE,
        words=lambda _, __: told,
    )


def rename(incident_id: int, *, actor: Actor, title: str) -> Step:
    """Another title."""
    named = read_text("title", " ".join(title.split()), MAX_TITLE)
    return Step(
        incident_id=incident_id,
        actor=actor,
        action="title",
        make=lambda each, _: replace(each, title=named),
        kind=Kind.TITLE,
        words=lambda before, after: f"{before.title} → {after.title}",
    )


def retime(incident_id: int, *, actor: Actor, moment: Moment, at: datetime | None) -> Step:
    """Correct one of its times, for honest durations; None takes it back where that makes sense."""

    def words(before: Incident, after: Incident) -> str:
        was, now = getattr(before.times, moment.value), getattr(after.times, moment.value)
        return f"{moment.words}: {_utc(was)} → {_utc(now)}"

    return Step(
        incident_id=incident_id,
        actor=actor,
        action="time",
        make=lambda each, scene: conduct.retime(each, moment, at, scene.now),
        kind=Kind.TIME,
        words=words,
    )


def take(incident_id: int, *, actor: Actor, role: Role) -> Step:
    """Take a free role; who holds it is named otherwise."""
    return _cast(incident_id, actor, role, lambda each, _: conduct.take(each, role, actor))


def give_up(incident_id: int, *, actor: Actor, role: Role) -> Step:
    """Lay one's own role down."""
    return _cast(incident_id, actor, role, lambda each, _: conduct.give_up(each, role, actor))


def toggle(incident_id: int, *, actor: Actor, role: Role) -> Step:
    """Take a free role, or lay one's own down: what the head's select does."""
    return _cast(incident_id, actor, role, lambda each, _: conduct.toggle(each, role, actor))


def assign(incident_id: int, *, actor: Actor, role: Role, holder: Actor) -> Step:
    """Give a role to ``holder``, whoever had it."""
    return _cast(incident_id, actor, role, lambda each, _: conduct.assign(each, role, holder))


def snooze(incident_id: int, *, actor: Actor, span: timedelta | None = None) -> Step:
    """No reminder for ``span`` (the desk's own by default)."""

    def make(each: Incident, scene: Scene) -> Incident:
        return conduct.snooze(each, scene.now, scene.rules.snooze if span is None else span)

    return Step(
        incident_id=incident_id,
        actor=actor,
        action="snooze",
        make=make,
        words=lambda _, after: _utc(after.update_due_at),
    )


PLAIN: Final[Mapping[Verb, Callable[..., Step]]] = MappingProxyType(
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


def _recover(incident_id: int) -> Step:
    def make(each: Incident, scene: Scene) -> Incident:
        if scene.tx.links.census(each.id).open:
            raise ConflictError(f"{each.ref} has alerts that fire.")
        return conduct.resolve(each, scene.now)

    return _transit(incident_id, actors.job("alerts"), Trigger.RESOLVE, make)


def _transit(incident_id: int, actor: Actor, trigger: Trigger, make: Make, note: str = "") -> Step:
    def words(before: Incident, after: Incident) -> str:
        said = f"{before.state} → {after.state}"
        return f"{said}: {note}" if note else said

    return Step(
        incident_id=incident_id,
        actor=actor,
        action=trigger.value,
        make=make,
        kind=Kind.STATE,
        nudge=NudgeKind.STATE,
        words=words,
        note=note,
    )


def _cast(incident_id: int, actor: Actor, role: Role, make: Make) -> Step:
    def words(_: Incident, after: Incident) -> str:
        holder = after.roles.get(role)
        return f"{role}: {holder.name if holder else 'nobody'}"

    return Step(incident_id=incident_id, actor=actor, action="role", make=make, kind=Kind.ROLE, words=words)


def _utc(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at else "unknown"
