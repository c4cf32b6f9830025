"""Process: signals, the ready file and the lock on an embedded database."""

import asyncio
import ctypes
import fcntl
import os
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import msgspec

from bot.domain.errors import TocsinError

_ARENA_MAX: Final = -8  # malloc.h of glibc


def share_heap() -> None:
    """Let all threads allocate from one heap, where the C library is glibc.

    Otherwise each thread gets a heap of its own, which keeps what it once needed: tens of megabytes after a
    storm. Threads of Python take turns anyway.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENA_MAX, 1)


@contextmanager
def held(path: Path) -> Iterator[bool]:
    """Mark the embedded file as in use; yields False when another process has marked it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


@contextmanager
def holding(path: Path) -> Iterator[None]:
    """Mark the embedded file as in use.

    Raises:
        TocsinError: another process has it; both would post its cards and act on every press.
    """
    with held(path) as alone:
        if not alone:
            raise TocsinError(
                f"Another process uses {path}: stop it first. Several need PostgreSQL (storage.database_url)."
            )
        yield


@asynccontextmanager
async def told_to_stop() -> AsyncIterator[asyncio.Event]:
    """An event that SIGINT and SIGTERM set."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, told.set)
    try:
        yield told
    finally:
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(each)


def write_ready_file(path: Path, content: dict[str, object]) -> None:
    """Write it whole or not at all, readable by its owner alone: it may hold tokens."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_bytes(msgspec.json.encode(content))
    draft.replace(path)


def free_bytes(folder: Path | None) -> int | None:
    """How much room is left where ``folder`` is, None when nobody can tell."""
    try:
        return None if folder is None else shutil.disk_usage(folder).free
    except OSError:
        return None
