"""Closure: a channel that cannot be written to."""

from datetime import datetime

import msgspec

from bot.domain.outbox.outbox import ParkReason


class Closure(msgspec.Struct, frozen=True, kw_only=True):
    """A channel that cannot be written to, until ``ended_at``; ``cards`` waited when it was last told of.

    ``moved_to`` is the channel that took them over, for good if it has ended.
    """

    channel_id: int
    reason: ParkReason
    began_at: datetime
    ended_at: datetime | None = None
    moved_to: int | None = None
    cards: int = 0
