"""Desk lock: of all processes on a PostgreSQL database one is the desk, the others stand by.

Law: who is not the desk changes nothing as the desk. Whoever becomes it waits until transactions of the one
before are through, and begins a new epoch; every transaction of a desk asks first whether the epoch is still
its own (`is_current`). So one that was cut off can do no harm, even before it has noticed.

The lock is an advisory lock of a connection that does nothing else. It ends with the connection: at once
when the process is killed, and after a few keepalives when its machine is gone. A desk whose connection broke
tries to get the lock back; while nobody else was the desk meanwhile, it goes on as if nothing had happened.
"""

import asyncio
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import structlog
from sqlalchemy import BigInteger, Boolean, Connection, Integer, bindparam, column, text
from sqlalchemy.pool import NullPool

from storage.dialect import mark_alive
from storage.prepared import Prepared

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

DESK_LOCK: Final = 7265
EPOCH_LOCK: Final = 7266
BELL: Final = "tocsin_bell"
PATIENCE: Final = 2.0  # seconds that an answer on the lock's own connection may take
_SETTINGS: Final = {
    "tcp_keepalives_idle": "2",
    "tcp_keepalives_interval": "1",
    "tcp_keepalives_count": "3",
    "lock_timeout": "5000",
    "application_name": "tocsin desk",
}
_IS_CURRENT: Final = Prepared(
    text(
        "SELECT CASE WHEN pg_try_advisory_xact_lock_shared(:lock, 0)"
        " THEN (SELECT last_value FROM desk_epoch) = :epoch ELSE false END"
    )
    .bindparams(bindparam("lock", type_=Integer), bindparam("epoch", type_=BigInteger))
    .columns(column("current", Boolean))
)
_log: Final = structlog.stdlib.get_logger(__name__)


class Try(StrEnum):
    """What came of trying to become the desk."""

    TAKEN = "taken"
    OTHERS = "others"
    UNREACHABLE = "unreachable"


class DeskLock:
    """`take` it, look after it with `answers`; ``broken`` is set once its connection is gone.

    ``superseded`` is set by whoever looks after it, once another process has become the desk.
    """

    def __init__(self, url: str) -> None:
        from sqlalchemy.ext.asyncio import create_async_engine  # not for those with an embedded file

        self._engine = create_async_engine(
            url, poolclass=NullPool, hide_parameters=True, connect_args={"server_settings": _SETTINGS}
        )
        self._connection: AsyncConnection | None = None
        self._driver: Any = None
        self._worker: str | None = None
        self._turn = asyncio.Lock()  # the driver serves one at a time, and fails the second
        self.epoch = 0
        self.superseded = False
        self.broken = asyncio.Event()
        self.rung = asyncio.Event()

    async def take(self) -> Try:
        """Try to become the desk, in a new epoch."""
        try:
            async with self._turn, asyncio.timeout(5 * PATIENCE):
                return await self._take()
        except Exception as error:  # noqa: BLE001 -- the driver is optional and has many errors of its own
            _log.debug("desk_lock_unavailable", error=repr(error)[:200])
            await self.release()
            return Try.UNREACHABLE

    async def _take(self) -> Try:
        if self._driver is None or self.broken.is_set():
            await self._connect()
        if not await self._driver.fetchval(f"SELECT pg_try_advisory_lock({DESK_LOCK}, 0)"):
            return Try.OTHERS
        # Transactions of the last desk end first; those that come later find the new epoch.
        async with self._driver.transaction():
            await self._driver.execute(f"SELECT pg_advisory_xact_lock({EPOCH_LOCK}, 0)")
            self.epoch = await self._driver.fetchval("SELECT nextval('desk_epoch')")
        await self._driver.add_listener(BELL, self._ring)
        if self._worker is not None:
            await self._mark(self._worker)
        return Try.TAKEN

    async def _connect(self) -> None:
        await self.release()
        self.broken.clear()
        self._connection = await self._engine.connect()
        await self._connection.execution_options(isolation_level="AUTOCOMMIT")
        raw = await self._connection.get_raw_connection()
        self._driver = raw.driver_connection
        self._driver.add_termination_listener(self._end)

    async def answers(self) -> bool:
        """Whether the connection that holds the lock is there and answers."""
        if self._driver is None or self.broken.is_set():
            return False
        try:
            async with self._turn, asyncio.timeout(PATIENCE):
                await self._driver.execute("SELECT 1")
        except Exception as error:  # noqa: BLE001 -- whatever it is, nobody can say that the lock is ours
            _log.warning("desk_lock_silent", error=repr(error)[:200])
            self.broken.set()
        return not self.broken.is_set()

    async def mark(self, worker: str) -> None:
        """Let others see that ``worker`` lives, for as long as the lock is held."""
        self._worker = worker
        async with self._turn:
            await self._mark(worker)

    async def _mark(self, worker: str) -> None:
        if self._connection is not None:
            await self._connection.run_sync(lambda connection: mark_alive(connection, worker))

    async def release(self) -> None:
        """Let another be the desk."""
        driver, connection = self._driver, self._connection
        self._driver = self._connection = None
        if driver is not None:
            driver.remove_termination_listener(self._end)
            driver.terminate()
        if connection is not None:
            await connection.invalidate()
            await connection.close()

    def _end(self, *_: object) -> None:
        self.broken.set()

    def _ring(self, *_: object) -> None:
        self.rung.set()


def is_current(connection: Connection, epoch: int) -> bool:
    """Whether the desk of ``epoch`` may write; asked first in each of its transactions."""
    return bool(_IS_CURRENT.value(connection, lock=EPOCH_LOCK, epoch=epoch))


def ring(connection: Connection) -> None:
    """Tell the desk, whichever process it is, that a card may be due."""
    connection.execute(text(f"NOTIFY {BELL}"))
