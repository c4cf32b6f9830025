"""Limits: what is known of Discord's rate limits, learned from its answers alone.

Discord tells the state of a call's bucket with every answer (limit, remaining, reset) and nothing of its
sub-limits: those are learned from their refusals, which come although the bucket promises calls. discord.py
keeps all of this to itself and sleeps instead; here it is data that a planner can look at.

Law: no number is assumed. A bucket that was never heard of is open; a refusal closes exactly what it names.

Pure: ``now`` is seconds on a monotonic clock.
"""

import math
from collections.abc import Iterator, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final

import msgspec

from bot.domain.outbox.plan import Bucket
from bot.domain.process_health import RateLimitPause

_TICK: Final = 0.001  # seconds
MARGIN: Final = 0.01  # seconds; Discord rounds what is left to milliseconds
UNTOLD: Final = 60.0  # seconds to keep quiet when a refusal does not say how long
_PAUSE: Final = 10.0  # seconds without a call after which a run of calls begins anew
_MEMORY: Final = 900.0  # seconds until a sub-limit is put to the test again
_TELLING: Final = 2  # calls in a row, below which a refusal may be anybody's doing


class RestCall(StrEnum):
    """What is asked of a channel. An edit of an old message has the same bucket and a limit of its own."""

    POST = "post"
    EDIT = "edit"
    OLD_EDIT = "old_edit"
    READ = "read"
    HISTORY = "history"
    WAKE = "wake"
    THREAD = "thread"
    LOOK = "look"
    DELETE = "delete"


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer says about limits; the first four are None when it says nothing."""

    bucket: str | None = None
    limit: int | None = None
    remaining: int | None = None
    reset_after: float | None = None
    is_refusal: bool = False
    retry_after: float | None = None
    is_global: bool = False
    is_shared: bool = False


class LimitWindow(msgspec.Struct, frozen=True, gc=False):
    """A bucket as it was last heard of; it is full again at ``resets_at``.

    ``seconds`` is the longest time until then that was ever heard, at best right after a window's first call.
    """

    limit: int
    remaining: int
    resets_at: float
    seconds: float


class SubLimit(msgspec.Struct, frozen=True, gc=False):
    """So many calls passed in so many seconds before one was refused against the bucket's promise."""

    calls: int
    seconds: float
    learned_at: float


class BucketState(msgspec.Struct, frozen=True, kw_only=True):
    """One call in one channel, for a planner or a person."""

    call: RestCall
    channel_id: int
    limit: int | None
    remaining: int | None
    opens_in: float
    sub_limit: SubLimit | None


class _Run(msgspec.Struct):
    """Calls that followed each other: since when, how many, until when."""

    opened: float
    passed: int = 0
    last: float = 0.0


class Limits:
    """One for each bot token; ``refused`` counts the answers that said no."""

    def __init__(self) -> None:
        self._bucket_of: dict[tuple[RestCall, int], str] = {}
        self._windows: dict[tuple[str, int], LimitWindow] = {}
        self._runs: dict[tuple[RestCall, int], _Run] = {}
        self._closed: dict[tuple[RestCall, int], float] = {}
        self._all_closed = -math.inf
        self._learned: dict[tuple[RestCall, int], SubLimit] = {}
        self.refused = 0

    def hear(self, call: RestCall, channel_id: int, heard: Heard, *, now: float) -> None:
        """Take in what an answer said."""
        window = self._update(call, channel_id, heard, now)
        if not heard.is_refusal:
            self._count(call, channel_id, now)
            return
        self.refused += 1
        wait = UNTOLD if heard.retry_after is None else heard.retry_after
        if heard.is_global:
            self._all_closed = max(self._all_closed, now + wait)
        elif window is not None and window.remaining <= 0 and not heard.is_shared:
            resets_at = max(window.resets_at, now + wait)
            self._windows[self._key(call, channel_id)] = msgspec.structs.replace(window, resets_at=resets_at)
        else:
            self._closed[call, channel_id] = now + wait
            if not heard.is_shared:
                self._learn(call, channel_id, wait, now)

    def opens_in(self, call: RestCall, channel_id: int, *, now: float) -> float:
        """Seconds until the call may be made, 0 when it may be made now."""
        opens_at = max(self._all_closed, self._closed.get((call, channel_id), -math.inf))
        window = self._windows.get(self._key(call, channel_id))
        if window is not None and window.remaining <= 0:
            opens_at = max(opens_at, window.resets_at)
        opens_at = max(opens_at, self._sub_limit_opens(call, channel_id, now))
        return opens_at - now + MARGIN if opens_at > now else 0.0

    def bucket(self, call: RestCall, channel_id: int, *, now: float) -> Bucket:
        """What a planner needs to know of the call's bucket."""
        window = self._windows.get(self._key(call, channel_id))
        opens_at = max(
            self._all_closed,
            self._closed.get((call, channel_id), -math.inf),
            self._sub_limit_opens(call, channel_id, now),
        )
        closed = _left(opens_at, now)
        if window is None:
            return Bucket(closed=closed)
        resets_in = _left(window.resets_at, now)
        return Bucket(window.limit, window.remaining, resets_in, window.seconds, closed)

    def standings(self, *, now: float) -> Iterator[BucketState]:
        """All that is known, a line for each call and channel that was ever used."""
        for call, channel_id in list(self._runs.keys() | self._closed.keys()):
            window = self._windows.get(self._key(call, channel_id))
            over = window is None or window.resets_at <= now
            yield BucketState(
                call=call,
                channel_id=channel_id,
                limit=None if window is None else window.limit,
                remaining=None if window is None else window.limit if over else window.remaining,
                opens_in=self.opens_in(call, channel_id, now=now),
                sub_limit=self._sub_limit(call, channel_id, now),
            )

    def pauses(self, *, now: float) -> list[RateLimitPause]:
        """What may not be called now, the longest wait first; when nothing may, that alone."""
        if self._all_closed > now:
            return [RateLimitPause("anything", None, timedelta(seconds=self._all_closed - now))]
        closed = [each for each in self.standings(now=now) if each.opens_in > 0]
        return [
            RateLimitPause(each.call.value, each.channel_id, timedelta(seconds=each.opens_in))
            for each in sorted(closed, key=lambda each: -each.opens_in)
        ]

    def _key(self, call: RestCall, channel_id: int) -> tuple[str, int]:
        return self._bucket_of.get((call, channel_id), call.value), channel_id

    def _update(self, call: RestCall, channel_id: int, heard: Heard, now: float) -> LimitWindow | None:
        if heard.bucket:
            self._bucket_of[call, channel_id] = heard.bucket
        if heard.limit is None or heard.remaining is None or heard.reset_after is None:
            return None
        known = self._windows.get(self._key(call, channel_id))
        longest = known.seconds if known is not None and known.limit == heard.limit else 0.0
        window = LimitWindow(
            heard.limit, heard.remaining, now + heard.reset_after, max(longest, heard.reset_after)
        )
        self._windows[self._key(call, channel_id)] = window
        return window

    def _run(self, call: RestCall, channel_id: int, now: float) -> _Run | None:
        """The run that a call made now would belong to."""
        run = self._runs.get((call, channel_id))
        if run is None:
            return None
        learned = self._sub_limit(call, channel_id, now)
        over = now >= run.opened + learned.seconds if learned is not None else now - run.last > _PAUSE
        return None if over else run

    def _count(self, call: RestCall, channel_id: int, now: float) -> None:
        """A call passed: it belongs to the run, or opens the next one."""
        run = self._run(call, channel_id, now)
        if run is None:
            run = self._runs[call, channel_id] = _Run(opened=now)
        run.passed += 1
        run.last = now

    def _learn(self, call: RestCall, channel_id: int, wait: float, now: float) -> None:
        """The run's length at its refusal is the limit; the window ends when the refusal does.

        A refusal out of the blue teaches nothing.
        """
        run = self._run(call, channel_id, now)
        if run is not None and run.passed >= _TELLING:
            self._learned[call, channel_id] = SubLimit(run.passed, now + wait - run.opened, now)

    def _sub_limit(self, call: RestCall, channel_id: int, now: float) -> SubLimit | None:
        learned = self._learned.get((call, channel_id))
        return learned if learned is not None and now - learned.learned_at < _MEMORY else None

    def _sub_limit_opens(self, call: RestCall, channel_id: int, now: float) -> float:
        learned, run = self._sub_limit(call, channel_id, now), self._run(call, channel_id, now)
        if learned is None or run is None or run.passed < learned.calls:
            return -math.inf
        return run.opened + learned.seconds


def _left(at: float, now: float) -> float:
    """Seconds until it is certain that ``at`` has passed; less than a tick of Discord's clock is nothing."""
    left = at + MARGIN - now
    return left if left > _TICK else 0.0


def read_headers(headers: Mapping[str, str]) -> Heard:
    """What the headers of any answer say; nonsense reads as absent."""
    scope = headers.get("X-RateLimit-Scope", "")
    return Heard(
        bucket=headers.get("X-RateLimit-Bucket"),
        limit=_whole(headers.get("X-RateLimit-Limit")),
        remaining=_whole(headers.get("X-RateLimit-Remaining")),
        reset_after=_seconds(headers.get("X-RateLimit-Reset-After")),
        retry_after=_seconds(headers.get("Retry-After")),
        is_global=scope == "global" or "X-RateLimit-Global" in headers,
        is_shared=scope == "shared",
    )


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None


def _seconds(text: str | None) -> float | None:
    try:
        value = float(text) if text is not None else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None
