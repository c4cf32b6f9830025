"""Schema: bring a database to the present, say what is missing, or print the SQL without touching it."""

import asyncio
import io
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from storage.engine import begin_immediate, is_sqlite, make_private, prepare_writer, sqlite_path
from storage.table.core import metadata

T = TypeVar("T")
_MIGRATIONS: Final = Path(__file__).parent / "migrations"


async def pending(url: str) -> list[str]:
    """The names of migrations that the database at ``url`` still lacks, oldest first.

    An embedded file that does not exist lacks them all and is not created.
    """
    if is_sqlite(url) and not sqlite_path(url).exists():
        return _missing(None)
    return await _on_connection(url, lambda connection: _missing(_revision(connection)))


async def upgrade(url: str) -> list[str]:
    """Apply all pending migrations in one transaction and name them; doing it twice does nothing."""

    def work(connection: Connection) -> list[str]:
        missing = _missing(_revision(connection))
        if missing:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        return missing

    return await _on_connection(url, work)


def upgrade_now(url: str) -> list[str]:
    """`upgrade` for callers outside a running event loop."""
    return asyncio.run(upgrade(url))


async def upgrade_sql(url: str) -> str:
    """The SQL that `upgrade` would run on ``url`` now, empty when nothing is pending."""
    missing = await pending(url)
    if not missing:
        return ""
    applied = [name for name in _missing(None) if name not in missing]
    buffer = io.StringIO()
    config = _config(buffer)
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    command.upgrade(config, f"{applied[-1]}:head" if applied else "head", sql=True)
    return buffer.getvalue()


async def drift(url: str) -> list[str]:
    """How the database at ``url`` differs from the tables in `storage.table.core`, one line a difference."""

    def work(connection: Connection) -> list[str]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [str(each) for each in compare_metadata(context, metadata)]

    return await _on_connection(url, work)


def _config(buffer: io.StringIO | None = None) -> Config:
    config = Config(output_buffer=buffer) if buffer is not None else Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _missing(current: str | None) -> list[str]:
    script = ScriptDirectory.from_config(_config())
    steps = [step.revision for step in script.iterate_revisions("head", current or "base")]
    return list(reversed(steps))


async def _on_connection(url: str, work: Callable[[Connection], T]) -> T:
    """Run ``work`` in one transaction on a connection of its own."""
    if is_sqlite(url):
        return await asyncio.to_thread(_on_file, url, work)
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


def _on_file(url: str, work: Callable[[Connection], T]) -> T:
    make_private(sqlite_path(url))
    engine = create_engine(f"sqlite:///{sqlite_path(url)}", poolclass=NullPool)
    event.listen(engine, "connect", prepare_writer)
    event.listen(engine, "begin", begin_immediate)
    try:
        with engine.begin() as connection:
            return work(connection)
    finally:
        engine.dispose()
