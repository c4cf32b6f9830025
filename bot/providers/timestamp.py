"""Timestamp: the ways in which monitoring programs write a time, as aware UTC.

Numbers count from 1970 in seconds, milliseconds, microseconds or nanoseconds, told apart by their size. A
time without a zone is UTC, unless the sender says otherwise beside it.
"""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from bot.providers.moment import read_moment, read_unix_time

_NUMBER: Final = re.compile(r"-?\d{1,20}(?:\.\d{1,9})?", re.ASCII)
_ZONE: Final = re.compile(r"\s+(?:UTC|GMT|Z)$", re.IGNORECASE)
_OFFSET: Final = re.compile(r"\s+([+-]\d{2}):?(\d{2})$", re.ASCII)
_DOTTED: Final = re.compile(r"(\d{4})\.(\d{2})\.(\d{2})\b", re.ASCII)
_FORMATS: Final = ("%a %b %d %H:%M:%S %Y", "%d-%m-%Y %H:%M:%S", "%H:%M:%S %Y-%m-%d", "%m-%d-%Y %H:%M:%S")
_SCALES: Final = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
_LONGEST: Final = 64


def read_time(value: object) -> datetime | None:
    """The moment that ``value`` names; None for what names none, and for years that mean "not yet"."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _from_number(value)
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    said = value.strip()
    if _NUMBER.fullmatch(said):
        return _from_number(float(said))
    moment = read_moment(said) or _from_words(said)
    return moment if moment is not None and moment.year > 1 else None


def at_offset(moment: datetime | None, minutes: int) -> datetime | None:
    """``moment`` was read without a zone, and meant so many minutes east of Greenwich."""
    try:
        return None if moment is None else moment - timedelta(minutes=minutes)
    except OverflowError:
        return None


def _from_number(number: float) -> datetime | None:
    if number <= 0:
        return None
    for least, scale in _SCALES:
        if number >= least:
            number /= scale
            break
    return read_unix_time(number)


def _from_words(said: str) -> datetime | None:
    said = _OFFSET.sub(r"\1:\2", _DOTTED.sub(r"\1-\2-\3", _ZONE.sub("", said)))
    moment = read_moment(said)
    if moment is not None:
        return moment
    plain = re.sub(r"\s+(?:[A-Z]{3,4})\s+(?=\d{4}$)", " ", said)
    for form in _FORMATS:
        try:
            return datetime.strptime(plain, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    try:
        found = parsedate_to_datetime(said)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
