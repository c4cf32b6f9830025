"""Desk: opened on the configured database, for whatever works with it.

It stands apart from `bot.app` for verbs that ask and end: they need nothing of Discord and of the doors.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog

from bot.clock import SystemClock
from bot.domain.access.secret_number import look_for_numbers
from bot.domain.errors import TocsinError
from bot.settings.database import DatabaseChoice, database_choice
from bot.settings.key import signing_key
from bot.settings.tree import Settings
from bot.usecases.admin import project as projects
from bot.usecases.admin import startup
from bot.usecases.desk import Desk, Rules
from storage import schema
from storage.desk_lock import DeskLock
from storage.engine import Storage

_log: Final = structlog.stdlib.get_logger(__name__)


@asynccontextmanager
async def open_desk(
    settings: Settings, *, lock: DeskLock | None = None, project: str | None = None
) -> AsyncIterator[Desk]:
    """The desk of a project on the configured database, which is migrated if it is an embedded file.

    Raises:
        TocsinError: a PostgreSQL database lacks migrations, with the command to type.
        NotFoundError: there is no such ``project``.
    """
    look_for_numbers(asked=settings.redaction.numbers)
    choice = database_choice(settings)
    await migrate(choice)
    storage = Storage.open(choice.url, lock=lock)
    try:
        desk = await startup.open_desk(
            storage,
            SystemClock(),
            rules=Rules(
                silence=settings.alerts.ttl,
                reopen_window=settings.alerts.reopen_window,
                lease=settings.alerts.lease,
                max_attempts=settings.alerts.max_attempts,
                flap_limit=settings.alerts.flap_limit,
                flap_window=settings.alerts.flap_window,
                group_window=settings.alerts.group_window,
                repeats=settings.ping.repeats,
                ack_spans=settings.ping.ack_spans,
                default_channel_id=settings.discord.default_channel,
                fallback_channel_id=settings.discord.fallback_channel,
                zone=settings.discord.zone,
                incidents=settings.incidents.rules,
                gate=settings.gate.policy,
                triage=settings.triage.rules,
                retention=settings.retention.rules,
            ),
            signing_key=signing_key(settings.storage),
        )
        yield desk if project is None else await projects.of(desk, project)
    finally:
        await storage.close()


async def migrate(choice: DatabaseChoice) -> None:
    """Bring an embedded file to the present; of a server see that it is.

    Raises:
        TocsinError: the database cannot be used, or lacks migrations, with the command to type.
    """
    try:
        await _migrate(choice)
    except TocsinError:
        raise
    except Exception as error:  # drivers raise what they like, and only storage knows their names
        reason = (error.strerror if isinstance(error, OSError) else None) or schema.first_line(error)
        raise TocsinError(
            f"The database {choice.shown} (from {choice.origin}) cannot be used:"
            f" {reason}. Is it running, and may this user use it?"
        ) from error


async def _migrate(choice: DatabaseChoice) -> None:
    if choice.embedded:
        applied = await schema.upgrade(choice.url)
        if applied:
            _log.info("database_migrated", file=choice.shown, applied=applied)
        return
    pending = await schema.pending(choice.url)
    if pending:
        raise TocsinError(
            f"{choice.shown} lacks {len(pending)} of its migrations. Run: tocsin db upgrade"
            " (with --dry-run it only prints the SQL)"
        )
