"""File: the embedded database: where it is, who may read it, and how connections to it are set up."""

import os
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, PoolProxiedConnection, make_url

from storage.writer import BUSY_TIMEOUT_MS

READ: Final = "BEGIN"
"""From the first statement on, one snapshot."""
WRITE: Final = "BEGIN IMMEDIATE"
"""The write lock is taken at once: a transaction that upgrades later can fail halfway."""


def is_sqlite(url: str) -> bool:
    """Whether ``url`` names an embedded file."""
    return make_url(url).get_backend_name() == "sqlite"


def sqlite_path(url: str) -> Path:
    """The file that a SQLite URL names.

    Raises:
        ValueError: it names none; a database in memory would forget everything.
    """
    database = make_url(url).database
    if not database or database == ":memory:":
        raise ValueError("a SQLite URL must name a file, such as sqlite:///data/tocsin.db")
    return Path(database)


def make_private(path: Path) -> None:
    """Create the file readable by its owner alone; SQLite gives its WAL the same mode.

    One that is there is not opened: to close it would let go of the locks that this process has on it by
    another connection, and with them of the WAL, once any other process ends.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    path.chmod(0o600)


def prepare_writer(connection: Any, _record: object = None) -> None:
    """WAL, an fsync for each commit, foreign keys, and no transactions but ours."""
    connection.isolation_level = None
    for pragma in (
        "auto_vacuum=INCREMENTAL",  # of a new file; of an old one from its next VACUUM on
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "foreign_keys=ON",
        "trusted_schema=OFF",  # nothing that somebody wrote into the schema runs
        "temp_store=MEMORY",
        "cache_size=-8000",  # 32 MB were no quicker
    ):
        connection.execute(f"PRAGMA {pragma}")


def prepare_reader(connection: Any, _record: object = None) -> None:
    """Prepare a connection that cannot write, and waits for a lock as long as the writer does."""
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "query_only=ON",
        "trusted_schema=OFF",
        "temp_store=MEMORY",
        "cache_size=-500",  # each of several; 2 MB were no quicker, for the system caches the file too
    ):
        connection.execute(f"PRAGMA {pragma}")


def begin_as(engine: Engine, statement: str) -> None:
    """Let every transaction begin with ``statement``.

    A listener to the engine's event would cost as much again as all else around a transaction.
    """

    def begin(dbapi_connection: PoolProxiedConnection) -> None:
        driver: Any = dbapi_connection.driver_connection
        driver.execute(statement)

    engine.dialect.do_begin = begin  # type: ignore[method-assign]  # SQLAlchemy's own place for it


def shrink(connection: Connection, pages: int) -> tuple[int, int]:
    """Free pages before and after some were cut off."""
    cursor: Any = connection.connection.cursor()
    (before,) = cursor.execute("PRAGMA freelist_count").fetchone()
    cursor.execute(f"PRAGMA incremental_vacuum({pages})").fetchall()
    (after,) = cursor.execute("PRAGMA freelist_count").fetchone()
    cursor.close()
    return before, after
