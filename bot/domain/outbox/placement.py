"""Placement: where a subject is shown."""

from datetime import datetime

import msgspec

from bot.domain.jump_link import jump_url
from bot.domain.outbox.outbox import CardKind, ParkReason


class Placement(msgspec.Struct, frozen=True, kw_only=True):
    """Where a card is shown; ``message_id`` is None while it waits, ``pinged`` says that it mentions."""

    id: int
    kind: CardKind
    subject_id: int
    channel_id: int
    message_id: int | None
    wanted: int
    shown: int
    parked_reason: ParkReason | None
    seen_at: datetime | None
    rung_at: datetime | None = None
    rung_run: int | None = None
    pinged: bool = False

    def jump_url(self, guild_id: int | None) -> str:
        """Where a click leads to it, "" while it is not there."""
        return jump_url(guild_id, self.channel_id, self.message_id)
