"""Profile: all there is to tell of a recurrence; plain data throughout."""

from datetime import datetime
from typing import Final

import msgspec

from bot.domain.actor import Actor
from bot.domain.recurrence.recurrence import Medians, Recurrence
from bot.domain.recurrence.rhythm import Rhythm
from bot.domain.recurrence.run import RunState
from bot.domain.recurrence.work import Handoff, Item

LOOKED_AT: Final = 50  # episodes
TOLD: Final = 10


class EpisodeSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One of the last episodes: who took it on, who ended it, with which note; its incidents by ref."""

    alert: str
    alert_id: int
    opened_at: datetime
    resolved_at: datetime | None
    acked_at: datetime | None
    owner: Actor | None
    resolved_by: Actor | None
    note: str
    note_by: Actor | None
    self_resolved: bool
    incidents: tuple[str, ...] = ()


class RecurrenceProfile(msgspec.Struct, frozen=True, kw_only=True):
    """Medians, rhythm and incidents are those of the last `LOOKED_AT` episodes, ``last_episodes`` are `TOLD`.

    ``self_resolved_share`` is None before any episode has ended; ``item`` is the work item, None before the
    first episode.
    """

    recurrence: Recurrence
    source: str
    provider: str
    self_resolved_share: float | None
    medians: Medians
    rhythm: Rhythm | None
    last_episodes: tuple[EpisodeSummary, ...]
    incidents: tuple[str, ...]
    runs: dict[RunState, int]
    handoff: Handoff | None
    item: Item | None
