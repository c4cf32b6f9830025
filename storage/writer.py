"""Writer: the thread that owns SQLite's writing connection.

Jobs wait in a priority queue by their `Turn`. A job is a function of a connection that is inside
``BEGIN IMMEDIATE``; the commit happens here, and only after it the waiting caller hears of the result.
"""

import asyncio
import itertools
import queue
import threading
from collections.abc import Callable
from enum import IntEnum
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, RootTransaction
from sqlalchemy.exc import DBAPIError

T = TypeVar("T")

BUSY_TIMEOUT_MS: Final = 5_000
_LAST: Final = 9


class Turn(IntEnum):
    """Who writes first: people, then what channels have to show, then what comes in by the thousand."""

    PERSON = 0
    DESK = 1
    BULK = 2


class Writer:
    """Starts its thread at once; `close` ends it after everything queued is done."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: queue.PriorityQueue[tuple[int, int, Callable[[Connection], None] | None]] = (
            queue.PriorityQueue()
        )
        self._ticket = itertools.count()
        self._patience_ms = BUSY_TIMEOUT_MS
        self._thread = threading.Thread(target=self._work, name="tocsin-writer", daemon=True)
        self._thread.start()

    async def run(self, work: Callable[[Connection], T], *, turn: Turn) -> T:
        """Run ``work`` in a transaction of its own and return what it returns, after the commit.

        Whatever ``work`` or the commit raises is raised here and nothing was written. A caller that is
        cancelled meanwhile does not stop the work.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def job(connection: Connection) -> None:
            try:
                with self._begin(connection):
                    result = work(connection)
            except BaseException as error:  # noqa: BLE001 -- it travels to the caller, whatever it is
                _tell(loop, answer, None, error)
            else:
                _tell(loop, answer, result, None)

        self._queue.put((turn, next(self._ticket), job))
        return await answer

    def close(self) -> None:
        """Wait until all queued work is committed, then close the connection."""
        self._queue.put((_LAST, next(self._ticket), None))
        self._thread.join()

    def _begin(self, connection: Connection) -> RootTransaction:
        """Whoever finds another process's lock waits for it; as long as it stays, the others only try.

        If each waited in turn, those at the end of the queue would wait for minutes and never be told.
        """
        try:
            transaction = connection.begin()
        except DBAPIError:
            self._wait_at_most(connection, 0)
            raise
        self._wait_at_most(connection, BUSY_TIMEOUT_MS)
        return transaction

    def _wait_at_most(self, connection: Connection, milliseconds: int) -> None:
        driver = connection.connection.driver_connection
        if driver is not None and milliseconds != self._patience_ms:
            driver.execute(f"PRAGMA busy_timeout={milliseconds}")
            self._patience_ms = milliseconds

    def _work(self) -> None:
        with self._engine.connect() as connection:
            while (job := self._queue.get()[2]) is not None:
                job(connection)
        self._engine.dispose()


def _tell(
    loop: asyncio.AbstractEventLoop,
    answer: asyncio.Future[Any],
    result: object,
    error: BaseException | None,
) -> None:
    def settle() -> None:
        if answer.cancelled():
            return
        if error is None:
            answer.set_result(result)
        else:
            answer.set_exception(error)

    try:
        loop.call_soon_threadsafe(settle)
    except RuntimeError:
        if not loop.is_closed():  # else nobody is there any more to be told; the work itself is done
            raise
