"""Words: recurrences that have what people type in their name, service or target.

No index knows words, so that each is looked at; of more than twice `SEARCHED_AMONG` those that stand first in
the order of the list, and the newest.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, func, literal, or_, select, union

from bot.domain.recurrence.ranking import SEARCHED_AMONG
from storage.dialect import folded
from storage.table.recurrence import recurrence

_SEARCHED = ("name", "service", "target")


def has(place: FromClause, text: str) -> ColumnElement[bool]:
    """Whatever the case, with the wildcards of LIKE taken literally."""
    wanted = text.lower()
    return or_(*(folded(place.c[name]).contains(wanted, autoescape=True) for name in _SEARCHED))


def with_words(
    connection: Connection,
    project_id: int,
    conditions: Sequence[ColumnElement[bool]],
    sums: Sequence[str],
    text: str,
) -> tuple[list[int], bool]:
    """Of a project's that match those with the text, the largest sums first; and whether all were asked."""
    newest = connection.execute(select(func.max(recurrence.c.id))).scalar_one() or 0
    names, order = ("id", *sums), _order(recurrence, sums)
    matching = (recurrence.c.project_id == project_id, *conditions)
    keys = [recurrence.c[name] for name in names]
    if newest <= 2 * SEARCHED_AMONG:
        everywhere = select(recurrence.c.id).where(*matching, has(recurrence, text)).order_by(*order)
        return list(connection.execute(everywhere).scalars()), True
    columns = [*keys, *(recurrence.c[name] for name in _SEARCHED)]
    most = select(*columns).where(*matching).order_by(*order).limit(SEARCHED_AMONG).subquery("most")
    # A sum, for SQLite would look through an index by project rather than at the last rows.
    own = recurrence.c.project_id + 0 == project_id
    late = select(*keys).where(own, *conditions, recurrence.c.id > newest - SEARCHED_AMONG)
    both = union(
        select(*(most.c[name] for name in names)).where(has(most, text)), late.where(has(recurrence, text))
    ).subquery("both")
    ids = connection.execute(select(both.c.id).order_by(*_order(both, sums))).scalars()
    return list(ids), _are_no_more(connection, matching)


def _order(place: FromClause, sums: Sequence[str]) -> list[ColumnElement[Any]]:
    return [*(place.c[name].desc() for name in sums), place.c.id]


def _are_no_more(connection: Connection, matching: Sequence[ColumnElement[bool]]) -> bool:
    some = select(literal(1)).select_from(recurrence).where(*matching).limit(SEARCHED_AMONG + 1).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one() <= SEARCHED_AMONG
