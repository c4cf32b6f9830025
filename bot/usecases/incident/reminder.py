"""Reminder: what people promised to say or do, and did not yet.

Due times are rows. Each reminder that is due is given by moving its row on and putting one message into the
outbox, in one transaction: however many processes ask, and wherever one of them dies, it goes out once.
"""

from datetime import datetime
from functools import partial

from msgspec.structs import replace

from bot.cards.incident.nudge import NudgeView
from bot.domain import actor as actors
from bot.domain.audit import Entry
from bot.domain.errors import ConflictError
from bot.domain.incident import transition as incident_transition
from bot.domain.incident.action import Action
from bot.domain.incident.nudge import Nudge, NudgeKind
from bot.usecases.desk import Desk
from bot.usecases.incident.action import held_action
from bot.usecases.incident.mutation import IncidentMutation, perform, send
from storage.codec import encode
from storage.transaction import Transaction


def view(tx: Transaction, desk: Desk, nudge_id: int) -> NudgeView | None:
    """What a nudge's message has to show, None when this desk does not have it."""
    nudge = tx.nudges.get(nudge_id)
    incident = None if nudge is None else tx.incidents.get(desk.project.id, nudge.incident_id)
    if nudge is None or incident is None:
        return None
    about = nudge.about_id if nudge.kind in {NudgeKind.ACTION_DUE, NudgeKind.ACTION_GIVEN} else None
    action = None if about is None else tx.actions.get(about)
    beside = None
    if incident.thread_id is None and nudge.kind is not NudgeKind.STATUS:
        head = tx.cards.head(incident.id)
        beside = None if head is None else head.message_id
    return NudgeView(
        nudge=nudge,
        incident=incident,
        action=action,
        beside=beside,
        people=_people(tx, desk, nudge, action),
        tag=desk.project.tag,
    )


def _people(tx: Transaction, desk: Desk, nudge: Nudge, action: Action | None) -> tuple[int, ...]:
    """Whom its message brings into the thread."""
    found: int | None = None
    if nudge.kind in {NudgeKind.ROLE, NudgeKind.JOINED}:
        found = nudge.about_id
    elif nudge.kind is NudgeKind.TAKEN_IN and nudge.about_id is not None:
        alert = tx.alerts.get(desk.project.id, nudge.about_id)
        found = alert.owner.person_id if alert is not None and alert.owner is not None else None
    elif action is not None and action.owner is not None:
        found = action.owner.person_id
    return () if found is None else (found,)


async def find(desk: Desk, nudge_id: int) -> NudgeView | None:
    """A nudge as it has to be shown now."""
    return await desk.storage.read(lambda tx: view(tx, desk, nudge_id))


async def due_reminders(desk: Desk) -> int:
    """Remind of the updates that are due; returns how many reminders went into the outbox."""
    now = desk.clock.now()
    due = await desk.storage.read(lambda tx: tx.incidents.due(desk.project.id, now=now))
    given = 0
    for incident_id in due:
        try:
            await perform(desk, _reminding(incident_id))
        except ConflictError:
            continue  # another process was faster, or somebody gave an update meanwhile
        given += 1
    return given


async def due_actions(desk: Desk) -> int:
    """Remind owners of what they promised; again a day (see the rules) later, until it is done."""
    now = desk.clock.now()
    due = await desk.storage.read(lambda tx: tx.actions.due(desk.project.id, now=now))
    given = 0
    for action_id in due:
        given += await desk.storage.write(partial(_remind_owner, desk=desk, action_id=action_id, now=now))
    if given:
        desk.bell.ring()
    return given


def _reminding(incident_id: int) -> IncidentMutation:
    return IncidentMutation(
        incident_id=incident_id,
        actor=actors.job("reminder"),
        action="remind",
        make=lambda each, scene: incident_transition.remind(each, scene.now, scene.rules),
        nudge=NudgeKind.UPDATE_DUE,
    )


def _remind_owner(tx: Transaction, *, desk: Desk, action_id: int, now: datetime) -> bool:
    """False when another process was faster, or it is done."""
    incident, action = held_action(tx, desk, action_id)
    if action.remind_at is None or action.remind_at > now:
        return False
    every = desk.rules.incidents.action_every
    later = replace(action, remind_at=now + every if every else None)
    tx.actions.save(later)
    nudge = Nudge(
        id=0,
        incident_id=incident.id,
        kind=NudgeKind.ACTION_DUE,
        about_id=action_id,
        text=action.text,
        actor=actors.job("reminder"),
        created_at=now,
    )
    send(tx, desk, incident, nudge)
    entry = Entry(
        at=now,
        actor=nudge.actor,
        action="action.remind",
        subject=f"incident:{incident.id}",
        before=encode({"ref": action.ref, "remind_at": action.remind_at}),
        after=encode({"ref": later.ref, "remind_at": later.remind_at}),
        note=action.text,
    )
    tx.audit.append(desk.project.id, entry)
    return True
