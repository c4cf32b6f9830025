"""Reader: threads that read the embedded file, a whole look in one hop.

A driver for asyncio hops to a thread and back for every statement, for every fetch and for the close: five
milliseconds of CPU for what is one here.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, QueuePool, create_engine, event

from storage.file import READ, begin_as, prepare_reader

T = TypeVar("T")


class Reader:
    """Up to so many ``threads``, each with a connection that cannot write; who finds none idle waits."""

    def __init__(self, path: Path, *, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="tocsin-reader")
        self._engine = create_engine(
            f"sqlite:///{path}",
            poolclass=QueuePool,
            pool_size=threads,
            max_overflow=0,
            connect_args={"check_same_thread": False},
            hide_parameters=True,
        )
        event.listen(self._engine, "connect", prepare_reader)
        begin_as(self._engine, READ)
        self._own = threading.local()
        self._held: set[Connection] = set()

    async def run(self, look: Callable[[Connection], T]) -> T:
        """What ``look`` returns, of one snapshot; a caller that is cancelled does not stop it."""

        def work() -> T:
            connection = self._take()
            try:
                with connection.begin():
                    return look(connection)
            except BaseException:
                self._own.connection = None
                self._held.discard(connection)
                connection.close()
                raise

        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _take(self) -> Connection:
        """The connection of this thread: to get one from the pool costs more than most looks."""
        connection: Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = self._engine.connect()
            self._held.add(connection)
        return connection

    def close(self) -> None:
        """Wait for what is being read, then let go of the file."""
        self._threads.shutdown()
        for each in self._held:
            each.close()
        self._engine.dispose()
