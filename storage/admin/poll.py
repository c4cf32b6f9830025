"""Polls: which sources are asked, and what the last look at each was in doubt about."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from bot.domain.access.poll import Doubt, LastEpisode
from storage.codec import micros, moment_or_none
from storage.dialect import is_one_of
from storage.table.core import IS_OPEN_ALERT, alert, source
from storage.table.poll import poll, poll_doubt
from storage.table.recurrence import recurrence

MOST: Final = 10_000
"""Open alerts of a source that are compared."""


class Polls:
    """The rows of polls."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def follow(self, source_id: int, url: str) -> None:
        """Ask there for what this source has open."""
        self._connection.execute(insert(poll).values(source_id=source_id, url=url))

    def addresses(self, project_id: int) -> dict[str, str]:
        """By the names of the sources."""
        rows = self._connection.execute(
            select(source.c.name, poll.c.url)
            .join(source, source.c.id == poll.c.source_id)
            .where(source.c.project_id == project_id, source.c.removed_at.is_(None))
            .order_by(source.c.name)
        )
        return {row.name: row.url for row in rows}

    def held(self, project_id: int, source_id: int, signatures: Collection[str]) -> dict[str, LastEpisode]:
        """What the desk has open of this source, and the newest episodes of these signatures."""
        opened = self._connection.execute(
            select(alert.c.signature)
            .where(alert.c.project_id == project_id, IS_OPEN_ALERT, alert.c.source_id == source_id)
            .limit(MOST)
        )
        known = self._connection.execute(
            select(recurrence.c.signature, alert.c.resolved_at)
            .join(alert, alert.c.id == recurrence.c.last_alert_id)
            .where(
                recurrence.c.project_id == project_id,
                is_one_of(self._connection, recurrence.c.signature, signatures),
            )
        )
        held = {row.signature: LastEpisode(moment_or_none(row.resolved_at)) for row in known}
        return held | {signature: LastEpisode(None) for signature in opened.scalars()}

    def doubts(self, source_id: int, *, since: datetime) -> dict[str, Doubt]:
        """What the last look was in doubt about, if that was not before ``since``."""
        rows = self._connection.execute(
            select(poll_doubt.c.signature, poll_doubt.c.doubt).where(
                poll_doubt.c.source_id == source_id, poll_doubt.c.seen_at >= micros(since)
            )
        )
        return {row.signature: Doubt(row.doubt) for row in rows}

    def doubt(self, source_id: int, doubts: Mapping[str, Doubt], *, now: datetime) -> None:
        """Replace the doubts about a source: the last look left just these."""
        self._connection.execute(delete(poll_doubt).where(poll_doubt.c.source_id == source_id))
        if doubts:
            self._connection.execute(
                insert(poll_doubt),
                [
                    {"source_id": source_id, "signature": name, "doubt": each.value, "seen_at": micros(now)}
                    for name, each in doubts.items()
                ],
            )
