"""Dialect: the few places where the two engines need different words."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, Self

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Dialect,
    Integer,
    Table,
    Text,
    TypeDecorator,
    any_,
    bindparam,
    func,
    literal_column,
    select,
    text,
    true,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement, FunctionElement
from sqlalchemy.types import TypeEngine

from storage.bulk import Lookup
from storage.codec import encode

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

WORKER_LOCK: Final = 7262  # the class of the advisory locks that say a worker lives

_ids: dict[str, Lookup] = {}
_CHAIN, _OPENINGS, _GROUPS = 7261, 7263, 7264
_hold: Final = Lookup(
    lambda _: text("SELECT pg_advisory_xact_lock(:kind, :project) AS held"), ("kind", "project"), ("held",)
)
"""The locks that last until the commit, each a class of its own."""


def upsert(connection: Connection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """An ``INSERT`` that knows ``ON CONFLICT``."""
    return upsert_in(connection.dialect.name, table)


def upsert_in(dialect: str, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """An ``INSERT`` that knows ``ON CONFLICT``, for a dialect's name."""
    if dialect != "postgresql":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # 2 MiB that a file needs not

    return postgresql.insert(table)


def allocate(connection: Connection, table: Table, count: int) -> list[int]:
    """``count`` fresh ids of ``table``, ascending.

    SQLite: behind the largest, safe inside BEGIN IMMEDIATE. PostgreSQL: from the identity's sequence.
    """
    if not count:
        return []
    lookup = _ids.get(table.name)
    if lookup is None:
        lookup = _ids[table.name] = Lookup(lambda name: _fresh_ids(name, table), ("count",), ("id",))
    found = [row.id for row in lookup.rows(connection, count)]
    if connection.dialect.name == "postgresql":
        return sorted(found)
    return list(range(found[0] + 1, found[0] + 1 + count))


def _fresh_ids(dialect: str, table: Table) -> ClauseElement:
    """Ids from the sequence on PostgreSQL; on SQLite the largest there is (``count`` is only looked at)."""
    count = bindparam("count", type_=Integer)
    if dialect == "postgresql":
        series = func.generate_series(1, count).table_valued("n")
        sequence: ColumnElement[Any] = literal_column(
            f"CAST(pg_get_serial_sequence('{table.name}', 'id') AS regclass)"
        )
        once = select(sequence.label("name")).offset(0).subquery()  # else it is looked up for each id
        return select(func.nextval(once.c.name).label("id")).select_from(once.join(series, true()))
    return select(func.coalesce(func.max(table.c.id), 0).label("id")).where(count > 0)


class folded(FunctionElement[str]):  # noqa: N801 -- reads as a function of SQL
    """A text without the difference between A and a, for LIKE: SQLite's makes none, and is not asked to."""

    type = Text()
    inherit_cache = True


@compiles(folded)
def _lower(element: folded, compiler: SQLCompiler, **words: Any) -> str:
    return f"lower({compiler.process(element.clauses, **words)})"


@compiles(folded, "sqlite")
def _as_it_is(element: folded, compiler: SQLCompiler, **words: Any) -> str:
    return compiler.process(element.clauses, **words)


class Numbers(TypeDecorator[list[int]]):
    """A list of numbers as one parameter: an array on PostgreSQL, JSON on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """What the driver is given."""
        wanted = ARRAY(BigInteger) if dialect.name == "postgresql" else Text()
        return dialect.type_descriptor(wanted)

    def process_bind_param(self, value: list[int] | None, dialect: Dialect) -> Any:
        """The numbers as that."""
        return value if dialect.name == "postgresql" else encode(value)


class among(FunctionElement[bool]):  # noqa: N801 -- reads as a function of SQL
    """Whether a number is one of `Numbers`.

    For an array PostgreSQL plans anew each time, as for constants; for a parameter each it keeps one plan, in
    which every row builds the list again.
    """

    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Self:  # noqa: ARG002 -- as SQLAlchemy calls it
        """It has its own parentheses, and is not compared with 1."""
        return self


class apart(among):  # noqa: N801 -- reads as a function of SQL
    """Whether a number is none of `Numbers`."""

    inherit_cache = True


class elements(FunctionElement[int]):  # noqa: N801 -- reads as a function of SQL
    """`Numbers` as rows, for IN: a hash table on PostgreSQL, whichever plan it has.

    That pays where it does not plan anew, because it hopes to find enough in the first rows.
    """

    type = BigInteger()
    inherit_cache = True


@compiles(among)
def _is_any(element: among, compiler: SQLCompiler, **words: Any) -> str:
    number, listed = (compiler.process(each, **words) for each in element.clauses)
    return f"({number} = ANY ({listed}))"


@compiles(apart)
def _is_none(element: apart, compiler: SQLCompiler, **words: Any) -> str:
    number, listed = (compiler.process(each, **words) for each in element.clauses)
    return f"({number} <> ALL ({listed}))"


@compiles(among, "sqlite")
def _is_in(element: among, compiler: SQLCompiler, **words: Any) -> str:
    number, listed = element.clauses
    return f"({compiler.process(number, **words)} IN {compiler.process(elements(listed), **words)})"


@compiles(apart, "sqlite")
def _is_not_in(element: apart, compiler: SQLCompiler, **words: Any) -> str:
    number, listed = element.clauses
    return f"({compiler.process(number, **words)} NOT IN {compiler.process(elements(listed), **words)})"


@compiles(elements)
def _unnested(element: elements, compiler: SQLCompiler, **words: Any) -> str:
    return f"(SELECT unnest({compiler.process(element.clauses, **words)}))"


@compiles(elements, "sqlite")
def _each(element: elements, compiler: SQLCompiler, **words: Any) -> str:
    listed = compiler.process(element.clauses, **words)
    return f"(SELECT value FROM json_each({listed}))"  # noqa: S608 -- a parameter's name


def one_of(dialect: str, subject: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """``subject`` is among the values bound as ``name`` (see `values_of`), however many there are."""
    if dialect == "postgresql":
        return subject == any_(bindparam(name, type_=ARRAY(subject.type)))
    listed = func.json_each(bindparam(name, type_=Text)).table_valued("value")
    return subject.in_(select(listed.c.value))


def among_many(dialect: str, subject: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """`one_of` where many subjects meet many values: PostgreSQL puts these into a hash table first."""
    if dialect != "postgresql":
        return one_of(dialect, subject, name)
    values = func.unnest(bindparam(name, type_=ARRAY(subject.type))).column_valued("value")
    return subject.in_(select(values))


def values_of(connection: Connection, values: Iterable[Any]) -> Any:
    """The values as the one parameter that `one_of` reads."""
    return list(values) if connection.dialect.name == "postgresql" else encode(list(values))


def is_one_of(
    connection: Connection, subject: ColumnElement[Any], values: Iterable[Any]
) -> ColumnElement[bool]:
    """``subject IN (values)`` as one parameter, however many there are."""
    if connection.dialect.name == "postgresql":
        return subject == func.any(bindparam("values", list(values), ARRAY(subject.type), unique=True))
    listed = func.json_each(bindparam("values", encode(list(values)), Text, unique=True)).table_valued(
        "value"
    )
    return subject.in_(select(listed.c.value))


def hold_chain(connection: Connection, project_id: int) -> None:
    """Keep others from appending to the audit chain until the commit.

    SQLite's writers are alone anyway. Taken last in a transaction, so that it cannot close a deadlock.
    """
    if connection.dialect.name == "postgresql":
        _hold.rows(connection, _CHAIN, project_id)


def hold_openings(connection: Connection, project_id: int) -> None:
    """Keep others from opening an incident until the commit, so that two alike cannot begin at once."""
    if connection.dialect.name == "postgresql":
        _hold.rows(connection, _OPENINGS, project_id)


def hold_groups(connection: Connection, project_id: int) -> None:
    """Keep others from beginning a group, or taking alerts into one, until the commit."""
    if connection.dialect.name == "postgresql":
        _hold.rows(connection, _GROUPS, project_id)


def mark_alive(connection: Connection, worker: str) -> None:
    """Hold the lock that says this worker lives (PostgreSQL)."""
    statement = text(f"SELECT pg_advisory_lock({WORKER_LOCK}, hashtext(:worker))")
    connection.execute(statement, {"worker": worker})


def is_dead(connection: Connection, worker: str) -> bool:
    """Whether nobody holds the worker's lock; SQLite has one process, so any other worker is dead."""
    if connection.dialect.name != "postgresql":
        return True
    statement = text(f"SELECT pg_try_advisory_xact_lock({WORKER_LOCK}, hashtext(:worker))")
    return bool(connection.execute(statement, {"worker": worker}).scalar_one())
