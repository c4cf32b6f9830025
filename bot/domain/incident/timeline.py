"""Timeline: what happened to an incident, in order, told by itself and by people.

Law: an entry is never changed. A correction is a further version of it, and so is a deletion; `fold` shows
the newest version and says that there were others. Entries are told in the order in which things happened,
which need not be the order in which they were written down.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import msgspec

from bot.domain.actor import Actor


class Kind(StrEnum):
    """What an entry is about; `NOTE` and `MESSAGE` are people's own words."""

    OPENED = "opened"
    STATE = "state"
    SEVERITY = "severity"
    TITLE = "title"
    ROLE = "role"
    UPDATE = "update"
    TIME = "time"
    LINKED = "linked"
    UNLINKED = "unlinked"
    MERGED = "merged"
    ALERT_FIRED = "alert_fired"
    ALERT_ACKED = "alert_acked"
    ALERT_UNACKED = "alert_unacked"
    ALERT_RAISED = "alert_raised"
    ALERT_REOPENED = "alert_reopened"
    ALERT_RESOLVED = "alert_resolved"
    ACTION = "action"
    NOTE = "note"
    MESSAGE = "message"


LABELS: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        Kind.OPENED: "opened it",
        Kind.STATE: "state",
        Kind.SEVERITY: "severity",
        Kind.TITLE: "title",
        Kind.ROLE: "role",
        Kind.UPDATE: "update",
        Kind.TIME: "corrected",
        Kind.LINKED: "linked",
        Kind.UNLINKED: "unlinked",
        Kind.MERGED: "merged",
        Kind.ALERT_FIRED: "fired",
        Kind.ALERT_ACKED: "acknowledged",
        Kind.ALERT_UNACKED: "gave back",
        Kind.ALERT_RAISED: "severity rose",
        Kind.ALERT_REOPENED: "fires again",
        Kind.ALERT_RESOLVED: "resolved",
        Kind.ACTION: "action item",
        Kind.NOTE: "noted",
        Kind.MESSAGE: "wrote",
    }
)
CORRECTABLE: Final = frozenset({Kind.NOTE, Kind.MESSAGE, Kind.UPDATE})


class TimelineDraft(msgspec.Struct, frozen=True, kw_only=True):
    """An entry before it is written; ``at`` is when it happened.

    ``channel_id`` and ``message_id`` name the message in Discord that it was taken from.
    """

    kind: Kind
    at: datetime
    actor: Actor
    text: str = ""
    alert_id: int | None = None
    channel_id: int | None = None
    message_id: int | None = None


class TimelineEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One version of an entry as it is stored; ``entry_id`` is the first version's id.

    ``actor`` of the first version did what it tells; of a later one, wrote that version.
    """

    id: int
    incident_id: int
    entry_id: int
    version: int
    draft: TimelineDraft
    deleted: bool
    written_at: datetime


class TimelineLine(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as it is told: who and what it was at first, and how it reads now."""

    first: TimelineEntry
    latest: TimelineEntry

    @property
    def id(self) -> int:
        """What corrections refer to."""
        return self.first.id

    @property
    def kind(self) -> Kind:
        """What it is about."""
        return self.first.draft.kind

    @property
    def at(self) -> datetime:
        """When it happened, as far as is known now."""
        return self.latest.draft.at

    @property
    def actor(self) -> Actor:
        """Who did it."""
        return self.first.draft.actor

    @property
    def text(self) -> str:
        """How it reads now."""
        return self.latest.draft.text

    @property
    def deleted(self) -> bool:
        """Whether it was taken back, or its message deleted."""
        return self.latest.deleted

    @property
    def unread(self) -> bool:
        """Whether it is a message whose words could not be read."""
        return self.kind is Kind.MESSAGE and not self.text

    @property
    def corrected_by(self) -> Actor | None:
        """Who wrote the newest version, None when there is only one, or it only supplied missing words."""
        writer = self.latest.draft.actor
        supplied = not self.first.draft.text and str(writer) == str(self.actor)
        return writer if self.latest.version > 1 and not self.deleted and not supplied else None


def fold(entries: Iterable[TimelineEntry]) -> tuple[TimelineLine, ...]:
    """Entries in any order, as lines in the order in which things happened."""
    first: dict[int, TimelineEntry] = {}
    latest: dict[int, TimelineEntry] = {}
    for entry in entries:
        key = entry.entry_id
        if entry.version == 1:
            first[key] = entry
        if key not in latest or entry.version > latest[key].version:
            latest[key] = entry
    lines = (TimelineLine(first=entry, latest=latest[key]) for key, entry in first.items())
    return tuple(sorted(lines, key=lambda line: (line.at, line.id)))
