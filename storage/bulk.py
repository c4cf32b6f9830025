"""Bulk: one statement, many rows, next to nothing in between.

A Core statement is compiled once per dialect. On SQLite a batch is a list of tuples handed straight to the
driver's ``executemany``; going through ``Connection.execute`` costs three times as much for each row. On
PostgreSQL ``executemany`` is a round through the executor for each row, so the same statement is turned to
take its columns as arrays (``unnest``) and runs once. ``tests/bench`` shows both.
"""

import re
from collections import namedtuple
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.expression import ClauseElement

Build = Callable[[str], ClauseElement]
_PLACEHOLDER: Final = re.compile(r"\$(\d+)::([A-Z]+)")
_VALUES: Final = re.compile(r"VALUES \(([^()]*)\)")


class Bulk:
    """A statement whose bind parameters are ``columns``, in this order.

    A function makes it for a dialect's name where the dialects need different words.
    Constants in the statement travel with every row: they take places behind the row's own.
    """

    def __init__(self, statement: ClauseElement | Build, columns: Sequence[str]) -> None:
        self._statement = statement
        self._columns = tuple(columns)
        self._compiled: dict[str, _Compiled] = {}

    def run(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> int:
        """Execute once for each row; an empty batch touches nothing. Returns how many rows were written.

        Raises:
            sqlalchemy.exc.DBAPIError: as `Connection.execute` would.
        """
        if not rows:
            return 0
        name = connection.dialect.name
        compiled = self._compiled.get(name)
        if compiled is None:
            made = self._statement
            statement = made if isinstance(made, ClauseElement) else made(name)
            compiled = self._compiled[name] = _prepare(
                statement, connection, self._columns, columnar=name == "postgresql"
            )
        values = compiled.arrange(rows)
        cursor = connection.connection.cursor()
        base = connection.dialect.loaded_dbapi.Error
        try:
            if compiled.columnar:
                cursor.execute(compiled.sql, [list(column) for column in zip(*values, strict=True)])
            else:
                cursor.executemany(compiled.sql, values)
            return int(cursor.rowcount)
        except base as error:
            raise DBAPIError.instance(compiled.sql, None, error, base, hide_parameters=True) from error
        finally:
            cursor.close()


class Lookup:
    """A question that the hot path asks in every transaction, compiled once per dialect.

    ``build`` makes the statement for a dialect's name; ``parameters`` name its binds in the order in which
    `rows` is given their values, ``columns`` what comes back.
    """

    def __init__(self, build: Build, parameters: Sequence[str], columns: Sequence[str]) -> None:
        self._build = build
        self._parameters = tuple(parameters)
        named = namedtuple("named", columns)  # type: ignore[misc]  # noqa: PYI024 -- fields are known only here
        self._make = named._make
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, connection: Connection, *values: Any) -> list[Any]:
        """What is found, as tuples with names.

        Raises:
            sqlalchemy.exc.DBAPIError: as `Connection.execute` would.
        """
        name = connection.dialect.name
        compiled = self._compiled.get(name)
        if compiled is None:
            compiled = self._compiled[name] = _prepare(
                self._build(name), connection, self._parameters, columnar=False
            )
        (arranged,) = compiled.arrange([values])
        cursor = connection.connection.cursor()
        base = connection.dialect.loaded_dbapi.Error
        try:
            cursor.execute(compiled.sql, arranged)
            return list(map(self._make, cursor.fetchall()))
        except base as error:
            raise DBAPIError.instance(compiled.sql, None, error, base, hide_parameters=True) from error
        finally:
            cursor.close()


@dataclass(frozen=True, slots=True)
class _Compiled:
    """SQL in the driver's own words, and how a row becomes its parameters."""

    sql: str
    pick: Callable[[tuple[Any, ...]], tuple[Any, ...]] | None
    constants: tuple[Any, ...]
    columnar: bool

    def arrange(self, rows: Sequence[tuple[Any, ...]]) -> Sequence[tuple[Any, ...]]:
        """The rows with their values where the statement wants them."""
        if self.pick is None:
            return rows
        return [self.pick(row + self.constants) for row in rows]


def _prepare(
    statement: ClauseElement, connection: Connection, names: tuple[str, ...], *, columnar: bool
) -> _Compiled:
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(names))
    positions: list[str] = list(getattr(compiled, "positiontup", None) or names)
    extra = list(dict.fromkeys(each for each in positions if each not in names))
    places = [*names, *extra]
    order = [places.index(each) for each in positions]
    pick = None if positions == list(names) else _pick(order)
    return _Compiled(
        sql=_take_arrays(str(compiled)) if columnar else str(compiled),
        pick=pick,
        constants=tuple(compiled.params[each] for each in extra),
        columnar=columnar,
    )


def _pick(order: list[int]) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    """Like `itemgetter`, which gives a bare value for a single place."""
    if len(order) == 1:
        (only,) = order
        return lambda row: (row[only],)
    return itemgetter(*order)


def _take_arrays(sql: str) -> str:
    """Turn ``INSERT ... VALUES ($1, ...)`` or ``UPDATE ... WHERE ...`` of one row into one of many.

    Each placeholder becomes a column of ``unnest`` over an array of the type it was cast to.
    """
    types = dict(_PLACEHOLDER.findall(sql))
    numbers = sorted(types, key=int)
    arrays = ", ".join(f"${number}::{types[number]}[]" for number in numbers)
    names = ", ".join(f"c{number}" for number in numbers)
    source = f"unnest({arrays}) AS batch({names})"
    body = _PLACEHOLDER.sub(lambda match: f"batch.c{match[1]}", sql)
    if body.startswith("INSERT"):
        chosen = f"SELECT \\1 FROM {source}"  # noqa: S608 -- made of our own statement alone
        return _VALUES.sub(chosen, body, count=1)
    changed, _, condition = body.partition(" WHERE ")
    joined = "," if " FROM " in changed else " FROM"
    return f"{changed}{joined} {source} WHERE {condition}"
