"""Event lists: the newest events of a project with what they came in and what they went into."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from bot.domain.alert.event import Event, ListedEvent
from storage.codec import decode_labels, decode_links, micros, moment
from storage.table.core import alert, envelope, event, source


class EventLists:
    """Queries over the events of one project."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def newest(
        self,
        project_id: int,
        *,
        limit: int,
        providers: Sequence[str] | None = None,
        prefix: str = "",
        since: datetime | None = None,
    ) -> list[ListedEvent]:
        """Newest first; only of these providers, and only of those whose name begins with ``prefix``."""
        statement = (
            select(
                event,
                source.c.name.label("source_name"),
                source.c.provider,
                envelope.c.redactions,
                alert.c.links,
                alert.c.labels,
                alert.c.said,
            )
            .join(source, source.c.id == event.c.source_id)
            .outerjoin(envelope, envelope.c.digest == event.c.envelope_digest)
            .outerjoin(alert, alert.c.id == event.c.alert_id)
            .where(event.c.project_id == project_id)
            .order_by(event.c.id.desc())
            .limit(limit)
        )
        if providers is not None:
            statement = statement.where(source.c.provider.in_(providers))
        if prefix:
            statement = statement.where(source.c.provider.startswith(prefix, autoescape=True))
        if since is not None:
            statement = statement.where(event.c.received_at >= micros(since))
        return [_read(row) for row in self._connection.execute(statement)]


def _read(row: Row[Any]) -> ListedEvent:
    values = row._mapping  # noqa: SLF001 -- SQLAlchemy's public name for it
    fields = {column.name: values[column] for column in event.c}
    return ListedEvent(
        event=Event(**{**fields, "received_at": moment(fields["received_at"])}),
        source=row.source_name,
        provider=row.provider,
        redactions=row.redactions or 0,
        links=decode_links(row.links) if row.links else (),
        labels=decode_labels(row.labels) if row.labels else {},
        said=decode_labels(row.said) if row.said else {},
    )
