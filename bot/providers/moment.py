"""Moment: the times senders write, as aware UTC."""

from datetime import UTC, datetime

_FIRST_MILLISECONDS = 100_000_000_000
"""A Unix time beyond this (year 5138 in seconds) is meant in milliseconds."""


def read_moment(text: object) -> datetime | None:
    """RFC 3339 with any fraction and offset (none means UTC).

    None for anything else and for the zero time of Go, year 1, which Alertmanager writes for "not yet".
    """
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return _to_utc(moment)


def read_unix_time(number: float) -> datetime | None:
    """Seconds or milliseconds since 1970; None when no calendar has such a day."""
    try:
        return datetime.fromtimestamp(number / 1000 if number >= _FIRST_MILLISECONDS else number, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _to_utc(moment: datetime) -> datetime | None:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    elif moment.tzinfo is not UTC:
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:  # an offset that leads out of the calendar
            return None
    return moment if moment.year > 1 else None
