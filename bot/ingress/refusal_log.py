"""Refusal log: refusals in the log, so that whoever misses alerts finds out why, but no flood of them."""

from datetime import timedelta
from typing import Final

import structlog

from bot.clock import Clock
from bot.ingress.problem import ProblemType
from bot.usecases.intake.loss import Losses

INTERVAL: Final = timedelta(seconds=10)
_log: Final = structlog.stdlib.get_logger(__name__)


_LOSING: Final = {
    ProblemType.TOO_LARGE: "larger than http.max_body; their alerts are lost, let it be larger",
    ProblemType.UNREADABLE: (
        "a body that cannot be read; their alerts are lost, look at what the sender is set to"
    ),
    ProblemType.UNSUPPORTED_MEDIA: "no JSON; their alerts are lost, look at what the sender is set to",
}
"""What a sender does not send again: Alertmanager and most others give up after these."""


class RefusalLog:
    """One line for each provider and reason in `INTERVAL`; the next says how many were left out.

    What the sender said is not in it, for it may hold a secret.
    """

    def __init__(self, clock: Clock, losses: Losses) -> None:
        self._clock = clock
        self._losses = losses
        self._said: dict[tuple[str, ProblemType], tuple[float, int]] = {}

    def refused(self, provider: str, reason: ProblemType) -> None:
        """A request to ``provider``'s address was refused."""
        advice = _LOSING.get(reason)
        if advice is not None:
            self._losses.note(f"{provider}, {advice}", self._clock.now())
        self._say(provider, reason, reason.title)

    def not_durable(self, provider: str, words: str) -> None:
        """What came to ``provider``'s address could not be kept; ``words`` are the database's own."""
        self._say(provider, ProblemType.NOT_DURABLE, words)

    def _say(self, provider: str, reason: ProblemType, words: str) -> None:
        now = self._clock.monotonic()
        said_at, left_out = self._said.get((provider, reason), (None, 0))
        if said_at is not None and now - said_at < INTERVAL.total_seconds():
            self._said[provider, reason] = (said_at, left_out + 1)
            return
        self._said[provider, reason] = (now, 0)
        _log.warning("refused", provider=provider, status=reason.status, reason=words, left_out=left_out)
