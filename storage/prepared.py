"""Prepared: a statement that a hot path takes again and again, built and compiled once per dialect.

Through ``Connection.execute`` a card's statement costs 350 us, nearly all of it SQLAlchemy's own work; like
this it costs 20 us beside the database's. That is half of what a card costs, and why these stand apart from
the statements that are written where they are used.
"""

from collections import namedtuple
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.expression import ClauseElement

_Convert = Callable[[Any], Any]


class Prepared:
    """A statement whose binds are given by name; what comes back has the columns' names.

    ``build`` makes it for a dialect's name where the dialects need different words.
    """

    def __init__(self, statement: ClauseElement | Callable[[str], ClauseElement]) -> None:
        self._statement = statement
        self._forms: dict[str, _DialectForm] = {}

    def rows(self, connection: Connection, **values: Any) -> list[Any]:
        """All rows, as tuples with names.

        Raises:
            sqlalchemy.exc.DBAPIError: as `Connection.execute` would.
        """
        found: list[Any] = self._perform(
            connection, values, lambda form, cursor: form.read(cursor.fetchall())
        )
        return found

    def row(self, connection: Connection, **values: Any) -> Any:
        """The first row, None when there is none.

        Raises:
            sqlalchemy.exc.DBAPIError: as `Connection.execute` would.
        """
        return next(iter(self.rows(connection, **values)), None)

    def value(self, connection: Connection, **values: Any) -> Any:
        """The first column of the first row, None when there is none.

        Raises:
            sqlalchemy.exc.DBAPIError: as `Connection.execute` would.
        """
        found = self.rows(connection, **values)
        return found[0][0] if found else None

    def run(self, connection: Connection, **values: Any) -> int:
        """Execute it, and count the rows that it changed.

        Raises:
            sqlalchemy.exc.DBAPIError: as `Connection.execute` would.
        """
        changed: int = self._perform(connection, values, lambda _, cursor: cursor.rowcount)
        return changed

    def _perform(
        self, connection: Connection, values: dict[str, Any], read: "Callable[[_DialectForm, Any], Any]"
    ) -> Any:
        dialect = connection.dialect
        form = self._forms.get(dialect.name)
        if form is None:
            statement = self._statement
            built = statement if isinstance(statement, ClauseElement) else statement(dialect.name)
            form = self._forms[dialect.name] = _DialectForm(built, dialect)
        cursor = connection.connection.cursor()
        base = dialect.loaded_dbapi.Error
        try:
            cursor.execute(form.sql, form.arrange(values))
            return read(form, cursor)
        except base as error:
            raise DBAPIError.instance(form.sql, None, error, base, hide_parameters=True) from error
        finally:
            cursor.close()


class _DialectForm:
    """One dialect's SQL, and the ways in and out of it."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        given = {name for name, bind in compiled.binds.items() if bind.required}
        # Lists that stand in the statement itself are written out now: there are no others.
        state = compiled.construct_expanded_state(dict.fromkeys(given))
        self.sql: Final = state.statement
        self._positions: Final = tuple(state.positiontup or ())
        ways = {name: state.processors.get(name) for name in self._positions}
        self._ways_in: Final = {name: way for name, way in ways.items() if way is not None and name in given}
        self._constants: Final = {
            name: value if (way := ways[name]) is None else way(value)
            for name, value in state.parameters.items()
            if name in ways and name not in given
        }
        columns = list(getattr(statement, "exported_columns", ()))
        back = [(place, _way_out(column.type, dialect)) for place, column in enumerate(columns)]
        self._ways_out: Final = [(place, way) for place, way in back if way is not None]
        names = [column.key for column in columns]
        named = namedtuple("named", names, rename=True)  # type: ignore[misc]  # noqa: PYI024 -- fields are known only here
        self._make = named._make

    def arrange(self, values: dict[str, Any]) -> tuple[Any, ...]:
        """The values where the statement wants them."""
        ways = self._ways_in
        if ways:
            values = {name: ways[name](value) if name in ways else value for name, value in values.items()}
        given = self._constants | values
        return tuple([given[name] for name in self._positions])

    def read(self, found: list[Any]) -> list[Any]:
        """Rows as the driver gave them, with names, and with the types of our columns."""
        if not self._ways_out:
            return list(map(self._make, found))
        return [self._make(self._convert(each)) for each in found]

    def _convert(self, row: Any) -> list[Any]:
        values = list(row)
        for place, way in self._ways_out:
            values[place] = way(values[place])
        return values


def _way_out(kind: Any, dialect: Dialect) -> _Convert | None:
    way: _Convert | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return way
