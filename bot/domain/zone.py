"""Zone: wall times of people, and the instants they mean.

Where the clocks go forward a wall time that does not exist means what it would have been without the change:
2:30 becomes 3:30. Where they go back a wall time exists twice: of what is to come the first that is still to
come is meant, of what is past the last that is past, and with a date of its own the first.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from bot.domain.errors import InvalidInputError

DEFAULT: Final = "UTC"
LONGEST: Final = 64
_DAY: Final = timedelta(days=1)


def read_zone(text: str) -> ZoneInfo:
    """``Europe/Berlin``, whatever the case; ``UTC``.

    Raises:
        InvalidInputError: there is no such zone.
    """
    typed = text.strip()
    name = _names().get(typed.lower().replace(" ", "_"))
    if name is None:
        raise InvalidInputError("zone", f"{typed[:LONGEST]!r} is no time zone; they look like Europe/Berlin")
    return _zone(name)


def known_zone(name: str) -> ZoneInfo:
    """The zone that was kept under this name; UTC when this machine does not know it any more."""
    try:
        return _zone(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return _zone(DEFAULT)


def suggest_zones(text: str, limit: int) -> list[str]:
    """Zones that have the text in their name: those whose last part begins so first."""
    wanted = text.strip().lower().replace(" ", "_")
    found = [name for key, name in _names().items() if wanted in key]
    return sorted(found, key=lambda name: (not _begins(name, wanted), name))[:limit]


def instants(wall: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """When it is or was ``wall`` (naive) there: once, or twice, earliest first; aware UTC.

    Raises:
        OverflowError: that is beyond the calendar.
    """
    found = {wall.replace(tzinfo=zone, fold=0).astimezone(UTC)}
    later = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if later > min(found):  # in a gap it is earlier, and means nothing
        found.add(later)
    return tuple(sorted(found))


def next_at(clock: time, now: datetime, zone: ZoneInfo) -> datetime:
    """The next time after ``now`` that it is so late there."""
    today = now.astimezone(zone).date()
    days = (today + number * _DAY for number in (-1, 0, 1, 2))
    return min(each for day in days for each in on(day, clock, zone) if each > now)


def last_at(clock: time, now: datetime, zone: ZoneInfo) -> datetime:
    """The last time up to ``now`` that it was so late there."""
    today = now.astimezone(zone).date()
    days = (today + number * _DAY for number in (-2, -1, 0, 1))
    return max(each for day in days for each in on(day, clock, zone) if each <= now)


def on(day: date, clock: time, zone: ZoneInfo) -> tuple[datetime, ...]:
    """When it is so late on that day there."""
    return instants(datetime.combine(day, clock), zone)


def words(at: datetime, zone: ZoneInfo) -> str:
    """``2026-03-31 14:05 (Europe/Berlin)``, or ``2026-03-31 14:05 UTC``."""
    said = f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
    return f"{said} UTC" if zone.key == DEFAULT else f"{said} ({zone.key})"


@cache
def _names() -> dict[str, str]:
    return {name.lower(): name for name in sorted(available_timezones())}


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _begins(name: str, wanted: str) -> bool:
    return name.lower().startswith(wanted) or name.lower().rpartition("/")[2].startswith(wanted)
