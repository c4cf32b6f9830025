"""Heartbeat: tells a dead man's switch elsewhere that Tocsin lives, in the manner of Healthchecks.

A ping to the address means that all is well, one to ``/fail`` below it that it is not; when neither comes,
the other side raises the alarm that nobody here could raise.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import httpx
import structlog

from bot.clock import Clock

_log: Final = structlog.stdlib.get_logger(__name__)
_PATIENCE: Final = timedelta(seconds=10)
_LONGEST: Final = 2_000


class Heartbeat:
    """Pings ``url``; ``troubles`` are what is wrong now, in words.

    A ping that fails is logged, not repeated.
    """

    def __init__(self, url: str, troubles: Callable[[], tuple[str, ...]], clock: Clock) -> None:
        self._url = url
        self._troubles = troubles
        self._clock = clock
        self._failed = False

    async def ping(self) -> bool:
        """Ping once; whether it was heard."""
        troubles = self._troubles()
        url = f"{self._url}/fail" if troubles else self._url
        try:
            async with httpx.AsyncClient(timeout=_PATIENCE.total_seconds()) as client:
                answer = await client.post(url, content="\n".join(troubles)[:_LONGEST].encode())
            heard = answer.is_success
            why = f"status {answer.status_code}"
        except httpx.HTTPError as error:
            heard, why = False, type(error).__name__
        if not heard and not self._failed:
            _log.warning("heartbeat_not_heard", reason=why)
        self._failed = not heard
        return heard
