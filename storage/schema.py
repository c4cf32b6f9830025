"""Schema: bring a database to the present, say what is missing, or print the SQL without touching it."""

import asyncio
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import Connection, create_engine, event, inspect, text
from sqlalchemy.pool import NullPool

from bot.domain.errors import TocsinError
from storage.file import WRITE, begin_as, is_sqlite, make_private, prepare_writer, sqlite_path

T = TypeVar("T")
_STEPS: Final = Path(__file__).parent / "migrations" / "versions"


class NewerSchemaError(TocsinError):
    """The database was written by a later version of Tocsin, whose tables this one does not know."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database has the tables of a newer Tocsin ({revision}), and this one goes up to {newest()}."
            " Run the newer version again, or restore a backup that was made before the upgrade:"
            " tocsin restore FILE. Nothing was changed."
        )


def first_line(error: Exception) -> str:
    """What an error of a driver says, without its class before and statement and advice behind."""
    line = str(error).partition("\n")[0]
    return re.sub(r"^\(\S+\) ", "", line) or type(error).__name__


def newest() -> str:
    """The revision of the tables that this version works with."""
    return _revisions()[-1]


async def pending(url: str) -> list[str]:
    """The names of migrations that the database at ``url`` still lacks, oldest first.

    An embedded file that does not exist lacks them all and is not created.

    Raises:
        NewerSchemaError: a later version has already changed them.
    """
    if is_sqlite(url) and not sqlite_path(url).exists():
        return _missing(None)
    return await on_connection(url, lambda connection: _missing(revision_of(connection)))


async def upgrade(url: str) -> list[str]:
    """Apply all pending migrations in one transaction and name them; doing it twice does nothing.

    Raises:
        NewerSchemaError: a later version has already changed them.
    """
    return await on_connection(url, lambda connection: migrate(connection, "head"))


def migrate(connection: Connection, revision: str) -> list[str]:
    """Apply the migrations up to ``revision`` within the caller's transaction, and name them."""
    missing = _missing(revision_of(connection), revision)
    if missing:
        from storage import migration  # alembic is a tenth of a start, and most need none

        migration.apply(connection, revision)
    return missing


def upgrade_now(url: str) -> list[str]:
    """`upgrade` for callers outside a running event loop."""
    return asyncio.run(upgrade(url))


async def upgrade_sql(url: str) -> str:
    """The SQL that `upgrade` would run on ``url`` now, empty when nothing is pending."""
    missing = await pending(url)
    if not missing:
        return ""
    applied = [name for name in _missing(None) if name not in missing]
    from storage import migration  # see `migrate`

    return migration.as_sql(url, applied[-1] if applied else None)


async def drift(url: str) -> list[str]:
    """How the database at ``url`` differs from the tables in `storage.table.core`, one line a difference."""
    from storage import migration  # see `migrate`

    return await on_connection(url, migration.differences)


@cache
def _revisions() -> tuple[str, ...]:
    """The names of all migrations, in their order: those of their files."""
    return tuple(sorted(path.stem for path in _STEPS.glob("[0-9]*.py")))


def revision_of(connection: Connection) -> str | None:
    """The last migration that was applied, None for a database without tables of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def known(revision: str) -> bool:
    """Whether this version knows how to reach ``revision``."""
    return revision in _revisions()


def _missing(current: str | None, until: str = "head") -> list[str]:
    if current is not None and not known(current):
        raise NewerSchemaError(current)
    steps = _revisions()
    first = 0 if current is None else steps.index(current) + 1
    last = len(steps) if until == "head" else steps.index(until) + 1
    return list(steps[first:last])


async def on_connection(url: str, work: Callable[[Connection], T]) -> T:
    """Run ``work`` in one transaction on a connection of its own."""
    if is_sqlite(url):
        return await asyncio.to_thread(_on_file, url, work)
    from sqlalchemy.ext.asyncio import create_async_engine  # 6 MiB that a file needs not

    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


def pack(url: str) -> None:
    """Write the embedded file at ``url`` anew without its free pages; nobody else may have it open."""
    with closing(sqlite3.connect(sqlite_path(url), isolation_level=None)) as connection:
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _on_file(url: str, work: Callable[[Connection], T]) -> T:
    make_private(sqlite_path(url))
    engine = create_engine(f"sqlite:///{sqlite_path(url)}", poolclass=NullPool)
    event.listen(engine, "connect", prepare_writer)
    begin_as(engine, WRITE)
    try:
        with engine.begin() as connection:
            return work(connection)
    finally:
        engine.dispose()
