"""Storage: the one way to the database, for both engines.

Everything that touches rows is an ordinary function of a `Transaction`; here it is decided where it runs.

On SQLite all writes go through one thread that owns the writing connection: a whole transaction is one hop
into it, people's work overtakes all other, and there is never a lock to wait for inside this process. Reads
go through aiosqlite on connections that cannot write. On PostgreSQL all run on asyncpg, with connections of
their own for people, so that these never queue behind what comes in or goes out by the thousand.

Trap: the standard driver opens no transaction for statements that begin with ``WITH``, so that a rollback
would not undo them. The drivers are put in autocommit and ``BEGIN`` is emitted here.
"""

import asyncio
import errno
import os
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import StaticPool

from bot.domain.errors import DatabaseUnavailableError, NotDurableError
from storage.desk_lock import DeskLock, is_current, ring
from storage.dialect import mark_alive
from storage.outage_log import OutageLog
from storage.transaction import Transaction
from storage.writer import BUSY_TIMEOUT_MS, Turn, Writer

T = TypeVar("T")
Work = Callable[[Transaction], T]
Pools = Mapping[Turn, AsyncEngine]

READERS: Final = 4
POSTGRES_READERS: Final = 6
POSTGRES_PEOPLE: Final = 2  # kept for them; more are opened while these are busy
POSTGRES_DESK: Final = 4
POSTGRES_BULK: Final = 2
# Connection trouble, insufficient resources, operator intervention, system error (PostgreSQL, appendix A).
_UNAVAILABLE_CLASSES: Final = frozenset({"08", "53", "57", "58"})
_UNAVAILABLE_STATES: Final = frozenset({"25006", "55P03"})  # read-only, a lock that is not given
# asyncpg was at work when its connection broke, and only its own state machine complains.
_TORN: Final = "InternalClientError"
_DISK_FULL: Final = "53100"
_RETRIED_STATES: Final = frozenset({"40001", "40P01"})  # serialization failure, deadlock


class Storage:
    """An open database; make one with `Storage.open`, end it with `close`."""

    def __init__(
        self,
        url: str,
        reader: AsyncEngine,
        *,
        writer: Writer | None = None,
        pools: Pools | None = None,
        lock: DeskLock | None = None,
    ) -> None:
        self._url = url
        self._reader = reader
        self._writer = writer
        self._pools = pools or {}
        self._lock = lock
        self._mark: AsyncConnection | None = None
        self._outage = OutageLog()
        self.audit_key = b""
        """What entries of the audit log are signed with; nothing signs none."""

    @classmethod
    def open(cls, url: str, *, lock: DeskLock | None = None) -> "Storage":
        """Open ``url`` (``sqlite:///path`` or ``postgresql+asyncpg://...``); nothing is migrated here.

        With the desk's ``lock`` (PostgreSQL) nothing is written once another process is the desk.
        """
        if not is_sqlite(url):
            pools = {
                Turn.PERSON: _pool(url, POSTGRES_PEOPLE, overflow=4),
                Turn.DESK: _pool(url, POSTGRES_DESK),
                Turn.BULK: _pool(url, POSTGRES_BULK),
            }
            return cls(url, _pool(url, POSTGRES_READERS, overflow=4), pools=pools, lock=lock)
        path = sqlite_path(url)
        make_private(path)
        reader = create_async_engine(
            f"sqlite+aiosqlite:///{path}", pool_size=READERS, max_overflow=0, hide_parameters=True
        )
        event.listen(reader.sync_engine, "connect", _prepare_reader)
        writer_engine = create_engine(
            f"sqlite:///{path}",
            poolclass=StaticPool,
            connect_args={"check_same_thread": False},
            hide_parameters=True,
        )
        event.listen(writer_engine, "connect", prepare_writer)
        event.listen(writer_engine, "begin", begin_immediate)
        return cls(url, reader, writer=Writer(writer_engine))

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._reader.dialect.name

    async def write(self, work: Work[T], *, turn: Turn = Turn.PERSON) -> T:
        """Run ``work`` in one transaction that is on disk when this returns.

        It overtakes all waiting work of a later ``turn``.

        Raises:
            NotDurableError: the database cannot be written now (locked, full, gone).
        """
        try:
            if self._writer is not None:
                done = await self._writer.run(lambda conn: work(Transaction(conn, self.audit_key)), turn=turn)
            else:
                done = await self._write_postgres(work, self._pools[turn])
        except (DBAPIError, NoConnectionError, OSError) as error:
            if not _out_of_reach(error):
                raise
            words = _plain(error)
            self._outage.failed(words)
            raise DatabaseUnavailableError(words) from error
        self._outage.worked()
        return done

    async def read(self, work: Work[T]) -> T:
        """Run ``work``, which must not write, on one consistent snapshot.

        Raises:
            NotDurableError: the database cannot be reached.
        """
        try:
            async with self._reader.connect() as connection:
                if self.dialect == "postgresql":
                    await connection.execution_options(isolation_level="REPEATABLE READ")
                return await connection.run_sync(lambda conn: work(Transaction(conn, self.audit_key)))
        except (DBAPIError, NoConnectionError, OSError) as error:
            if not _out_of_reach(error):
                raise
            words = _plain(error)
            self._outage.failed(words)
            raise DatabaseUnavailableError(words) from error

    async def announce(self, worker: str) -> None:
        """Let others see that ``worker`` lives, for as long as this process does.

        On PostgreSQL that is an advisory lock which ends with the connection, however the process ends;
        an embedded file has one process only.

        Raises:
            NotDurableError: the desk's lock has lost its connection.
        """
        if self._lock is not None:
            try:
                await self._lock.mark(worker)
            except (DBAPIError, OSError) as error:  # it is marked when the lock is taken back
                raise NotDurableError(_plain(error)) from error
            return
        if self.dialect != "postgresql" or self._mark is not None:
            return
        connection = await self._reader.connect()
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.run_sync(lambda conn: mark_alive(conn, worker))
        self._mark = connection

    async def ring(self) -> None:
        """Tell the process that is the desk that a card may be due (PostgreSQL).

        Raises:
            NotDurableError: the database cannot be reached.
        """
        try:
            async with self._pools[Turn.BULK].begin() as connection:
                await connection.run_sync(ring)
        except (DBAPIError, NoConnectionError, OSError) as error:
            raise NotDurableError(_plain(error)) from error

    async def give_back(self, pages: int) -> None:
        """Give free pages of an embedded file back to the disk, so many in a transaction.

        PostgreSQL does so by itself, as do files that were made before and never packed by `VACUUM` not.
        """
        while self._writer is not None:
            before, after = await self._writer.run(lambda conn: _shrink(conn, pages), turn=Turn.BULK)
            if after == 0 or after >= before:
                return

    async def close(self) -> None:
        """Finish what was begun and let go of the files and sockets."""
        if self._mark is not None:
            await self._mark.close()
        if self._writer is not None:
            await asyncio.to_thread(self._writer.close)
        for engine in (self._reader, *self._pools.values()):
            await engine.dispose()

    async def _write_postgres(self, work: Work[T], pool: AsyncEngine) -> T:
        for last in (False, False, True):
            try:
                async with pool.begin() as connection:
                    return await connection.run_sync(lambda conn: self._fenced(conn, work))
            except DBAPIError as error:
                if last or getattr(error.orig, "sqlstate", None) not in _RETRIED_STATES:
                    raise
        raise AssertionError  # the loop returns or raises

    def _fenced(self, connection: Connection, work: Work[T]) -> T:
        """Run ``work``, unless this process was the desk and is it no longer."""
        if self._lock is not None and not is_current(connection, self._lock.epoch):
            raise NotDurableError("Another process has become the desk.")
        return work(Transaction(connection, self.audit_key))


def _pool(url: str, size: int, *, overflow: int = 0) -> AsyncEngine:
    """Nobody waits longer for a lock, or for a connection, than on SQLite."""
    return create_async_engine(
        url,
        pool_size=size,
        max_overflow=overflow,
        pool_timeout=BUSY_TIMEOUT_MS / 1000,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"server_settings": {"lock_timeout": str(BUSY_TIMEOUT_MS)}},
    )


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


def begin_immediate(connection: Connection) -> None:
    """Take the write lock at once: a transaction that upgrades later can fail halfway."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _shrink(connection: Connection, pages: int) -> tuple[int, int]:
    """Free pages before and after some were cut off."""
    cursor: Any = connection.connection.cursor()
    (before,) = cursor.execute("PRAGMA freelist_count").fetchone()
    cursor.execute(f"PRAGMA incremental_vacuum({pages})").fetchall()
    (after,) = cursor.execute("PRAGMA freelist_count").fetchone()
    cursor.close()
    return before, after


def _prepare_reader(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "query_only=ON",
        "trusted_schema=OFF",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def make_private(path: Path) -> None:
    """Create the file readable by its owner alone; SQLite gives its WAL the same mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    os.close(handle)
    path.chmod(0o600)


def _out_of_reach(error: DBAPIError | NoConnectionError | OSError) -> bool:
    """Whether the fault is the database's (locked, full, gone, read-only) and not the statement's."""
    if not isinstance(error, DBAPIError):
        return True
    if state := getattr(error.orig, "sqlstate", None):
        return state[:2] in _UNAVAILABLE_CLASSES or state in _UNAVAILABLE_STATES
    if type(error.orig).__name__ == _TORN:
        return True
    broken = ("no such", "syntax error", "too many")
    words = str(error.orig)
    return isinstance(error, OperationalError | InterfaceError) and not any(each in words for each in broken)


def _plain(error: BaseException) -> str:
    """The database's own words, without statement and parameters (they may hold people's text)."""
    cause = getattr(error, "orig", None) or error
    if _is_full(cause):
        return "the disk of the database is full: make room on it, and Tocsin goes on by itself"
    return f"the database cannot be written now ({type(cause).__name__}: {str(cause)[:200]})"


def _is_full(cause: BaseException) -> bool:
    return (
        getattr(cause, "sqlstate", None) == _DISK_FULL
        or getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        or getattr(cause, "errno", None) in {errno.ENOSPC, errno.EDQUOT}
    )
