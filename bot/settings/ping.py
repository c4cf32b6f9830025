"""The table of whom alerts ring, and when again."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Annotated, Final

from bot.domain.alert.ring import Repeats
from bot.domain.alert.signal import Severity
from bot.settings.section import Period, Section
from bot.settings.value import Duration, Words, read_duration

MOST: Final = 10  # calls at spans of their own
_SHORTEST: Final = timedelta(minutes=1)
_FAR: Final = 10**13  # seconds; a timedelta holds no more


def _read_spans(value: object) -> tuple[timedelta, ...]:
    """A list of durations; as one text they stand behind each other with commas."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        raise ValueError('must be a list of durations such as ["5m", "15m"]')  # noqa: TRY004
    spans = tuple(_read_span(part) for part in parts if not isinstance(part, str) or part.strip())
    if len(spans) > MOST:
        raise ValueError(f"must be {MOST} spans at most")
    if any(one >= two for one, two in pairwise(spans)) or any(span < _SHORTEST for span in spans):
        raise ValueError('must be spans of "1m" at least, each longer than the one before')
    return spans


def _read_span(part: object) -> timedelta:
    """A duration; a number counts seconds."""
    if isinstance(part, int | float) and abs(part) < _FAR:
        return timedelta(seconds=part)
    return read_duration(part.strip() if isinstance(part, str) else part)


Spans = Annotated[tuple[timedelta, ...], _read_spans]


class PingSettings(Section, frozen=True, kw_only=True):
    """Whom alerts of a severity ring (roles by name or id, ``here``, ``everyone``), and when again.

    While nobody has an alert it rings again at the spans of ``again_...`` since it became loud, then every
    ``every_...`` (``0s``: no more). An acknowledgement without a time of its own ends after ``ack_...``
    (``0s``: never).
    """

    critical: Words = ()
    warning: Words = ()
    info: Words = ()
    again_critical: Spans = (timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=30))
    every_critical: Period = timedelta(hours=1)
    again_warning: Spans = ()
    every_warning: Period = timedelta(0)
    again_info: Spans = ()
    every_info: Period = timedelta(0)
    ack_critical: Period = timedelta(hours=4)
    ack_warning: Period = timedelta(0)
    ack_info: Period = timedelta(0)

    @property
    def repeats(self) -> Mapping[Severity, Repeats]:
        """When somebody is called again."""
        return {
            Severity.CRITICAL: Repeats(self.again_critical, self.every_critical or None),
            Severity.WARNING: Repeats(self.again_warning, self.every_warning or None),
            Severity.INFO: Repeats(self.again_info, self.every_info or None),
        }

    @property
    def ack_spans(self) -> Mapping[Severity, timedelta]:
        """How long an acknowledgement lasts by itself; without those that last for ever."""
        spans: Mapping[Severity, Duration] = {
            Severity.CRITICAL: self.ack_critical,
            Severity.WARNING: self.ack_warning,
            Severity.INFO: self.ack_info,
        }
        return {severity: span for severity, span in spans.items() if span}
