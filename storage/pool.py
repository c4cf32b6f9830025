"""Pool: connections to a PostgreSQL server, each asked before its use whether the server is still there."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from storage.writer import BUSY_TIMEOUT_MS

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

NOTHING_MORE: Final[Mapping[str, str]] = MappingProxyType({})
LISTING: Final = MappingProxyType(
    {"random_page_cost": "1.1", "max_parallel_workers_per_gather": "0", "jit": "off"}
)
"""For who reads: what lists count stands in indexes. A server that reckons with disks rather than memory
leaves them for the whole table, on several processors or with code compiled for it."""


def open_pool(
    url: str, size: int, *, overflow: int = 0, settings: Mapping[str, str] = NOTHING_MORE, **more: Any
) -> "AsyncEngine":
    """Nobody waits longer for a lock, or for a connection, than on SQLite; ``settings`` are the server's."""
    from sqlalchemy.ext.asyncio import create_async_engine  # brings the ORM: 6 MiB that a file needs not

    return create_async_engine(
        url,
        pool_size=size,
        max_overflow=overflow,
        pool_timeout=BUSY_TIMEOUT_MS / 1000,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"server_settings": {"lock_timeout": str(BUSY_TIMEOUT_MS), **settings}},
        **more,
    )
