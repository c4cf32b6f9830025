"""Ids as Discord makes them: milliseconds since 2015 in the upper 42 bits, a sequence in the lower 22."""

from datetime import UTC, datetime, timedelta

from bot.clock import Clock

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
TIME_SHIFT = 22
SEQUENCE_END = 1 << 12


def snowflake_at(moment: datetime) -> int:
    """The smallest snowflake of that millisecond."""
    return (moment - EPOCH) // timedelta(milliseconds=1) << TIME_SHIFT


def moment_of(snowflake: int) -> datetime:
    """When a snowflake was made, to the millisecond."""
    return EPOCH + timedelta(milliseconds=snowflake >> TIME_SHIFT)


class SkewedClock:
    """The sandbox's own opinion of the time: the given clock plus a skew that a fault may set."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.skew = timedelta()

    def set_skew(self, seconds: float) -> None:
        """Let the sandbox's clock be wrong by so much."""
        self.skew = timedelta(seconds=seconds)

    def now(self) -> datetime:
        """The present as the sandbox tells it."""
        return self._clock.now() + self.skew

    def monotonic(self) -> float:
        """Seconds that a skew does not touch: windows and deadlines run on them."""
        return self._clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Return after ``seconds``."""
        await self._clock.sleep(seconds)


class Snowflakes:
    """A source of ids that never go back and never come twice, even when the clock does."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def take(self) -> int:
        """The next id."""
        wanted = snowflake_at(self._clock.now())
        if wanted <= self._last:
            wanted = self._last + 1
            if wanted & ((1 << TIME_SHIFT) - 1) >= SEQUENCE_END:
                wanted = ((self._last >> TIME_SHIFT) + 1) << TIME_SHIFT
        self._last = wanted
        return wanted
