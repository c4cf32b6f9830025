"""Words: alerts that have what people type in their name, service, target or source, or are named by ref.

No index knows words, so that each alert is looked at: of open ones the `SEARCHED` most urgent, of those that
may be over the `SEARCHED` newest (`SEARCHED_TYPING` for who still types). What is named by ref is always
found.
"""

from collections.abc import Iterator
from typing import Any, Final

from msgspec.structs import replace
from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    String,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    union,
)

from bot.domain.alert.alert import State, parse_refs, ref_digits
from bot.domain.alert.search import SEARCHED, SEARCHED_TYPING, AlertFilter
from storage.alert.matching import is_open, is_open_only, restrictions
from storage.alert.urgency import URGENCY
from storage.dialect import folded
from storage.table.core import alert, source

_KEYS: Final = ("begins", "is_open", "urgency")


def with_words(
    connection: Connection,
    project_id: int,
    which: AlertFilter,
    *,
    typing: bool = False,
    limit: int | None = None,
) -> list[int]:
    """Who they are, in the order of lists; for who still types what begins like the text is first."""
    arms = list(_arms(connection, project_id, which, typing=typing))
    found = (arms[0] if len(arms) == 1 else union(*arms)).subquery()
    order = (*(found.c[key].desc() for key in _KEYS), found.c.id.desc())
    return list(connection.execute(select(found.c.id).order_by(*order).limit(limit)).scalars())


def is_all_searched(connection: Connection, project_id: int, which: AlertFilter) -> bool:
    """Whether all that the filter lets pass beside its words was looked at."""
    for urgent in _urgent(project_id, which):
        some = urgent.with_only_columns(literal(1)).limit(SEARCHED + 1).subquery()
        if connection.execute(select(func.count()).select_from(some)).scalar_one() > SEARCHED:
            return False
    if is_open_only(which):
        return True
    older = exists().where(alert.c.project_id == project_id, alert.c.id <= _newest(connection) - SEARCHED)
    return not connection.execute(select(older)).scalar_one()


def _arms(
    connection: Connection, project_id: int, which: AlertFilter, *, typing: bool
) -> Iterator[Select[Any]]:
    """Those among the urgent, among the newest, and those that are named, with what they are ordered by."""
    text, kept = which.text, restrictions(project_id, which)
    most = SEARCHED_TYPING if typing else SEARCHED
    for each in _urgent(project_id, which):
        urgent = each.limit(most).subquery("urgent")
        keys = _keys(urgent, urgent.c.urgency, literal(1), text, typing=typing)
        yield select(urgent.c.id, *keys).where(_has(urgent, text, typing=typing))
    named = select(alert.c.id, *_keys(alert, URGENCY, is_open(), text, typing=typing)).where(*kept)
    if not is_open_only(which):
        yield named.where(alert.c.id > _newest(connection) - most, _has(alert, text, typing=typing))
    if refs := parse_refs(text):
        yield named.where(alert.c.id.in_(refs))


def _urgent(project_id: int, which: AlertFilter) -> Iterator[Select[Any]]:
    """Open ones, the most urgent first; nothing where only those are asked for that are over."""
    states = tuple(each for each in which.states or State if each.open)
    if states:
        columns = (alert.c[name] for name in ("id", "name", "service", "target", "source_id"))
        kept = restrictions(project_id, replace(which, states=states))
        yield (
            select(*columns, URGENCY.label("urgency"))
            .where(*kept)
            .order_by(URGENCY.desc(), alert.c.id.desc())
        )


def _keys(
    place: FromClause, urgency: ColumnElement[int], opened: ColumnElement[int], text: str, *, typing: bool
) -> list[ColumnElement[Any]]:
    """Of who types, it does not matter whether somebody has the alert: the last bit of its urgency."""
    keys = (_begins(place, text), opened, urgency // 2) if typing else (literal(0), literal(0), urgency)
    return [key.label(name) for name, key in zip(_KEYS, keys, strict=True)]


def _newest(connection: Connection) -> int:
    return connection.execute(select(func.max(alert.c.id))).scalar_one() or 0


def _has(place: FromClause, text: str, *, typing: bool) -> ColumnElement[bool]:
    """Case-insensitive, with the wildcards of LIKE taken literally; typing also finds beginnings of refs."""
    wanted = text.lower()
    sent_by = select(source.c.id).where(folded(source.c.name).contains(wanted, autoescape=True))
    found = or_(
        *(folded(place.c[name]).contains(wanted, autoescape=True) for name in ("name", "service", "target")),
        place.c.source_id.in_(sent_by),
    )
    digits = ref_digits(text) if typing else ""
    return or_(found, cast(place.c.id, String).startswith(digits)) if digits else found


def _begins(place: FromClause, text: str) -> ColumnElement[int]:
    """2 for the alert whose ref was typed, 1 where name or ref begin with the text."""
    digits = ref_digits(text)
    exact = place.c.id == int(digits or 0)
    begun = cast(place.c.id, String).startswith(digits) if digits else false()
    named = folded(place.c.name).startswith(text.lower(), autoescape=True)
    return case((exact, 2), (or_(begun, named), 1), else_=0)
