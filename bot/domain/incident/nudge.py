"""Nudge: a message of its own in an incident's thread, for what an edit of the head would tell nobody."""

from datetime import datetime
from enum import StrEnum

import msgspec

from bot.domain.actor import Actor


class NudgeKind(StrEnum):
    """Why people hear of it."""

    UPDATE_DUE = "update_due"
    ACTION_DUE = "action_due"
    UPDATE = "update"
    TAKEN_IN = "taken_in"
    MERGED = "merged"
    STATE = "state"


class Nudge(msgspec.Struct, frozen=True, kw_only=True):
    """One message; ``about_id`` is the action's, alert's or other incident's id where there is one."""

    id: int
    incident_id: int
    kind: NudgeKind
    about_id: int | None = None
    text: str = ""
    actor: Actor
    created_at: datetime
