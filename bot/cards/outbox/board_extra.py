"""Board extra: what the custom_ids of a board's buttons say besides: which of its alerts are meant.

``what.newest.at``: one cause, by the number of one of its alerts, or all of it, and what the board listed
when its button was drawn, for nobody acts on what they could not see. Buttons of older versions lack the
latter.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from bot.domain.errors import InvalidInputError
from bot.domain.outbox.board import Seen
from bot.domain.snowflake import is_snowflake

SURE: Final = "sure"
_ALL: Final = "all"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_PARTS: Final = 3


class BoardExtra(msgspec.Struct, frozen=True, kw_only=True):
    """``member_id`` is one alert of the cause that is meant, None for all causes; ``sure`` was asked."""

    member_id: int | None = None
    sure: bool = False
    seen: Seen | None = None


def write(seen: Seen, *, member_id: int | None = None, sure: bool = False) -> str:
    """As a custom_id has it."""
    what = str(member_id) if member_id is not None else SURE if sure else _ALL
    return f"{what}.{seen.newest_id}.{(seen.at - _EPOCH) // _MICROSECOND}"


def read(text: str) -> BoardExtra:
    """What `write` wrote, or an older version.

    Raises:
        InvalidInputError: neither did.
    """
    what, *rest = text.split(".", _PARTS - 1)
    seen = _seen(rest) if rest else None
    if what in {"", _ALL, SURE}:
        return BoardExtra(sure=what == SURE, seen=seen)
    if not is_snowflake(what):
        raise InvalidInputError("custom_id", "names no alert")
    return BoardExtra(member_id=int(what), sure=True, seen=seen)


def _seen(parts: list[str]) -> Seen:
    if len(parts) != _PARTS - 1 or not all(map(is_snowflake, parts)):
        raise InvalidInputError("custom_id", "does not say what was seen")
    newest_id, at = map(int, parts)
    try:
        return Seen(newest_id, _EPOCH + at * _MICROSECOND)
    except OverflowError:
        raise InvalidInputError("custom_id", "does not say what was seen") from None
