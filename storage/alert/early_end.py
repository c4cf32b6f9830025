"""Ends that overtook their firings: one row a signature, the newest."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, delete, select

from bot.domain.alert.episode import EarlyEnd
from storage.bulk import Bulk, Lookup
from storage.codec import micros, micros_or_none, moment, moment_or_none
from storage.dialect import one_of, upsert, values_of
from storage.table.early_end import early_end

_COLUMNS: Final = ("project_id", "signature", "started_at", "ended_at", "until")
_CHANGED: Final = ("started_at", "ended_at", "until")
_put: Final[dict[str, Bulk]] = {}
_of: Final = Lookup(
    lambda dialect: select(*(early_end.c[name] for name in ("signature", *_CHANGED))).where(
        early_end.c.project_id == bindparam("project"), one_of(dialect, early_end.c.signature, "signatures")
    ),
    ("project", "signatures"),
    ("signature", *_CHANGED),
)


class EarlyEnds:
    """The rows of early ends."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, project_id: int, signatures: Collection[str]) -> dict[str, EarlyEnd]:
        """What is remembered of these signatures."""
        rows = _of.rows(self._connection, project_id, values_of(self._connection, signatures))
        return {
            row.signature: EarlyEnd(
                row.signature, moment_or_none(row.started_at), moment(row.ended_at), moment(row.until)
            )
            for row in rows
        }

    def put(self, project_id: int, ends: Iterable[EarlyEnd]) -> None:
        """Remember these, each instead of what was remembered of its signature."""
        dialect = self._connection.dialect.name
        if dialect not in _put:
            start = upsert(self._connection, early_end)
            statement = start.on_conflict_do_update(
                index_elements=["project_id", "signature"],
                set_={name: start.excluded[name] for name in _CHANGED},
            )
            _put[dialect] = Bulk(statement, _COLUMNS)
        _put[dialect].run(
            self._connection,
            [
                (
                    project_id,
                    each.signature,
                    micros_or_none(each.started_at),
                    micros(each.ended_at),
                    micros(each.until),
                )
                for each in ends
            ],
        )

    def forget(self, *, now: datetime) -> None:
        """Delete the early ends whose time is over."""
        self._connection.execute(delete(early_end).where(early_end.c.until < micros(now)))
