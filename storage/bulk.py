"""Bulk: one statement, many rows, next to nothing in between.

A Core statement is compiled once per dialect; after that a batch is a list of tuples handed straight to
the driver's ``executemany``. Going through ``Connection.execute`` costs three times as much for each row
(see ``tests/bench``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.expression import ClauseElement


class Bulk:
    """A statement whose bind parameters are ``columns``, in this order.

    Constants in the statement travel with every row: they take places behind the row's own.
    """

    def __init__(self, statement: ClauseElement, columns: Sequence[str]) -> None:
        self._statement = statement
        self._columns = tuple(columns)
        self._compiled: dict[str, _Compiled] = {}

    def run(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Execute once for each row; an empty batch touches nothing."""
        if not rows:
            return
        compiled = self._compile(connection)
        values: Sequence[tuple[Any, ...]] = rows
        if compiled.pick is not None:
            pick, constants = compiled.pick, compiled.constants
            values = [pick(row + constants) for row in rows]
        cursor = connection.connection.cursor()
        base = connection.dialect.loaded_dbapi.Error
        try:
            cursor.executemany(compiled.sql, values)
        except base as error:
            raise DBAPIError.instance(compiled.sql, None, error, base, hide_parameters=True) from error
        finally:
            cursor.close()

    def _compile(self, connection: Connection) -> "_Compiled":
        name = connection.dialect.name
        if name not in self._compiled:
            compiled = self._statement.compile(dialect=connection.dialect, column_keys=list(self._columns))
            positions: list[str] = list(getattr(compiled, "positiontup", None) or self._columns)
            extra = list(dict.fromkeys(each for each in positions if each not in self._columns))
            places = [*self._columns, *extra]
            straight = positions == list(self._columns)
            self._compiled[name] = _Compiled(
                sql=str(compiled),
                pick=None if straight else itemgetter(*(places.index(each) for each in positions)),
                constants=tuple(compiled.params[each] for each in extra),
            )
        return self._compiled[name]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """SQL in the driver's own words, and how a row becomes its parameters."""

    sql: str
    pick: Callable[[tuple[Any, ...]], tuple[Any, ...]] | None
    constants: tuple[Any, ...]
