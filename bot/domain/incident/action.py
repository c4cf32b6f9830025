"""Action: something that was promised after an incident: what, who, until when."""

import re
from datetime import datetime
from typing import Final

import msgspec
from msgspec.structs import replace

from bot.domain.actor import Actor
from bot.domain.errors import ConflictError, InvalidInputError

_REF: Final = re.compile(r"(?:t-?|#)?(\d{1,18})", re.ASCII | re.IGNORECASE)


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """One action item; ``remind_at`` is when its owner is reminded next (None: never).

    ``recurrence_id`` is what it is meant to mend; when that comes back, it is open again.
    """

    id: int
    project_id: int
    incident_id: int
    text: str
    owner: Actor | None = None
    due_at: datetime | None = None
    remind_at: datetime | None = None
    created_by: Actor
    created_at: datetime
    done_at: datetime | None = None
    done_by: Actor | None = None
    recurrence_id: int | None = None

    @property
    def ref(self) -> str:
        """How people name it: ``T-3``, a task."""
        return format_ref(self.id)


def finish(action: Action, actor: Actor, now: datetime) -> Action:
    """Mark an action item as done.

    Raises:
        ConflictError: it was already; names by whom.
    """
    if action.done_at is not None:
        who = action.done_by.mention if action.done_by else "somebody"
        raise ConflictError(f"{action.ref} was already done by {who}.")
    return replace(action, done_at=now, done_by=actor, remind_at=None)


def reopen(action: Action, now: datetime) -> Action:
    """Reopen an action item; its owner is reminded at its date, or now when that has passed.

    Raises:
        ConflictError: it is still open.
    """
    if action.done_at is None:
        raise ConflictError(f"{action.ref} is open already.")
    remind_at = None if action.due_at is None else max(action.due_at, now)
    return replace(action, done_at=None, done_by=None, remind_at=remind_at)


def come_back(action: Action, owner: Actor, now: datetime) -> Action:
    """What it mended broke again: it is open, and its owner (``owner`` where it has none) hears of it now.

    Raises:
        ConflictError: it is still open.
    """
    return replace(reopen(action, now), owner=action.owner or owner, remind_at=now)


def reassign(action: Action, owner: Actor | None, due_at: datetime | None) -> Action:
    """Another owner, another date.

    Raises:
        ConflictError: it is done.
    """
    if action.done_at is not None:
        raise ConflictError(f"{action.ref} is done; reopen it first.")
    return replace(action, owner=owner, due_at=due_at, remind_at=due_at)


def format_ref(action_id: int) -> str:
    """``3`` to ``T-3``."""
    return f"T-{action_id}"


def parse_ref(text: str) -> int:
    """Read ``T-3``, ``t3``, ``#3`` or ``3``.

    Raises:
        InvalidInputError: it is none of these.
    """
    match = _REF.fullmatch(text.strip())
    if match is None:
        raise InvalidInputError("action", f"{text[:40]!r} is no action item; action items look like T-3")
    return int(match[1])
