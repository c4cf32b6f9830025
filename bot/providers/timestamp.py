"""Timestamp: the times senders write, as aware UTC."""

import re
from datetime import UTC, datetime
from typing import Final

_EARLIEST: Final = 100_000_000
"""A number below it (March 1973 in seconds) is no time anybody means."""
_UNITS: Final = ((10**17, 10**9), (10**14, 10**6), (10**11, 10**3))
"""A number from the first on (in seconds it would be beyond the year 5138) counts so many to the second."""
_LONGEST: Final = 64
_EPOCH: Final = re.compile(r"\d{9,20}(?:\.\d{1,9})?", re.ASCII)
_LEAP: Final = re.compile(r"(?<=[T ])(\d\d:\d\d):60(?!\d)", re.ASCII)


def read_moment(value: object) -> datetime | None:
    """RFC 3339 with any fraction and offset (none means UTC), in either case; or Unix time, as text too.

    None for anything else and for the zero time of Go, year 1, which Alertmanager writes for "not yet". A
    leap second is taken for the one before it.
    """
    if isinstance(value, str) and len(value) <= _LONGEST:
        return _read_text(value.strip())
    if isinstance(value, int | float) and not isinstance(value, bool):
        return read_unix_time(value)
    return None


def is_unusable(value: object) -> bool:
    """Whether something was said that is no time: neither nothing at all nor the zero time of Go."""
    if value is None or value == "":
        return False
    text = value if isinstance(value, str) else str(value)
    return not text.startswith("0001-") and read_moment(value) is None


def read_unix_time(number: float) -> datetime | None:
    """Seconds, milli-, micro- or nanoseconds since 1970; None when no calendar has such a day."""
    if number < _EARLIEST:
        return None
    per_second = next((unit for first, unit in _UNITS if number >= first), 1)
    try:
        return datetime.fromtimestamp(number / per_second, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _read_text(text: str) -> datetime | None:
    if text[4:5] != "-" and _EPOCH.fullmatch(text):
        return read_unix_time(float(text) if "." in text else int(text))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        mended = _LEAP.sub(r"\1:59", text.upper())
        if mended == text:
            return None
        try:
            moment = datetime.fromisoformat(mended)
        except ValueError:
            return None
    return _to_utc(moment)


def _to_utc(moment: datetime) -> datetime | None:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    elif moment.tzinfo is not UTC:
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:  # an offset that leads out of the calendar
            return None
    return moment if moment.year > 1 else None
