"""Action program: what scripts promise and keep, so that they can repeat themselves without harm.

The law of `program` holds here too. A `ConflictError` is a `StandingError`, which says how things stand.
"""

from datetime import datetime

from bot.domain.actor import Actor
from bot.domain.errors import ConflictError, NotFoundError, StandingError
from bot.domain.incident.action import Action, format_ref
from bot.usecases.desk import Desk
from bot.usecases.incident import action as actions
from storage.transaction import Transaction


async def promise(
    desk: Desk, incident_id: int, *, actor: Actor, text: str, owner: Actor | None, due_at: datetime | None
) -> Action:
    """Promise something, unless ``actor`` has promised just that and it is not done.

    Raises:
        NotFoundError: this desk does not have the incident.
        InvalidInputError: the text is too long.
    """
    words = " ".join(text.split())
    for known in await actions.of_incident(desk, incident_id):
        said = (known.text, known.due_at, str(known.owner), str(known.created_by))
        if known.done_at is None and said == (words, due_at, str(owner), str(actor)):
            return known
    return await actions.add(desk, incident_id, actor=actor, text=text, owner=owner, due_at=due_at)


async def finish(desk: Desk, action_id: int, *, actor: Actor) -> Action:
    """Mark an action item as done; nothing changes if it is already.

    Raises:
        NotFoundError: this desk does not have it.
        StandingError: somebody else did it.
    """
    try:
        return await actions.finish(desk, action_id, actor=actor)
    except ConflictError as error:
        known = await _find(desk, action_id)
        if str(known.done_by) == str(actor):
            return known
        raise StandingError(str(error), state="done", owner=str(known.done_by)) from None


async def reopen(desk: Desk, action_id: int, *, actor: Actor) -> Action:
    """Reopen an action item; nothing changes if it is open.

    Raises:
        NotFoundError: this desk does not have it.
    """
    try:
        return await actions.reopen(desk, action_id, actor=actor)
    except ConflictError:
        return await _find(desk, action_id)


async def _find(desk: Desk, action_id: int) -> Action:
    def read_action(tx: Transaction) -> Action:
        known = tx.actions.get(action_id)
        if known is None or known.project_id != desk.project.id:
            raise NotFoundError("action item", format_ref(action_id))
        return known

    return await desk.storage.read(read_action)
