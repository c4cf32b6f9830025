"""Admission: how much of what known senders send is let in at once, in a second and in a day.

Memory is bounded at each step, whatever the database does: the bytes that are being read, the requests that
are being answered, and the signals and bytes that wait for a commit (`usecases.intake.backlog`). A fifth of
the places is kept for requests in which all is over.
"""

from collections.abc import Callable
from typing import Final, TypeVar

from aiohttp import web

from bot.clock import Clock
from bot.domain.access.source import Source
from bot.domain.alert.signal import Reading, Status
from bot.ingress.body import read_body
from bot.ingress.capacity import CapacityLimit
from bot.ingress.large import LARGE, BodyReader, weigh
from bot.ingress.options import IngressOptions
from bot.ingress.problem import ProblemType, Refusal
from bot.ingress.proof import BODY
from bot.ingress.rate_limit import SourceRateLimit
from bot.providers.registry import PROVIDERS
from bot.usecases.intake.backlog import only_resolves
from bot.usecases.intake.submission import Submission

MOST_READING: Final = 64 * 1024 * 1024
"""Bytes of known senders' bodies that are on their way in; one without a length takes room as it comes."""

ORDINARY: Final = 4
"""As many alerts' worth of work each alert may be before its body counts as more."""

_FOR_RESOLVES: Final = 4  # one place more than the configured ones for so many of them
_DAY_SECONDS: Final = 86_400
_LONGEST_WAIT: Final = 3_600

T = TypeVar("T")


class Admission:
    """One for all doors of an ingress; ``known`` are the places for requests that are being answered."""

    def __init__(self, options: IngressOptions, clock: Clock) -> None:
        self._options = options
        self._allowance = SourceRateLimit(options.source_rate, options.source_burst, clock)
        daily = options.source_daily_bytes
        self._volume = SourceRateLimit(daily / _DAY_SECONDS, daily, clock)
        self._reader = BodyReader()
        self.known = CapacityLimit(options.max_in_flight + max(options.max_in_flight // _FOR_RESOLVES, 1))
        self.reading = CapacityLimit(max(MOST_READING, options.max_body))

    async def body(self, request: web.BaseRequest) -> bytes:
        """The body of a known sender as it was sent; one that was signed has been read already.

        Raises:
            Refusal: it is too large or too slow, or too many are being read.
        """
        known: bytes | None = request.get(BODY)
        if known is not None:
            return known
        limit = self._options.max_body
        with self.reading.reserve(min(request.content_length or 0, limit)) as ensure:
            return await read_body(request, limit=limit, patience=self._options.patience, ensure=ensure)

    async def work_on(self, source: Source | None, size: int, work: Callable[[], T]) -> tuple[T, float]:
        """What ``work`` makes of a body of ``size``, and the seconds of the processor it took if it is large.

        ``source`` is None where it is not known yet.

        Raises:
            Refusal: it is large, and the source has sent too much already.
        """
        wait = self._allowance.owed(source.id) if source is not None and size > LARGE else 0
        if wait and source is not None:
            raise self._too_much(source, wait)
        return await self._reader.read(size, work)

    def charge(self, source: Source, submission: Submission, reading: Reading, weight: int) -> None:
        """Let pass what this sender may send now; ``weight`` is that of its body, see `weight`.

        Raises:
            Refusal: it sends too much, or everybody together does.
        """
        if self.known.taken > self._options.max_in_flight and not only_resolves(submission):
            raise Refusal(ProblemType.OVERLOADED, "Too many requests at once.", retry_after=1)
        surplus = weight if weight > ORDINARY * max(len(submission.signals), 1) else 0
        cost = max(_cost_of(reading), surplus)
        wait = self._allowance.charge(source.id, cost)
        if wait:
            raise self._too_much(source, wait)
        stored = len(submission.envelope.body) if cost else 0
        wait = min(self._volume.charge(source.id, stored), _LONGEST_WAIT)
        if wait:
            detail = f"The source {source.name} may store {self._options.source_daily_bytes:,} bytes a day."
            raise _limited(source, detail, wait)

    def weight(self, size: int, seconds: float) -> int:
        """How many alerts a body is as much work as."""
        return weigh(size, seconds, self._options.source_rate)

    def _too_much(self, source: Source, wait: int) -> Refusal:
        detail = f"The source {source.name} may send {self._options.source_rate} alerts a second."
        return _limited(source, detail, wait)


def _limited(source: Source, detail: str, wait: int) -> Refusal:
    """In the status after which this kind of sender comes back."""
    provider = PROVIDERS.get(source.provider)
    reason = (
        ProblemType.TOO_MANY_NOW if provider and not provider.retries_429 else ProblemType.TOO_MANY_ALERTS
    )
    return Refusal(reason, detail, retry_after=wait)


def _cost_of(reading: Reading) -> int:
    """Resolves are free, whatever else there is in a request is not, and an empty one counts as one."""
    firing = sum(signal.status is Status.FIRING for _, signal in reading.signals)
    return firing + len(reading.rejected) or int(not reading.signals)
