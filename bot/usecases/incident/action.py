"""Action: what is promised after an incident. One function, one transaction, one audit entry."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from msgspec import UNSET, UnsetType

from bot.domain.actor import Actor
from bot.domain.alert.verdict import Lane
from bot.domain.audit import Entry
from bot.domain.errors import NotFoundError
from bot.domain.incident import action as actions
from bot.domain.incident.action import Action
from bot.domain.incident.incident import Incident
from bot.domain.incident.incident import format_ref as format_incident
from bot.domain.incident.nudge import Nudge, NudgeKind
from bot.domain.incident.timeline import Kind, TimelineDraft
from bot.domain.sight import EVERYTHING, Sight
from bot.usecases.desk import Desk
from bot.usecases.incident.mutation import held, read_text, send
from storage.codec import encode
from storage.transaction import Transaction

MAX_ACTION: Final = 300
LISTED: Final = 25


async def add(
    desk: Desk,
    incident_id: int,
    *,
    actor: Actor,
    text: str,
    owner: Actor | None = None,
    due_at: datetime | None = None,
) -> Action:
    """Promise something; the owner is reminded when it is due.

    Raises:
        NotFoundError: this desk does not have the incident.
        InvalidInputError: the text is empty or too long.
        NotDurableError: the database cannot be written.
    """
    now = desk.clock.now()
    wish = Action(
        id=0,
        project_id=desk.project.id,
        incident_id=incident_id,
        text=read_text("action", " ".join(text.split()), MAX_ACTION),
        owner=owner,
        due_at=due_at,
        remind_at=due_at,
        created_by=actor,
        created_at=now,
    )

    def add_action(tx: Transaction) -> Action:
        incident = held(tx, desk, incident_id)
        created = tx.actions.create(wish)
        write_down(tx, incident, None, created, actor, "action.add", now)
        _tell_owner(tx, desk, incident, None, created, actor, now)
        return created

    added = await desk.storage.write(add_action)
    desk.bell.ring()
    return added


async def finish(desk: Desk, action_id: int, *, actor: Actor) -> Action:
    """Mark an action item as done.

    Raises:
        NotFoundError: this desk does not have it.
        ConflictError: it was done already.
        NotDurableError: the database cannot be written.
    """
    return await _change(
        desk, action_id, actor, "action.finish", lambda each, now: actions.finish(each, actor, now)
    )


async def reopen(desk: Desk, action_id: int, *, actor: Actor) -> Action:
    """Reopen an action item that was not done after all.

    Raises:
        NotFoundError: this desk does not have it.
        ConflictError: it is open.
        NotDurableError: the database cannot be written.
    """
    return await _change(desk, action_id, actor, "action.reopen", actions.reopen)


async def reassign(
    desk: Desk,
    action_id: int,
    *,
    actor: Actor,
    owner: Actor | UnsetType | None = UNSET,
    due_at: datetime | UnsetType | None = UNSET,
) -> Action:
    """Another owner or date, or none; what is left out stays.

    Raises:
        NotFoundError: this desk does not have it.
        ConflictError: it is done.
        NotDurableError: the database cannot be written.
    """

    def make(each: Action, _: datetime) -> Action:
        return actions.reassign(
            each,
            each.owner if owner is UNSET else owner,
            each.due_at if due_at is UNSET else due_at,
        )

    return await _change(desk, action_id, actor, "action.reassign", make)


async def waiting(desk: Desk, sight: Sight = EVERYTHING, *, limit: int = LISTED) -> list[Action]:
    """What is not done on the whole desk, the most urgent first."""
    return await desk.storage.read(lambda tx: tx.actions.waiting(desk.project.id, limit=limit, sight=sight))


async def of_incident(desk: Desk, incident_id: int) -> list[Action]:
    """All of one incident, oldest first.

    Raises:
        NotFoundError: this desk does not have the incident.
    """

    def read_actions(tx: Transaction) -> list[Action]:
        if tx.incidents.get(desk.project.id, incident_id) is None:
            raise NotFoundError("incident", format_incident(incident_id))
        return tx.actions.of([incident_id])

    return await desk.storage.read(read_actions)


def held_action(tx: Transaction, desk: Desk, action_id: int) -> tuple[Incident, Action]:
    """The action and its incident, for this transaction alone; incidents are held before their actions.

    Raises:
        NotFoundError: this desk does not have it.
    """
    known = tx.actions.get(action_id)
    incident = None if known is None else tx.incidents.held(desk.project.id, known.incident_id)
    action = tx.actions.get(action_id)
    if incident is None or action is None:
        raise NotFoundError("action item", actions.format_ref(action_id))
    return incident, action


async def _change(
    desk: Desk, action_id: int, actor: Actor, name: str, make: Callable[[Action, datetime], Action]
) -> Action:
    now = desk.clock.now()

    def change_action(tx: Transaction) -> Action:
        incident, action = held_action(tx, desk, action_id)
        changed = make(action, now)
        tx.actions.save(changed)
        write_down(tx, incident, action, changed, actor, name, now)
        _tell_owner(tx, desk, incident, action, changed, actor, now)
        return changed

    changed = await desk.storage.write(change_action)
    desk.bell.ring()
    return changed


def _tell_owner(
    tx: Transaction,
    desk: Desk,
    incident: Incident,
    before: Action | None,
    after: Action,
    actor: Actor,
    now: datetime,
) -> None:
    """Whoever got it from somebody else hears so, once."""
    was = None if before is None or before.owner is None else before.owner.person_id
    owner_id = None if after.owner is None else after.owner.person_id
    if after.done_at is not None or owner_id in {None, was, actor.person_id}:
        return
    nudge = Nudge(
        id=0,
        incident_id=incident.id,
        kind=NudgeKind.ACTION_GIVEN,
        about_id=after.id,
        text=after.text,
        actor=actor,
        created_at=now,
    )
    send(tx, desk, incident, nudge)


def write_down(
    tx: Transaction,
    incident: Incident,
    before: Action | None,
    after: Action,
    actor: Actor,
    name: str,
    now: datetime,
    *,
    why: str = "",
) -> None:
    """The timeline, the head's count and the audit log hear of it, and ``why`` where that is not plain."""
    text = f"{after.ref} {name.removeprefix('action.')}{f' ({why})' if why else ''}: {after.text}"
    draft = TimelineDraft(kind=Kind.ACTION, at=now, actor=actor, text=text)
    tx.timelines.append([(incident.id, draft)], now=now)
    tx.cards.touch_heads([incident.id], Lane.PERSON, now=now)
    entry = Entry(
        at=now,
        actor=actor,
        action=name,
        subject=f"incident:{incident.id}",
        before=encode({} if before is None else _mark(before)),
        after=encode(_mark(after)),
        note=after.text,
    )
    tx.audit.append(incident.project_id, entry)


def _mark(action: Action) -> dict[str, object]:
    due = action.due_at.isoformat() if action.due_at else ""
    owner = str(action.owner) if action.owner else ""
    return {"ref": action.ref, "owner": owner, "due": due, "done": action.done_at is not None}
