"""Outage log: a database that is away is told in one line a minute, and once when it is back."""

from collections.abc import Callable
from time import monotonic
from typing import Final

import structlog

INTERVAL: Final = 60.0
"""Seconds between two lines about one outage."""

_log: Final = structlog.stdlib.get_logger(__name__)


class OutageLog:
    """Each caller hears of a failure by itself; here it stands in the log, once for all."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._since: float | None = None
        self._said = 0.0
        self._failures = 0

    def failed(self, words: str) -> None:
        """Something could not be written, for this reason."""
        now = self._clock()
        self._failures += 1
        if self._since is None:
            self._since = now
        elif now - self._said < INTERVAL:
            return
        self._said = now
        _log.error(
            "database_unavailable",
            reason=words,
            seconds=round(now - self._since),
            failures=self._failures,
        )

    def worked(self) -> None:
        """Something was written."""
        if self._since is not None:
            seconds, failures = round(self._clock() - self._since), self._failures
            self._since, self._failures = None, 0
            _log.info("database_available_again", seconds=seconds, failures=failures)
