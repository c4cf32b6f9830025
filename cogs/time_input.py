"""Time input: times as people type them. What names no zone is in theirs, which every answer shows."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.domain.errors import InvalidInputError
from bot.domain.zone import DEFAULT, instants, last_at, next_at, on

PAST_HINT: Final = "14:05, yesterday 14:05, 2026-03-31 14:05 (your time), 20 min ago, or none"
DUE_HINT: Final = "tomorrow 9:00, 18:00, 2026-03-31, in 3 days, or none"
UTC_ZONE: Final = ZoneInfo(DEFAULT)
_NONE: Final = {"none", "-", "unknown"}
_DISCORD: Final = re.compile(r"<t:(\d{1,11})(?::[tTdDfFsSR])?>", re.ASCII)
_CLOCK: Final = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?", re.ASCII)
_DAY: Final = re.compile(
    r"(yesterday|today|tomorrow)(?: (?:at )?(\d{1,2}:\d{2}(?::\d{2})?))?", re.ASCII | re.IGNORECASE
)
_SPAN: Final = re.compile(
    r"(?:in )?(\d{1,5}) ?(min|minutes?|m|h|hours?|d|days?|w|weeks?)( ago)?", re.ASCII | re.IGNORECASE
)
_UNITS: Final = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_DAYS: Final = {"yesterday": -1, "today": 0, "tomorrow": 1}
_END_OF_DAY: Final = time(hour=17)
_MORNING: Final = time(hour=9)


def read_past(text: str, now: datetime, zone: ZoneInfo = UTC_ZONE) -> datetime | None:
    """``14:05`` (the last one), ``yesterday 14:05``, ``20 min ago``, ``now``, Discord's ``<t:…>``; or none.

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
        return last_at(_clock(typed, "at"), now, zone)
    found = _exact(typed, now, zone)
    if not found:
        raise InvalidInputError("at", f"{typed[:40]!r} is no time; write {PAST_HINT}")
    return found[0]


def read_due(text: str, now: datetime, zone: ZoneInfo = UTC_ZONE, *, field: str = "due") -> datetime | None:
    """``18:00`` (the next one), ``tomorrow 9:00``, ``2026-03-31`` (at 17:00), ``in 12 h``; or none.

    Raises:
        InvalidInputError: it is none of these, or is over.
    """
    typed = " ".join(text.split())
    if typed.lower() in _NONE:
        return None
    if _CLOCK.fullmatch(typed):
        return next_at(_clock(typed, field), now, zone)
    span = _SPAN.fullmatch(typed)
    found = (now + _length(span),) if span is not None and not span[3] else _exact(typed, now, zone)
    if not found:
        raise InvalidInputError(field, f"{typed[:40]!r} is no date; write {DUE_HINT}")
    ahead = [each for each in found if each > now]
    if not ahead:
        raise InvalidInputError(field, "is over already")
    return ahead[0]


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


def snooze_end(choice: str, now: datetime, zone: ZoneInfo = UTC_ZONE) -> datetime | None:
    """When a snooze until the ``morning``, for ``30m`` or until a time ends; None until it gets ``worse``.

    Raises:
        InvalidInputError: it is no time, or is over.
    """
    if choice == "worse":
        return None
    if choice == "morning":
        return next_at(_MORNING, now, zone)
    found = read_due(choice, now, zone, field="for")
    if found is None:
        raise InvalidInputError("for", "a snooze has an end")
    return found


def _length(span: re.Match[str]) -> timedelta:
    return int(span[1]) * _UNITS[span[2][0].lower()]


def _clock(typed: str, field: str) -> time:
    try:
        return time.fromisoformat(typed if typed[1].isdigit() else f"0{typed}")
    except ValueError as error:
        raise InvalidInputError(field, f"{typed!r} is no time of day") from error


def _exact(typed: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The instants that a date means, earliest first; none when it is no date."""
    stamp, named = _DISCORD.fullmatch(typed), _DAY.fullmatch(typed)
    try:
        if stamp is not None:
            return (datetime.fromtimestamp(int(stamp[1]), UTC),)
        if named is not None:
            day = now.astimezone(zone).date() + timedelta(days=_DAYS[named[1].lower()])
            return on(day, _clock(named[2], "time") if named[2] else _END_OF_DAY, zone)
        if len(typed) == len("2026-03-31"):
            return on(date.fromisoformat(typed), _END_OF_DAY, zone)
        found = datetime.fromisoformat(typed)
        return (found.astimezone(UTC),) if found.tzinfo else instants(found, zone)
    except (ValueError, OverflowError):
        return ()
