"""Statements compiled once for all tests of a process.

Each test opens engines of its own, and an engine keeps what it compiled to itself: a third of the time of a
test of a use case went into compiling what the test before it had compiled. Engines of one driver compile
alike here, so that they may share; a desk has four of them, each of which does that once.
"""

from typing import Any, Final, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Dialect, Engine
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

_KINDS: Final[tuple[type[Dialect], ...]] = (
    PGDialect_asyncpg,
    SQLiteDialect_aiosqlite,
    SQLiteDialect_pysqlite,
)
_STATEMENTS: Final = 5_000


def share() -> None:
    """Let the engines that are made from now on share what they compile, and how they convert values."""
    for kind in _KINDS:
        _share(cast("Any", kind))


def _share(kind: Any) -> None:
    statements: LRUCache[Any, Any] = LRUCache(_STATEMENTS)
    conversions: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()

    def created(engine: Engine) -> None:
        vars(engine)["_compiled_cache"] = statements
        vars(engine.dialect)["_type_memos"] = conversions

    kind.engine_created = staticmethod(created)
    kind.__eq__ = lambda self, other: (
        type(self) is type(other)
    )  # a compiled statement is found by its dialect
    kind.__hash__ = lambda self: hash(type(self))
