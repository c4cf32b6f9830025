"""Mutation: one thing done to an incident, as a value, and the transaction that does it.

All of an incident's mutations go this way: the row is held, changed by a pure function, written with its line
in the timeline, its nudge to the thread, its head's next revision and one audit entry.

Locks are taken in one order by everybody, lest two wait for each other: recurrences, alerts, incidents,
heads, alerts' cards, audit chain.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

import msgspec

from bot.cards.incident.incident import IncidentView
from bot.domain.access.people import without_secrets
from bot.domain.actor import Actor, ActorKind
from bot.domain.alert.verdict import Lane
from bot.domain.audit import Entry
from bot.domain.errors import ConflictError, InvalidInputError, NotFoundError
from bot.domain.incident import transition as incident_transition
from bot.domain.incident.incident import Incident, IncidentLevel, IncidentRules, ceiling, format_ref, stamp
from bot.domain.incident.nudge import Nudge, NudgeKind, begins_to_call
from bot.domain.incident.timeline import Kind, TimelineDraft
from bot.domain.outbox.outbox import CardKind
from bot.domain.outbox.placement import Placement
from bot.domain.text import cut, harmless
from bot.usecases.desk import Desk
from bot.usecases.view import incident_view
from storage.codec import encode
from storage.transaction import Transaction

MAX_TITLE: Final = 200
MAX_TEXT: Final = 1_000
_QUIET: Final = frozenset({"touched_at"})  # changes that say nothing in the audit log


class MutationContext(msgspec.Struct, frozen=True):
    """What a step may look at besides its incident."""

    tx: Transaction
    now: datetime
    rules: IncidentRules

    def cap(self, incident: Incident) -> IncidentLevel:
        """The worst severity that its alerts allow."""
        return ceiling(self.tx.links.census(incident.id).severities, self.rules.caps)


Make: TypeAlias = Callable[[Incident, MutationContext], Incident]
Words: TypeAlias = Callable[[Incident, Incident], str]
Tells: TypeAlias = Callable[[Incident, Incident], tuple[NudgeKind, int | None] | None]
"""Of the incident before and after: what the thread hears, and whom or what that is about."""


class IncidentMutation(msgspec.Struct, frozen=True, kw_only=True):
    """Who does what to which incident. ``make`` is pure but for what it reads of the scene.

    ``words`` (of the incident before and after) go into the timeline as ``kind`` and into the thread as
    ``nudge`` (or as ``tells`` says), if these are given; ``alert_id`` is the alert they are about.
    ``shows`` is false when the head looks the same afterwards. ``before`` and ``after`` are what the audit
    log has to hold besides the incident's own fields.
    """

    incident_id: int
    actor: Actor
    action: str
    make: Make
    kind: Kind | None = None
    nudge: NudgeKind | None = None
    tells: Tells | None = None
    alert_id: int | None = None
    words: Words = lambda _, __: ""
    note: str = ""
    shows: bool = True
    before: Mapping[str, object] = {}
    after: Mapping[str, object] = {}


class Shown(msgspec.Struct, frozen=True):
    """An incident as it is now; ``place.wanted`` is the revision of its head that ``view`` shows."""

    view: IncidentView
    place: Placement | None

    @property
    def incident(self) -> Incident:
        """The incident itself."""
        return self.view.incident


async def perform(desk: Desk, step: IncidentMutation) -> Shown:
    """Do it, and ring for delivery.

    Raises:
        NotFoundError: this desk does not have the incident.
        ConflictError: its state forbids it; nothing has changed.
        InvalidInputError: a value cannot be used.
        NotDurableError: the database cannot be written.
    """
    shown = await press(desk, step)
    desk.bell.ring()
    return shown


async def press(desk: Desk, step: IncidentMutation) -> Shown:
    """Change an incident without ringing the bell: who pressed is answered first, by redrawing the head."""
    now = desk.clock.now()

    def press_incident(tx: Transaction) -> Shown:
        before = held(tx, desk, step.incident_id)
        changed = apply(tx, desk, before, step, now)
        return show(tx, desk, changed)

    return await desk.storage.write(press_incident)


def as_seen(step: IncidentMutation, seen: str) -> IncidentMutation:
    """The step, but only on an incident in the state it was seen in; what is illegal says so itself."""

    def make(incident: Incident, scene: MutationContext) -> Incident:
        changed = step.make(incident, scene)
        if seen and seen != stamp(incident):
            raise ConflictError(
                f"{incident.ref} is {incident.state} meanwhile, so nothing was done. Look again."
            )
        return changed

    return msgspec.structs.replace(step, make=make)


def held(tx: Transaction, desk: Desk, incident_id: int) -> Incident:
    """The incident, for this transaction alone.

    Raises:
        NotFoundError: this desk does not have it.
    """
    incident = tx.incidents.held(desk.project.id, incident_id)
    if incident is None:
        raise NotFoundError("incident", format_ref(incident_id))
    return incident


def apply(tx: Transaction, desk: Desk, before: Incident, step: IncidentMutation, now: datetime) -> Incident:
    """One step inside a transaction that holds the incident; the audit entry is the last thing written."""
    changed = move(tx, desk, before, step, now)
    tx.audit.append(desk.project.id, entry_of(before, changed, step, now))
    return changed


def move(tx: Transaction, desk: Desk, before: Incident, step: IncidentMutation, now: datetime) -> Incident:
    """Apply a step without the audit entry, for steps that belong together."""
    made = step.make(before, MutationContext(tx, now, desk.rules.incidents))
    changed = made if step.actor.kind is ActorKind.JOB else incident_transition.touch(made, step.actor, now)
    tx.incidents.save(changed)
    words = step.words(before, changed)
    if step.kind is not None:
        draft = TimelineDraft(kind=step.kind, at=now, actor=step.actor, text=words, alert_id=step.alert_id)
        tx.timelines.append([(before.id, draft)], now=now)
    if step.shows:
        tx.cards.touch_heads([before.id], Lane.PERSON, now=now)
    for kind, about_id in _told(step, before, changed):
        raised = kind is NudgeKind.CALL and before.severity is not changed.severity
        nudge = Nudge(
            id=0,
            incident_id=before.id,
            kind=kind,
            about_id=about_id,
            text=f"{before.severity} → {changed.severity}" if raised else words,
            actor=step.actor,
            created_at=now,
        )
        send(tx, desk, changed, nudge)
        if kind is NudgeKind.UPDATE or before.state.open != changed.state.open:
            publish(tx, desk, nudge)
    return changed


def _told(step: IncidentMutation, before: Incident, after: Incident) -> list[tuple[NudgeKind, int | None]]:
    """What the thread hears; a change of state or severity that is a call is told as one."""
    told = (step.nudge, step.alert_id) if step.nudge is not None else None
    if step.tells is not None:
        told = step.tells(before, after)
    calls = begins_to_call(before, after)
    first = [] if told is None or (calls and told[0] is NudgeKind.STATE) else [told]
    return [(NudgeKind.CALL, None), *first] if calls else first


def publish(tx: Transaction, desk: Desk, nudge: Nudge) -> None:
    """Send the nudge to the channel for those outside as well, where one is set."""
    channel_id = desk.rules.incidents.status_channel_id
    if channel_id is None:
        return
    created = tx.nudges.create(msgspec.structs.replace(nudge, kind=NudgeKind.STATUS, about_id=None))
    tx.cards.create(
        desk.project.id, CardKind.NUDGE, [(created.id, channel_id, Lane.PERSON)], now=nudge.created_at
    )


def send(tx: Transaction, desk: Desk, incident: Incident, nudge: Nudge) -> Nudge:
    """Put a nudge into the outbox: for the thread, until which it waits, or beside a head without one."""
    created = tx.nudges.create(nudge)
    channel_id = incident.thread_id
    if channel_id is None:
        head = tx.cards.head(incident.id)
        channel_id = desk.default_channel_id if head is None else head.channel_id
    tx.cards.create(
        desk.project.id, CardKind.NUDGE, [(created.id, channel_id, Lane.PERSON)], now=nudge.created_at
    )
    if incident.thread_id is None and not incident.threadless:
        tx.threads.hold(created.id, now=nudge.created_at)
    return created


def show(tx: Transaction, desk: Desk, incident: Incident) -> Shown:
    """The incident with where its head stands."""
    return Shown(incident_view(tx, desk, incident), tx.cards.head(incident.id))


def entry_of(before: Incident, after: Incident, step: IncidentMutation, now: datetime) -> Entry:
    """The audit entry: what differs, and nothing else."""
    was, became = _plain(before), _plain(after)
    fields = [name for name in became if was.get(name) != became[name] and name not in _QUIET]
    return Entry(
        at=now,
        actor=step.actor,
        action=step.action,
        subject=f"incident:{before.id}",
        before=encode({name: was.get(name) for name in fields} | dict(step.before)),
        after=encode({name: became[name] for name in fields} | dict(step.after)),
        note=step.note or step.words(before, after),
    )


def read_text(field: str, text: str, limit: int = MAX_TEXT, *, needed: bool = True) -> str:
    """People's words as they are kept, without secrets.

    Raises:
        InvalidInputError: they are missing or too long.
    """
    kept = harmless(text).strip()
    if needed and not kept:
        raise InvalidInputError(field, "needs some words")
    if len(kept) > limit:
        raise InvalidInputError(field, f"at most {limit} characters, this has {len(kept)}")
    return cut(without_secrets(kept), limit)


def _plain(incident: Incident) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(incident)
    times: dict[str, Any] = plain.pop("times")
    return plain | times
