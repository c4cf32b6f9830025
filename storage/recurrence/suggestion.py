"""Suggestion: recurrences for somebody who types.

No index knows words, nor which was seen last, so that each is looked at: of those that may be seen the
`SUGGESTED_AMONG` that fired most, and those among the newest so many.
"""

from typing import Any

from sqlalchemy import Connection, FromClause, Select, case, func, select, union

from bot.domain.recurrence.ranking import SUGGESTED_AMONG
from bot.domain.recurrence.recurrence import Recurrence
from bot.domain.sight import Sight
from storage.audience import sees_recurrence
from storage.dialect import folded
from storage.recurrence.row import read
from storage.recurrence.words import has
from storage.table.recurrence import recurrence

_COLUMNS = tuple(recurrence.c[name] for name in ("id", "name", "service", "target", "last_seen_at"))


def fitting(
    connection: Connection, project_id: int, text: str, *, limit: int, sight: Sight
) -> list[Recurrence]:
    """Whose name, service or target has ``text`` in it: those that begin so first, then last seen."""
    theirs, sees = recurrence.c.project_id == project_id, sees_recurrence(sight)
    most = select(*_COLUMNS).where(theirs, sees)
    most = most.order_by(recurrence.c.occurrences.desc(), recurrence.c.id)
    # A sum, for SQLite would look through an index by project rather than at the last rows.
    own = recurrence.c.project_id + 0 == project_id
    newest = connection.execute(select(func.max(recurrence.c.id))).scalar_one() or 0
    arms = (
        _matching(most.limit(SUGGESTED_AMONG).subquery("most"), text),
        _matching(recurrence, text).where(own, sees, recurrence.c.id > newest - SUGGESTED_AMONG),
    )
    found = union(*arms).subquery()
    order = (found.c.begins.desc(), found.c.last_seen_at.desc(), found.c.id.desc())
    ids = list(connection.execute(select(found.c.id).order_by(*order).limit(limit)).scalars())
    rows = connection.execute(select(recurrence).where(recurrence.c.id.in_(ids)))
    known = {row.id: read(row) for row in rows}
    return [known[key] for key in ids]


def _matching(place: FromClause, text: str) -> Select[Any]:
    begins = case((folded(place.c.name).startswith(text.lower(), autoescape=True), 1), else_=0)
    return select(place.c.id, place.c.last_seen_at, begins.label("begins")).where(has(place, text))
