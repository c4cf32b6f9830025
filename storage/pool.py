"""Pool: connections to a PostgreSQL server, and how one that broke while it rested is found.

SQLAlchemy's own way asks the server before each use, inside a transaction: three more rounds than the work of
most transactions has. A server that closes a connection tells so at once; it is asked only where silence
could mean that nobody is there any more.
"""

import time
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from storage.writer import BUSY_TIMEOUT_MS

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

_RESTED: Final = 5.0  # seconds after which the server is asked whether it is still there
_USED: Final = "used_at"


def open_pool(url: str, size: int, *, overflow: int = 0, **more: Any) -> "AsyncEngine":
    """Nobody waits longer for a lock, or for a connection, than on SQLite."""
    from sqlalchemy.ext.asyncio import create_async_engine  # brings the ORM: 6 MiB that a file needs not

    engine = create_async_engine(
        url,
        pool_size=size,
        max_overflow=overflow,
        pool_timeout=BUSY_TIMEOUT_MS / 1000,
        pool_use_lifo=True,  # the one that has the statements prepared
        hide_parameters=True,
        connect_args={"server_settings": {"lock_timeout": str(BUSY_TIMEOUT_MS)}},
        **more,
    )
    event.listen(engine.sync_engine, "checkout", _demand_alive)
    event.listen(engine.sync_engine, "checkin", _note_use)
    return engine


def _demand_alive(connection: Any, entry: ConnectionPoolEntry, _: object) -> None:
    """A connection that is dead is replaced, and so are all others that rest in the pool."""
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError
    now = time.monotonic()
    if now - entry.info.get(_USED, now) > _RESTED:
        try:
            connection.ping()
        except (connection.dbapi.Error, OSError) as error:
            raise InvalidatePoolError from error


def _note_use(connection: Any, entry: ConnectionPoolEntry) -> None:
    if connection is not None:
        entry.info[_USED] = time.monotonic()
