"""Snowflake: the numbers by which Discord, and this database, call what they keep."""

from datetime import UTC, datetime, timedelta
from typing import Final

LARGEST: Final = 2**63 - 1
"""What a database keeps; Discord's numbers have at most as many digits."""

_EPOCH: Final = datetime(2015, 1, 1, tzinfo=UTC)
_DIGITS: Final = len(str(LARGEST))


def is_snowflake(text: str) -> bool:
    """Whether it can be the number of something in Discord or of a row: ASCII digits that fit a column."""
    return text.isascii() and text.isdigit() and len(text) <= _DIGITS and int(text) <= LARGEST


def snowflake_at(moment: datetime) -> int:
    """The smallest number that Discord gives away at that moment, to the millisecond."""
    return max((moment - _EPOCH) // timedelta(milliseconds=1), 0) << 22
