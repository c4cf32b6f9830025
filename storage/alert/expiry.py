"""Expiries: when alerts are over unless they are sent again, as their senders said."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, select

from storage.codec import micros, moment
from storage.dialect import is_one_of, upsert
from storage.table.expiry import expiry


class Expiries:
    """One row for each alert that ends by itself."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, ends: Mapping[int, datetime]) -> None:
        """Each of these alerts is over at its time; an older word counts no more."""
        if not ends:
            return
        statement = upsert(self._connection, expiry).values(
            [{"alert_id": alert_id, "expires_at": micros(at)} for alert_id, at in sorted(ends.items())]
        )
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["alert_id"], set_={"expires_at": statement.excluded.expires_at}
            )
        )

    def due(self, *, now: datetime, limit: int) -> list[int]:
        """Alerts whose time has come, the earliest first."""
        rows = self._connection.execute(
            select(expiry.c.alert_id)
            .where(expiry.c.expires_at <= micros(now))
            .order_by(expiry.c.expires_at)
            .limit(limit)
        )
        return [row.alert_id for row in rows]

    def take_due(self, alert_id: int, *, now: datetime) -> bool:
        """Take the row away if its time has come; False when it moved on meanwhile, or somebody took it."""
        taken = self._connection.execute(
            delete(expiry).where(expiry.c.alert_id == alert_id, expiry.c.expires_at <= micros(now))
        )
        return taken.rowcount > 0

    def of(self, alert_ids: list[int]) -> dict[int, datetime]:
        """The times of those alerts that have one."""
        rows = self._connection.execute(
            select(expiry).where(is_one_of(self._connection, expiry.c.alert_id, alert_ids))
        )
        return {row.alert_id: moment(row.expires_at) for row in rows}
