"""Process: signals, the ready file and the lock on an embedded database."""

import asyncio
import atexit
import ctypes
import fcntl
import gc
import os
import shutil
import signal
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import msgspec
import structlog

from bot.domain.errors import TocsinError

_ARENA_MAX: Final = -8  # malloc.h of glibc
_GARBAGE: Final = (10_000, 20, 50)
"""So many more new objects than gone ones, and so many searches before the next generation is searched."""

_log: Final = structlog.stdlib.get_logger(__name__)


def share_heap() -> None:
    """Let all threads allocate from one heap, where the C library is glibc.

    Otherwise each thread gets a heap of its own, which keeps what it once needed: tens of megabytes after a
    storm. Threads of Python take turns anyway.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENA_MAX, 1)


def exit_quickly() -> None:
    """Spare the interpreter its last search for garbage, which takes seconds when so much is loaded.

    What is loaded by now is never garbage: no search at work goes through it either, which took a tenth of a
    second each time.
    """
    gc.freeze()
    atexit.register(gc.freeze)


def search_garbage_rarely() -> None:
    """Spare the interpreter most of its searches for garbage, once all is loaded that stays loaded.

    An alert leaves no cycles behind, but so many small objects that each batch is searched, and now and then
    everything with it: a tenth of what an alert costs at ten and more a request (``tests/bench``).
    """
    gc.freeze()
    gc.set_threshold(*_GARBAGE)


@contextmanager
def held(path: Path) -> Iterator[bool]:
    """Mark the embedded file as in use; yields False when another process has marked it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock_path = path.with_name(f"{path.name}.lock")
    descriptor = os.open(lock_path, os.O_WRONLY | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "w") as lock:
        lock_path.chmod(0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


def keep_private(folder: Path) -> None:
    """What the desk keeps is for its own user alone: others may not even look into the folder."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o077:
        try:
            folder.chmod(0o700)
        except OSError as error:
            _log.warning("data_folder_is_open_to_others", folder=str(folder), reason=error.strerror)
        else:
            _log.info("data_folder_closed_to_others", folder=str(folder))


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
