"""Open alerts as matchers see them: no more of each than that, for all are looked through."""

from sqlalchemy import Connection, select

from bot.domain.alert.quiet import QuietKind, read_kinds
from bot.domain.silence.silence import Silenceable, labels_of
from storage.codec import decode_labels
from storage.table.core import IS_OPEN_ALERT, alert


class SilenceableAlerts:
    """All that are open."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open(self, project_id: int) -> list[Silenceable]:
        """Oldest first."""
        columns = alert.c
        rows = self._connection.execute(
            select(
                columns.id,
                columns.source_id,
                columns.name,
                columns.severity,
                columns.namespace,
                columns.service,
                columns.target,
                columns.labels,
                columns.quiet_kinds,
            )
            .where(columns.project_id == project_id, IS_OPEN_ALERT)
            .order_by(columns.id)
        )
        return [
            Silenceable(
                row.id,
                row.source_id,
                labels_of(
                    row.name,
                    row.severity,
                    namespace=row.namespace,
                    service=row.service,
                    target=row.target,
                    labels=decode_labels(row.labels),
                ),
                QuietKind.SILENCE in read_kinds(row.quiet_kinds),
            )
            for row in rows
        ]
