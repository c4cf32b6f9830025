"""Recurrence: the long life of a signature over all its episodes."""

from datetime import datetime

import msgspec

from bot.domain.actor import Actor


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """What the team already knows when an alert fires; the "seen before" line of its card.

    ``episodes`` counts those that opened within the last 30 days, this one included.
    """

    episodes: int
    previous_at: datetime | None = None
    acked_by: Actor | None = None
    note: str = ""
