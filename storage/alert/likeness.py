"""Likeness: open alerts that read alike, for they have one name and one place.

An index by name would cost every alert that comes in. So the newest are looked through, in the index of open
alerts, which grows at its end and holds a checksum of each place.
"""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.sql.expression import ClauseElement

from storage.alert.row import crc_of
from storage.bulk import Lookup
from storage.dialect import among_many, one_of, values_of
from storage.table.core import IS_OPEN_ALERT, alert

RECENT: Final = 500
"""Open alerts among which others of one name are looked for."""

_NAMED_COLUMNS = ("source_id", "name", "namespace", "target", "labels")


def _newest_named(dialect: str) -> ClauseElement:
    newest = (
        select(alert.c.id, alert.c.target_crc)
        .where(alert.c.project_id == bindparam("project"), IS_OPEN_ALERT)
        .order_by(alert.c.id.desc())
        .limit(RECENT)
        .subquery()
    )
    likely = select(newest.c.id).where(among_many(dialect, newest.c.target_crc, "crcs"))
    return (
        select(*(alert.c[name] for name in _NAMED_COLUMNS))
        .where(
            alert.c.id.in_(likely),
            one_of(dialect, alert.c.name, "names"),
            one_of(dialect, alert.c.target, "targets"),
        )
        .order_by(alert.c.id.desc())
    )


_open_named = Lookup(_newest_named, ("project", "crcs", "names", "targets"), _NAMED_COLUMNS)


def open_named(
    connection: Connection, project_id: int, names: Iterable[str], targets: Iterable[str]
) -> list[tuple[int, str, str, str, str]]:
    """Source, name, namespace, target and labels (JSON), newest first."""
    places = list(targets)
    rows = _open_named.rows(
        connection,
        project_id,
        values_of(connection, map(crc_of, places)),
        values_of(connection, names),
        values_of(connection, places),
    )
    return [(*row,) for row in rows]
