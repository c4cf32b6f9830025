"""Bulk acts: what one person did to many alerts at once, for as long as it can be taken back."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection, delete, insert

from bot.domain.actor import Actor
from bot.domain.alert.bulk_act import BulkAct
from storage.codec import encode, micros, moment
from storage.table.bulk_act import bulk_act

_ids = msgspec.json.Decoder(list[int])


class BulkActs:
    """The rows of bulk acts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def record(
        self, project_id: int, action: str, actor: Actor, alert_ids: Sequence[int], *, now: datetime
    ) -> int:
        """Remember one; its id."""
        made = self._connection.execute(
            insert(bulk_act)
            .values(
                project_id=project_id,
                action=action,
                actor=str(actor),
                made_at=micros(now),
                alert_ids=encode(list(alert_ids)),
            )
            .returning(bulk_act.c.id)
        )
        act_id: int = made.scalar_one()
        return act_id

    def take(self, project_id: int, act_id: int) -> BulkAct | None:
        """One of this project, which is forgotten with the commit: it can be taken back once."""
        row = self._connection.execute(
            delete(bulk_act)
            .where(bulk_act.c.id == act_id, bulk_act.c.project_id == project_id)
            .returning(*bulk_act.c)
        ).one_or_none()
        if row is None:
            return None
        return BulkAct(row.id, row.action, row.actor, moment(row.made_at), _ids.decode(row.alert_ids))

    def forget(self, *, before: datetime) -> int:
        """Delete the acts that can be taken back no more; returns how many."""
        return self._connection.execute(delete(bulk_act).where(bulk_act.c.made_at < micros(before))).rowcount
