"""Durability: what nobody tells twice is written down once the database can be reached again."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

import structlog

from bot.clock import Clock
from bot.domain.errors import NotDurableError

T = TypeVar("T")

OUTAGE: Final = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds between the attempts while the database restarts."""

_log: Final = structlog.stdlib.get_logger(__name__)


async def durably(
    clock: Clock, work: Callable[[], Awaitable[T]], *, pauses: Sequence[float] = OUTAGE, **about: object
) -> T:
    """What ``work`` gives, tried again after each of ``pauses``; ``about`` is for the log.

    Raises:
        NotDurableError: the database is still out of reach after the last one.
    """
    for pause in pauses:
        try:
            return await work()
        except NotDurableError as error:
            _log.debug("work_waits_for_database", reason=str(error), **about)
            await clock.sleep(pause)
    return await work()
