"""Writer: the thread that owns SQLite's writing connection.

Jobs wait in a priority queue: people first, then bulk. A job is a function of a connection that is inside
``BEGIN IMMEDIATE``; the commit happens here, and only after it the waiting caller hears of the result.
"""

import asyncio
import itertools
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

T = TypeVar("T")

_URGENT, _BULK, _LAST = 0, 1, 2


class Writer:
    """Starts its thread at once; `close` ends it after everything queued is done."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: queue.PriorityQueue[tuple[int, int, Callable[[Connection], None] | None]] = (
            queue.PriorityQueue()
        )
        self._ticket = itertools.count()
        self._thread = threading.Thread(target=self._work, name="tocsin-writer", daemon=True)
        self._thread.start()

    async def run(self, work: Callable[[Connection], T], *, urgent: bool) -> T:
        """Run ``work`` in a transaction of its own and return what it returns, after the commit.

        Whatever ``work`` or the commit raises is raised here and nothing was written. A caller that is
        cancelled meanwhile does not stop the work.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def job(connection: Connection) -> None:
            try:
                with connection.begin():
                    result = work(connection)
            except BaseException as error:  # noqa: BLE001 -- it travels to the caller, whatever it is
                _tell(loop, answer, None, error)
            else:
                _tell(loop, answer, result, None)

        self._queue.put((_URGENT if urgent else _BULK, next(self._ticket), job))
        return await answer

    def close(self) -> None:
        """Wait until all queued work is committed, then close the connection."""
        self._queue.put((_LAST, next(self._ticket), None))
        self._thread.join()

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
