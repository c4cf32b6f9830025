"""Bulk act: what one person did to many alerts at once."""

from datetime import datetime

import msgspec


class BulkAct(msgspec.Struct, frozen=True):
    """``action`` on these alerts, by the actor of this name in storage."""

    id: int
    action: str
    actor: str
    made_at: datetime
    alert_ids: list[int]
