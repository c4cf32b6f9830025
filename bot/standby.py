"""Standby: of several processes on one PostgreSQL database one is the desk; the others wait for it to go."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog

from bot.clock import Clock
from storage.desk_lock import DeskLock, Try

BEAT: Final = 1.0  # seconds between looks at the lock, one's own or another's
_log: Final = structlog.stdlib.get_logger(__name__)


@asynccontextmanager
async def turn(url: str, clock: Clock, told: asyncio.Event) -> AsyncIterator[tuple[DeskLock, asyncio.Event]]:
    """Wait until this process is the desk; yields its lock and an event that says it is over.

    It is over when the process is told to stop or when another has become the desk.
    """
    lock, over = DeskLock(url), asyncio.Event()
    try:
        await _become(lock, clock, told)
        keep = asyncio.create_task(_keep(lock, clock, over), name="desk-lock")
        stop = asyncio.create_task(_follow(told, over), name="desk-stop")
        try:
            yield lock, over
        finally:
            for task in (keep, stop):
                task.cancel()
            await asyncio.wait([keep, stop])
    finally:
        await lock.release()


async def _become(lock: DeskLock, clock: Clock, told: asyncio.Event) -> None:
    """Try each beat, and say once what it is that is waited for."""
    said: Try | None = None
    while not told.is_set():
        found = await lock.take()
        if found is Try.TAKEN:
            _log.info("desk_begins", epoch=lock.epoch)
            return
        if found is not said:
            said = found
            others = found is Try.OTHERS
            reason = "another process is the desk" if others else "the database is out of reach"
            _log.warning("standing_by", reason=reason)
        await clock.sleep(BEAT)


async def _keep(lock: DeskLock, clock: Clock, over: asyncio.Event) -> None:
    """Look after the lock, get it back when its connection broke; end when another has become the desk."""
    while not over.is_set():
        if await lock.answers():
            await _wait(lock.broken, BEAT)
            continue
        epoch = lock.epoch
        found = await lock.take()
        if found is Try.UNREACHABLE:
            await clock.sleep(BEAT)
        elif found is Try.OTHERS or lock.epoch != epoch + 1:
            _log.error("desk_superseded", note="another process is the desk: this one stops acting")
            lock.superseded = True
            over.set()
        else:
            _log.warning("desk_lock_regained", epoch=lock.epoch)


async def _follow(told: asyncio.Event, over: asyncio.Event) -> None:
    await told.wait()
    over.set()


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
