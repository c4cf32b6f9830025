"""Pool: connections to a PostgreSQL server, each asked before its use whether the server is still there."""

from typing import TYPE_CHECKING, Any

from storage.writer import BUSY_TIMEOUT_MS

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine


def open_pool(url: str, size: int, *, overflow: int = 0, **more: Any) -> "AsyncEngine":
    """Nobody waits longer for a lock, or for a connection, than on SQLite."""
    from sqlalchemy.ext.asyncio import create_async_engine  # brings the ORM: 6 MiB that a file needs not

    return create_async_engine(
        url,
        pool_size=size,
        max_overflow=overflow,
        pool_timeout=BUSY_TIMEOUT_MS / 1000,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"server_settings": {"lock_timeout": str(BUSY_TIMEOUT_MS)}},
        **more,
    )
