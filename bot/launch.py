"""Launch: which part of Tocsin this process is, from the start until a signal ends it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

import structlog

from bot.app import running
from bot.clock import SystemClock
from bot.desk import migrate, open_desk
from bot.domain.errors import NotDurableError, TocsinError
from bot.domain.process_role import ProcessRole
from bot.ingress.readiness import Probe
from bot.ingress.server import Ingress
from bot.options import ingress_options
from bot.outgoing.page import fetch
from bot.process import share_heap, told_to_stop, write_ready_file
from bot.scheduler import Job, Metronome
from bot.settings.database import database_choice
from bot.settings.tree import Settings
from bot.standby import turn
from bot.usecases.admin import setting, status
from bot.usecases.admin.readiness_line import readiness_line
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import Intake
from storage.desk_lock import DeskLock

_BELL: Final = 30.0  # seconds; nothing is told when nothing rings
_PAUSE: Final = 0.05  # seconds between two rings for the desk
_log: Final = structlog.stdlib.get_logger(__name__)


async def run(
    settings: Settings, *, role: ProcessRole = ProcessRole.ALL, ready_file: Path | None = None
) -> None:
    """Be that part of the bot until SIGINT or SIGTERM.

    The ready file is written once cards can be delivered; by an ingress, once it listens.

    Raises:
        TocsinError: the part needs PostgreSQL, or another process uses the embedded file.
    """
    choice = database_choice(settings)
    if choice.embedded and role is not ProcessRole.ALL:
        raise TocsinError(f"--role {role} needs PostgreSQL (storage.database_url): a file has one process.")
    async with told_to_stop() as told:
        await _until_told(settings, role, ready_file, told)
    _log.info("stopped")


async def _until_told(
    settings: Settings, role: ProcessRole, ready_file: Path | None, told: asyncio.Event
) -> None:
    choice = database_choice(settings)
    if choice.embedded:
        await _work(settings, role, ready_file, told, None)
        return
    await migrate(choice)
    if role is ProcessRole.INGRESS:
        async with serving(settings) as url:
            _say(ready_file, url)
            await told.wait()
        return
    while not told.is_set():
        async with turn(choice.url, SystemClock(), told) as (lock, over):
            if not told.is_set():
                await _work(settings, role, ready_file, over, lock)


async def _work(
    settings: Settings, role: ProcessRole, ready_file: Path | None, over: asyncio.Event, lock: DeskLock | None
) -> None:
    async with running(settings, role=role, lock=lock, over=over) as place:
        if await place.ready_before(over):
            _say(ready_file, place.url)
            _log.info(await readiness_line(place.desk, settings.ping.critical))
        await over.wait()
        _log.info("stopping")


def _say(ready_file: Path | None, url: str) -> None:
    if ready_file is not None:
        write_ready_file(ready_file, {"ingress_url": url})


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[str]:
    """Run only the HTTP server; yields its address. Other processes may listen at the same one."""
    share_heap()
    async with open_desk(settings) as desk:
        await desk.storage.announce(f"ingress-{id(desk):x}")

        async def writable() -> str | None:
            await status.writable(desk)
            return None

        ingress = Ingress(
            desk,
            Intake(desk),
            options=ingress_options(settings, shared=True),
            fetch=fetch,
            probes=[Probe("database", writable)],
        )
        url = await ingress.start()
        await setting.remember_address(desk, url)
        metronome = Metronome([Job("settings", timedelta(seconds=10), _reload(desk))])
        metronome.start()
        bell = asyncio.create_task(_pass_on(desk), name="bell")
        try:
            yield url
        finally:
            await ingress.stop()
            bell.cancel()
            await asyncio.wait([bell])
            await metronome.stop()


def _reload(desk: Desk) -> Callable[[], Awaitable[None]]:
    async def reload() -> None:
        await setting.reload(desk)

    return reload


async def _pass_on(desk: Desk) -> None:
    """Ring for the process that is the desk; what gets lost it sees at its next look."""
    while True:
        if not await desk.bell.wait(_BELL):
            continue
        try:
            await desk.storage.ring()
        except NotDurableError as error:
            _log.warning("desk_not_told", reason=str(error))
        await desk.clock.sleep(_PAUSE)
