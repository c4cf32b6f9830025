"""Message: what is read of a message in Discord, and whose card it is."""

from datetime import datetime, timedelta
from typing import Any, Final

import discord
import msgspec

from bot.cards.style import SEPARATOR

OLD: Final = timedelta(hours=1)  # after which edits have a limit of their own (error code 30046)


class Author(msgspec.Struct, frozen=True):
    """Who wrote it."""

    id: int


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Discord's message object, as far as it matters here; ids are strings on the wire."""

    id: int
    author: Author
    content: str = ""
    embeds: list[dict[str, Any]] = msgspec.field(default_factory=list)
    mention_roles: list[str] = msgspec.field(default_factory=list)
    mention_everyone: bool = False
    edited_timestamp: datetime | None = None

    @property
    def woke(self) -> bool:
        """Whether it mentions anybody but single users."""
        return bool(self.mention_roles) or self.mention_everyone

    def bears(self, mark: str) -> bool:
        """Whether it is the card with this mark, in its embed or else at the end of its words."""
        footer = (self.embeds[0].get("footer") or {}).get("text") or "" if self.embeds else ""
        return f"{footer}{SEPARATOR}".startswith(f"{mark}{SEPARATOR}") or self.content.endswith(
            (f"\n{plain_mark(mark)}", f"{SEPARATOR}{mark}")
        )


class Tag(msgspec.Struct, frozen=True):
    """A word that posts of a forum are sorted by."""

    id: int
    name: str


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """Discord's channel object, of threads and forums too, as far as it matters here."""

    id: int
    owner_id: int | None = None
    parent_id: int | None = None
    available_tags: list[Tag] = msgspec.field(default_factory=list)
    applied_tags: list[int] = msgspec.field(default_factory=list)


class ChannelCache(msgspec.Struct, frozen=True):
    """A list of threads, as Discord wraps it."""

    threads: list[Channel]


def plain_mark(mark: str) -> str:
    """The last line of a card in plain text."""
    return f"-# {mark}"


def snowflake_at(moment: datetime) -> int:
    """The smallest id of that moment, by Discord's clock."""
    return discord.utils.time_snowflake(moment)


def is_old(message_id: int, *, now: datetime) -> bool:
    """Whether edits of the message have a limit of their own."""
    return now - discord.utils.snowflake_time(message_id) > OLD
