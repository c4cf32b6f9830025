"""Storage: the one way to the database, for both engines.

Everything that touches rows is an ordinary function of a `Transaction`; here it is decided where it runs.

On SQLite all writes go through one thread that owns the writing connection: a whole transaction is one hop
into it, people's work overtakes all other, and there is never a lock to wait for inside this process. Reads
go through threads of their own, on connections that cannot write. On PostgreSQL all run on asyncpg, with
connections of their own for people, so that these never queue behind what comes in or goes out by the
thousand.

Trap: the standard driver opens no transaction for statements that begin with ``WITH``, so that a rollback
would not undo them. The drivers are put in autocommit and ``BEGIN`` is emitted here.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, TypeVar

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from bot.domain.errors import DatabaseUnavailableError, NotDurableError
from storage.desk_lock import DeskLock, is_current, ring
from storage.dialect import mark_alive
from storage.fault import (
    TROUBLES,
    OvertakenError,
    Trouble,
    in_words,
    is_out_of_reach,
    is_worth_another_try,
)
from storage.file import WRITE, begin_as, is_sqlite, make_private, prepare_writer, shrink, sqlite_path
from storage.outage_log import OutageLog
from storage.pool import LISTING, open_pool
from storage.reader import Reader
from storage.transaction import Transaction
from storage.writer import Turn, Writer

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

T = TypeVar("T")
Work = Callable[[Transaction], T]
Pools = Mapping[Turn, "AsyncEngine"]

READERS: Final = 4
POSTGRES_READERS: Final = 6
POSTGRES_PEOPLE: Final = 2  # kept for them; more are opened while these are busy
POSTGRES_DESK: Final = 4
POSTGRES_BULK: Final = 2

_TRIES: Final = 3  # of a transaction that others are in the way of


class Storage:
    """An open database; make one with `Storage.open`, end it with `close`."""

    def __init__(
        self,
        url: str,
        reader: "Reader | AsyncEngine",
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
                Turn.PERSON: open_pool(url, POSTGRES_PEOPLE, overflow=4),
                Turn.DESK: open_pool(url, POSTGRES_DESK),
                Turn.BULK: open_pool(url, POSTGRES_BULK),
            }
            return cls(
                url,
                open_pool(
                    url, POSTGRES_READERS, overflow=4, settings=LISTING, isolation_level="REPEATABLE READ"
                ),
                pools=pools,
                lock=lock,
            )
        path = sqlite_path(url)
        make_private(path)
        writer_engine = create_engine(
            f"sqlite:///{path}",
            poolclass=StaticPool,
            connect_args={"check_same_thread": False},
            hide_parameters=True,
        )
        event.listen(writer_engine, "connect", prepare_writer)
        begin_as(writer_engine, WRITE)
        return cls(url, Reader(path, threads=READERS), writer=Writer(writer_engine))

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return "sqlite" if isinstance(self._reader, Reader) else self._reader.dialect.name

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
        except TROUBLES as error:
            if not is_out_of_reach(error):
                raise
            raise self._away(error) from error
        self._outage.worked()
        return done

    async def read(self, work: Work[T]) -> T:
        """Run ``work``, which must not write, on one consistent snapshot.

        Raises:
            NotDurableError: the database cannot be reached.
        """
        try:
            if isinstance(self._reader, Reader):
                return await self._reader.run(lambda conn: work(Transaction(conn, self.audit_key)))
            async with self._reader.connect() as connection:
                return await connection.run_sync(lambda conn: work(Transaction(conn, self.audit_key)))
        except TROUBLES as error:
            if not is_out_of_reach(error):
                raise
            raise self._away(error) from error

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
                raise NotDurableError(in_words(error)) from error
            return
        if isinstance(self._reader, Reader) or self._mark is not None:
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
        except TROUBLES as error:
            raise NotDurableError(in_words(error)) from error

    async def give_back(self, pages: int) -> None:
        """Give free pages of an embedded file back to the disk, so many in a transaction.

        PostgreSQL does so by itself, as do files that were made before and never packed by `VACUUM` not.
        """
        while self._writer is not None:
            before, after = await self._writer.run(lambda conn: shrink(conn, pages), turn=Turn.BULK)
            if after == 0 or after >= before:
                return

    async def close(self) -> None:
        """Finish what was begun and let go of the files and sockets."""
        if self._mark is not None:
            await self._mark.close()
        if self._writer is not None:
            await asyncio.to_thread(self._writer.close)
        if isinstance(self._reader, Reader):
            await asyncio.to_thread(self._reader.close)
        else:
            await self._reader.dispose()
        for engine in self._pools.values():
            await engine.dispose()

    def _away(self, error: Trouble) -> DatabaseUnavailableError:
        """The error for the caller; the log tells of it once."""
        words = in_words(error)
        self._outage.failed(words)
        return DatabaseUnavailableError(words)

    async def _write_postgres(self, work: Work[T], pool: "AsyncEngine") -> T:
        for tries in range(_TRIES):
            try:
                async with pool.begin() as connection:
                    return await connection.run_sync(self._fenced, work, careful=tries > 0)
            except OvertakenError:
                continue
            except DBAPIError as error:
                if tries == _TRIES - 1 or not is_worth_another_try(error):
                    raise
        raise AssertionError  # the loop returns or raises: nobody who is careful is overtaken

    def _fenced(self, connection: Connection, work: Work[T], *, careful: bool) -> T:
        """Run ``work``, unless this process was the desk and is it no longer."""
        if self._lock is not None and not is_current(connection, self._lock.epoch):
            raise NotDurableError("Another process has become the desk.")
        return work(Transaction(connection, self.audit_key, careful=careful))
