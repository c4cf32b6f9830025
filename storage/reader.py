"""Reader: threads that read the embedded file, a whole look in one hop.

A driver for asyncio hops to a thread and back for every statement, for every fetch and for the close: five
milliseconds of CPU for what is one here.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, QueuePool, create_engine, event

from storage.file import begin, prepare_reader

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
        event.listen(self._engine, "begin", begin)

    async def run(self, look: Callable[[Connection], T]) -> T:
        """What ``look`` returns, of one snapshot; a caller that is cancelled does not stop it."""

        def work() -> T:
            with self._engine.begin() as connection:
                return look(connection)

        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def close(self) -> None:
        """Wait for what is being read, then let go of the file."""
        self._threads.shutdown()
        self._engine.dispose()
