"""Written time: what `timestamp` does not read: the ways in which programs write a time for people.

A time without a zone is UTC, unless the sender says otherwise beside it.
"""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from bot.providers.timestamp import read_moment

_ZONE: Final = re.compile(r"\s+(?:UTC|GMT|Z)$", re.IGNORECASE)
_OFFSET: Final = re.compile(r"\s+([+-]\d{2}):?(\d{2})$", re.ASCII)
_DOTTED: Final = re.compile(r"(\d{4})\.(\d{2})\.(\d{2})\b", re.ASCII)
_NAMED_ZONE: Final = re.compile(r"\s+[A-Z]{3,4}\s+(?=\d{4}$)", re.ASCII)
_FORMATS: Final = ("%a %b %d %H:%M:%S %Y", "%d-%m-%Y %H:%M:%S", "%H:%M:%S %Y-%m-%d", "%m-%d-%Y %H:%M:%S")
_LONGEST: Final = 64


def read_time(value: object) -> datetime | None:
    """The moment that ``value`` names; None for what names none, and for years that mean "not yet"."""
    moment = read_moment(value)
    if moment is not None or not isinstance(value, str) or not 0 < len(value) <= _LONGEST:
        return moment
    moment = _from_words(value.strip())
    return moment if moment is not None and moment.year > 1 else None


def _from_words(said: str) -> datetime | None:
    plain = _OFFSET.sub(r"\1:\2", _DOTTED.sub(r"\1-\2-\3", _ZONE.sub("", said)))
    moment = read_moment(plain)
    if moment is not None:
        return moment
    plain = _NAMED_ZONE.sub(" ", plain)
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
