"""Moment: times as people type them. What names no zone is UTC, which every answer shows."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from bot.domain.errors import InvalidInputError

PAST_HINT: Final = "14:05, 2026-03-31 14:05 (UTC), 20 min ago, or none"
DUE_HINT: Final = "2026-03-31, 3 days, 12 h, or none"
_NONE: Final = {"none", "-", "unknown"}
_DISCORD: Final = re.compile(r"<t:(\d{1,11})(?::[tTdDfFsSR])?>", re.ASCII)
_CLOCK: Final = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?", re.ASCII)
_SPAN: Final = re.compile(
    r"(?:in )?(\d{1,5}) ?(min|minutes?|m|h|hours?|d|days?|w|weeks?)( ago)?", re.ASCII | re.IGNORECASE
)
_UNITS: Final = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_END_OF_DAY: Final = time(hour=17)
_MORNING: Final = 9


def read_past(text: str, now: datetime) -> datetime | None:
    """``14:05`` (the last one), ``2026-03-31 14:05``, ``20 min ago``, ``now``, Discord's ``<t:…>``; or none.

    Raises:
        InvalidInputError: it is none of these.
    """
    typed = " ".join(text.split())
    if typed.lower() in _NONE:
        return None
    if typed.lower() == "now":
        return now
    span = _SPAN.fullmatch(typed)
    if span is not None:
        return now - _length(span)
    if _CLOCK.fullmatch(typed):
        return _last(typed, now)
    found = _exact(typed)
    if found is None:
        raise InvalidInputError("at", f"{typed[:40]!r} is no time; write {PAST_HINT}")
    return found


def read_due(text: str, now: datetime) -> datetime | None:
    """``2026-03-31`` (at its end of business), ``2026-03-31 14:05``, ``3 days``, ``in 12 h``; or none.

    Raises:
        InvalidInputError: it is none of these, or is over.
    """
    typed = " ".join(text.split())
    if typed.lower() in _NONE:
        return None
    span = _SPAN.fullmatch(typed)
    found = now + _length(span) if span is not None and not span[3] else _exact(typed)
    if found is None:
        raise InvalidInputError("due", f"{typed[:40]!r} is no date; write {DUE_HINT}")
    if found <= now:
        raise InvalidInputError("due", "is over already")
    return found


def read_span(text: str, field: str = "for") -> timedelta:
    """``2h``, ``30 min``, ``1 day``.

    Raises:
        InvalidInputError: it is none of these.
    """
    typed = " ".join(text.split())
    span = _SPAN.fullmatch(typed)
    if span is None or span[3]:
        raise InvalidInputError(field, f"{typed[:40]!r} is no time; write 30 min, 2h or 1 day")
    return _length(span)


def snooze_end(choice: str, now: datetime) -> datetime | None:
    """When a snooze of ``30m`` or ``2h``, or until the ``morning``, ends; None until it gets ``worse``."""
    if choice == "worse":
        return None
    if choice != "morning":
        return now + read_span(choice)
    morning = now.astimezone(UTC).replace(hour=_MORNING, minute=0, second=0, microsecond=0)
    return morning if morning > now else morning + timedelta(days=1)


def _length(span: re.Match[str]) -> timedelta:
    return int(span[1]) * _UNITS[span[2][0].lower()]


def _last(clock: str, now: datetime) -> datetime:
    """The last time it was so late in the day."""
    try:
        of_day = time.fromisoformat(clock if clock[1].isdigit() else f"0{clock}")
    except ValueError as error:
        raise InvalidInputError("at", f"{clock!r} is no time of day") from error
    today = datetime.combine(now.astimezone(UTC), of_day, UTC)
    return today if today <= now else today - timedelta(days=1)


def _exact(typed: str) -> datetime | None:
    stamp = _DISCORD.fullmatch(typed)
    try:
        if stamp is not None:
            return datetime.fromtimestamp(int(stamp[1]), UTC)
        if len(typed) == len("2026-03-31"):
            return datetime.combine(date.fromisoformat(typed), _END_OF_DAY, UTC)
        found = datetime.fromisoformat(typed)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
