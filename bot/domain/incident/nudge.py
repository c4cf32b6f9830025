"""Nudge: a message of its own in an incident's thread, for what an edit of the head would tell nobody."""

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from bot.domain.actor import Actor
from bot.domain.incident.incident import Incident, IncidentLevel


class NudgeKind(StrEnum):
    """Why people hear of it."""

    UPDATE_DUE = "update_due"
    ACTION_DUE = "action_due"
    UPDATE = "update"
    TAKEN_IN = "taken_in"
    MERGED = "merged"
    STATE = "state"
    CALL = "call"
    """The incident became bad: the responders are rung."""
    ROLE = "role"
    """Somebody holds a role; ``about_id`` is the person's."""
    JOINED = "joined"
    """Somebody, whose id is ``about_id``, acknowledged one of its alerts: they belong into the thread."""
    ACTION_GIVEN = "action_given"
    """Somebody else put an action item on its owner's list."""
    STATUS = "status"
    """What those outside are told, in a channel of its own."""


CALLS: Final = frozenset({IncidentLevel.P0, IncidentLevel.P1})
"""Incidents that responders are rung for."""


def begins_to_call(before: Incident, after: Incident) -> bool:
    """Whether responders have to be rung for what changed: it is a bad one from now on, again, or worse."""
    rises = after.severity.rank < before.severity.rank
    returns = after.state.open and not before.state.open
    return after.state.open and after.severity in CALLS and (rises or returns)


class Nudge(msgspec.Struct, frozen=True, kw_only=True):
    """One message; ``about_id`` is the action's, alert's, person's or other incident's id, if any."""

    id: int
    incident_id: int
    kind: NudgeKind
    about_id: int | None = None
    text: str = ""
    actor: Actor
    created_at: datetime
