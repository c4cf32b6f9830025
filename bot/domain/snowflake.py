"""Snowflake: the numbers by which Discord, and this database, call what they keep."""

from typing import Final

LARGEST: Final = 2**63 - 1
"""What a database keeps; Discord's numbers have at most as many digits."""

_DIGITS: Final = len(str(LARGEST))


def is_snowflake(text: str) -> bool:
    """Whether it can be the number of something in Discord or of a row: ASCII digits that fit a column."""
    return text.isascii() and text.isdigit() and len(text) <= _DIGITS and int(text) <= LARGEST
