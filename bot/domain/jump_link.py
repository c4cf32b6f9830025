"""Jump link: the address of a message or channel of Discord, as people copy it; several refs in one text."""

import re
from typing import Final

import msgspec

from bot.domain.errors import InvalidInputError
from bot.domain.snowflake import LARGEST

MAX_NAMED: Final = 25
"""How much one command may be about."""

_LINK: Final = re.compile(
    r"<?https://(?:(?:www|ptb|canary)\.)?discord(?:app)?\.com/channels/(\d{1,19}|@me)/(\d{1,19})(?:/(\d{1,19}))?/?>?",
    re.ASCII | re.IGNORECASE,
)
_PLACE: Final = re.compile(r"<#(\d{1,19})>", re.ASCII)
_BETWEEN: Final = re.compile(r"[\s,;]+")


class JumpLink(msgspec.Struct, frozen=True, gc=False):
    """Where it leads; without a message to a channel or a thread."""

    channel_id: int
    message_id: int | None = None


def parse_link(text: str) -> JumpLink | None:
    """Read a message's link, a channel's or ``<#channel>``; None when it is none."""
    typed = text.strip()
    place = _PLACE.fullmatch(typed)
    if place is not None:
        return _of(place[1], None)
    found = _LINK.fullmatch(typed)
    return None if found is None else _of(found[2], found[3])


def jump_url(guild_id: int | str | None, channel_id: int, message_id: int | None) -> str:
    """Where a click leads to a message; "" when it or its server is not there, ``@me`` is no server."""
    if guild_id is None or message_id is None:
        return ""
    return f"https://discord.com/channels/{guild_id}/{channel_id}/{message_id}"


def split(text: str) -> list[str]:
    """The single refs and links of ``A-2, A-3``, each once, in order.

    Raises:
        InvalidInputError: they are more than `MAX_NAMED`.
    """
    found = list(dict.fromkeys(part for part in _BETWEEN.split(text.strip()) if part))
    demand_few(len(found))
    return found


def demand_few(count: int) -> None:
    """Let pass what one command can be about.

    Raises:
        InvalidInputError: it is more.
    """
    if count > MAX_NAMED:
        raise InvalidInputError("refs", f"name at most {MAX_NAMED} at once, these are {count}")


def _of(channel: str, message: str | None) -> JumpLink | None:
    numbers = [int(each) for each in (channel, message) if each is not None]
    if max(numbers) > LARGEST:
        return None
    return JumpLink(*numbers)
