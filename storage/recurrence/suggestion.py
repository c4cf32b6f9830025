"""Suggestion: recurrences for somebody who types.

No index knows words, nor which was seen last, so that each is looked at: of those that may be seen the
`SUGGESTED_AMONG` that fired most, and those among the newest so many.
"""

from typing import Any

from sqlalchemy import Connection, FromClause, Select, case, func, or_, select, union

from bot.domain.recurrence.ranking import SUGGESTED_AMONG
from bot.domain.recurrence.recurrence import Recurrence
from bot.domain.sight import Sight
from storage.audience import sees_recurrence
from storage.dialect import folded
from storage.recurrence.row import read
from storage.table.recurrence import recurrence

_COLUMNS = tuple(recurrence.c[name] for name in ("id", "name", "service", "target", "last_seen_at"))


def fitting(
    connection: Connection, project_id: int, text: str, *, limit: int, sight: Sight
) -> list[Recurrence]:
    """Whose name, service or target has ``text`` in it: those that begin so first, then last seen."""
    seen = (recurrence.c.project_id == project_id, sees_recurrence(sight))
    most = select(*_COLUMNS).where(*seen).order_by(recurrence.c.occurrences.desc(), recurrence.c.id)
    newest = connection.execute(select(func.max(recurrence.c.id))).scalar_one() or 0
    arms = (
        _matching(most.limit(SUGGESTED_AMONG).subquery("most"), text),
        _matching(recurrence, text).where(*seen, recurrence.c.id > newest - SUGGESTED_AMONG),
    )
    found = union(*arms).subquery()
    order = (found.c.begins.desc(), found.c.last_seen_at.desc(), found.c.id.desc())
    ids = list(connection.execute(select(found.c.id).order_by(*order).limit(limit)).scalars())
    rows = connection.execute(select(recurrence).where(recurrence.c.id.in_(ids)))
    known = {row.id: read(row) for row in rows}
    return [known[key] for key in ids]


def _matching(place: FromClause, text: str) -> Select[Any]:
    wanted = text.lower()
    begins = case((folded(place.c.name).startswith(wanted, autoescape=True), 1), else_=0)
    columns = (place.c.name, place.c.service, place.c.target)
    has = (folded(column).contains(wanted, autoescape=True) for column in columns)
    return select(place.c.id, place.c.last_seen_at, begins.label("begins")).where(or_(*has))
