"""Quiet reasons: one row a reason; which kinds an alert has stands on its own row too."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Insert, bindparam, delete, func, select

from bot.domain.actor import Actor
from bot.domain.alert.quiet import Quiet, QuietKind
from storage.bulk import Bulk
from storage.codec import micros, micros_or_none, moment, moment_or_none
from storage.dialect import one_of, upsert_in, values_of
from storage.prepared import Prepared
from storage.table.core import alert
from storage.table.ring import quiet_reason

_COLUMNS: Final = ("alert_id", "kind", "by", "by_name", "since", "until")
_CHANGED: Final = ("by", "by_name", "since", "until")


def _put(dialect: str) -> Insert:
    start = upsert_in(dialect, quiet_reason)
    return start.on_conflict_do_update(
        index_elements=[quiet_reason.c.alert_id, quiet_reason.c.kind],
        set_={name: start.excluded[name] for name in _CHANGED},
    )


_PUT: Final = Bulk(_put, _COLUMNS)
_LIFT: Final = Bulk(
    delete(quiet_reason).where(
        quiet_reason.c.alert_id == bindparam("alert_", type_=BigInteger()),
        quiet_reason.c.kind == bindparam("kind_", type_=quiet_reason.c.kind.type),
    ),
    ("alert_", "kind_"),
)
_OF: Final = Prepared(
    lambda dialect: (
        select(quiet_reason)
        .where(one_of(dialect, quiet_reason.c.alert_id, "ids"))
        .order_by(quiet_reason.c.alert_id, quiet_reason.c.kind)
    )
)


class QuietReasons:
    """The rows of quiet reasons."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, alert_ids: Collection[int]) -> dict[int, tuple[Quiet, ...]]:
        """The reasons of these alerts; alerts without any are missing."""
        if not alert_ids:
            return {}
        rows = _OF.rows(self._connection, ids=values_of(self._connection, alert_ids))
        found: dict[int, tuple[Quiet, ...]] = {}
        for row in rows:
            found[row.alert_id] = (*found.get(row.alert_id, ()), _read(row))
        return found

    def of_group(self, group_id: int, kind: QuietKind) -> tuple[int, Quiet | None]:
        """How many of a group's alerts have a reason of this kind, and the newest of these reasons."""
        rows = self._connection.execute(
            select(quiet_reason, func.count().over().label("held"))
            .join(alert, alert.c.id == quiet_reason.c.alert_id)
            .where(alert.c.group_id == group_id, quiet_reason.c.kind == kind.value)
            .order_by(quiet_reason.c.since.desc(), quiet_reason.c.alert_id)
            .limit(1)
        )
        row = rows.one_or_none()
        return (0, None) if row is None else (row.held, _read(row))

    def put(self, reasons: Mapping[int, Quiet]) -> None:
        """Hold these alerts quiet; a reason of the same kind is replaced."""
        _PUT.run(
            self._connection,
            [
                (
                    alert_id,
                    each.kind.value,
                    str(each.by),
                    each.by.name,
                    micros(each.since),
                    micros_or_none(each.until),
                )
                for alert_id, each in reasons.items()
            ],
        )

    def lift(self, which: Iterable[tuple[int, QuietKind]]) -> None:
        """Remove these reasons."""
        rows = [(alert_id, kind.value) for alert_id, kind in which]
        if self._connection.dialect.name == "postgresql":
            for alert_id, kind in rows:  # a delete cannot take its rows from arrays
                self._connection.execute(
                    delete(quiet_reason).where(
                        quiet_reason.c.alert_id == alert_id, quiet_reason.c.kind == kind
                    )
                )
        else:
            _LIFT.run(self._connection, rows)

    def ended(self, kind: QuietKind, *, now: datetime, limit: int = 100) -> list[int]:
        """Alerts whose reason of this kind is over."""
        rows = self._connection.execute(
            select(quiet_reason.c.alert_id)
            .where(
                quiet_reason.c.until.is_not(None),
                quiet_reason.c.until <= micros(now),
                quiet_reason.c.kind == kind.value,
            )
            .order_by(quiet_reason.c.until)
            .limit(limit)
        )
        return list(rows.scalars())


def _read(row: Any) -> Quiet:
    return Quiet(
        kind=QuietKind(row.kind),
        by=Actor.parse(row.by, row.by_name),
        since=moment(row.since),
        until=moment_or_none(row.until),
    )
