"""Membership: which alerts belong to an incident, and how they stand."""

import msgspec

from bot.domain.alert.signal import Severity
from bot.domain.incident.incident import format_ref


class Membership(msgspec.Struct, frozen=True, gc=False):
    """The incident that an alert belongs to, and whether that is open."""

    incident_id: int
    thread_id: int | None
    open: bool

    @property
    def mention(self) -> str:
        """The incident's thread, or its ref until there is one."""
        return format_ref(self.incident_id) if self.thread_id is None else f"<#{self.thread_id}>"


class Census(msgspec.Struct, frozen=True, gc=False):
    """How many alerts belong to an incident, how many of them are open, and how bad they are."""

    total: int
    open: int
    severities: frozenset[Severity]
