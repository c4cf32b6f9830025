"""Duration: when an incident hurt, was seen, taken on and ended; and how long each of that took.

Law: impact started <= detected <= mitigated <= resolved, as far as they are known, and none of them lies in
the future. Times that people set are held to it; what the desk noted by itself keeps it anyway.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

import msgspec
from msgspec.structs import replace

from bot.domain.errors import InvalidInputError


class Moment(StrEnum):
    """The times that people may set, in the order in which they happen."""

    IMPACT_STARTED = "impact_started_at"
    DETECTED = "detected_at"
    MITIGATED = "mitigated_at"
    RESOLVED = "resolved_at"

    @property
    def words(self) -> str:
        """``impact started``."""
        return self.value.removesuffix("_at").replace("_", " ")


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """Aware UTC, None when it has not happened or nobody knows. ``acked_at`` is the first act of a person."""

    detected_at: datetime
    impact_started_at: datetime | None = None
    acked_at: datetime | None = None
    mitigated_at: datetime | None = None
    resolved_at: datetime | None = None

    @property
    def began_at(self) -> datetime:
        """When it began to hurt, as far as is known."""
        return self.impact_started_at or self.detected_at


class Durations(msgspec.Struct, frozen=True, kw_only=True):
    """How long it took, None where that has not happened.

    To acknowledge counts from its detection; to mitigate and to resolve, from its beginning.
    """

    acknowledge: timedelta | None
    mitigate: timedelta | None
    resolve: timedelta | None


_NEEDED: Final = {Moment.DETECTED, Moment.RESOLVED}


def durations(times: Times) -> Durations:
    """TTA, TTM and TTR."""
    return Durations(
        acknowledge=_between(times.detected_at, times.acked_at),
        mitigate=_between(times.began_at, times.mitigated_at),
        resolve=_between(times.began_at, times.resolved_at),
    )


def correct(times: Times, moment: Moment, at: datetime | None, now: datetime) -> Times:
    """The times with one of them set, or taken back by None.

    Raises:
        InvalidInputError: the law would not hold; names the field and its neighbour.
    """
    if at is None:
        if moment in _NEEDED:
            raise InvalidInputError(moment.value, "has to be known; set another time instead")
        return _with(times, moment, None)
    if at > now:
        raise InvalidInputError(moment.value, "lies in the future")
    changed = _with(times, moment, at)
    known = [(each, value) for each in Moment if (value := _value(changed, each)) is not None]
    for (one, earlier), (other, later) in pairwise(known):
        if earlier > later:
            neighbour = other if one is moment else one
            order = "after" if one is moment else "before"
            raise InvalidInputError(moment.value, f"would be {order} {neighbour.words}")
    return changed


def _with(times: Times, moment: Moment, at: datetime | None) -> Times:
    return replace(times, **{moment.value: at})


def _value(times: Times, moment: Moment) -> datetime | None:
    value: datetime | None = getattr(times, moment.value)
    return value


def _between(start: datetime, end: datetime | None) -> timedelta | None:
    return None if end is None else max(end - start, timedelta(0))
