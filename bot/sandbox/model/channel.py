"""Text channels, forums and threads, and how they look on the wire."""

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any


class ChannelType(IntEnum):
    """The channel types a sandbox has."""

    TEXT = 0
    CATEGORY = 4
    PUBLIC_THREAD = 11
    FORUM = 15


@dataclass(slots=True, eq=False)
class Overwrite:
    """What a channel allows or denies a role (type 0) or a member (type 1)."""

    id: int
    type: int
    allow: int
    deny: int

    def wire(self) -> dict[str, Any]:
        """Discord's overwrite object."""
        return {"id": str(self.id), "type": self.type, "allow": str(self.allow), "deny": str(self.deny)}


@dataclass(slots=True, eq=False)
class ForumTag:
    """A tag that posts of a forum may carry."""

    id: int
    name: str
    is_moderated: bool = False

    def wire(self) -> dict[str, Any]:
        """Discord's forum tag object."""
        return {
            "id": str(self.id),
            "name": self.name,
            "moderated": self.is_moderated,
            "emoji_id": None,
            "emoji_name": None,
        }


@dataclass(slots=True, eq=False)
class Channel:
    """A place of the guild, with the ids of its messages in order."""

    id: int
    type: ChannelType
    name: str
    guild_id: int
    position: int = 0
    topic: str | None = None
    parent_id: int | None = None
    slowmode: int = 0
    default_archive_minutes: int | None = None
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    tags: dict[int, ForumTag] = field(default_factory=dict)
    flags: int = 0
    last_message_id: int | None = None
    last_pin_at: datetime | None = None
    message_ids: list[int] = field(default_factory=list)
    pinned_at: dict[int, datetime] = field(default_factory=dict)

    def remember(self, message_id: int) -> None:
        """Note a new message, which is the newest but for a forum post's first."""
        insort(self.message_ids, message_id)
        self.last_message_id = message_id

    def forget(self, message_id: int) -> None:
        """Drop a deleted message."""
        at = bisect_left(self.message_ids, message_id)
        if at < len(self.message_ids) and self.message_ids[at] == message_id:
            del self.message_ids[at]
        self.pinned_at.pop(message_id, None)

    def before(self, message_id: int, limit: int) -> list[int]:
        """Up to ``limit`` ids just below ``message_id``, ascending."""
        end = bisect_left(self.message_ids, message_id)
        return self.message_ids[max(0, end - limit) : end]

    def after(self, message_id: int, limit: int) -> list[int]:
        """Up to ``limit`` ids just above ``message_id``, ascending."""
        start = bisect_right(self.message_ids, message_id)
        return self.message_ids[start : start + limit]

    def wire(self) -> dict[str, Any]:
        """Discord's channel object."""
        body: dict[str, Any] = {
            "id": str(self.id),
            "type": int(self.type),
            "guild_id": str(self.guild_id),
            "name": self.name,
            "position": self.position,
            "topic": self.topic,
            "parent_id": None if self.parent_id is None else str(self.parent_id),
            "nsfw": False,
            "rate_limit_per_user": self.slowmode,
            "permission_overwrites": [overwrite.wire() for overwrite in self.overwrites.values()],
            "last_message_id": None if self.last_message_id is None else str(self.last_message_id),
            "last_pin_timestamp": None if self.last_pin_at is None else self.last_pin_at.isoformat(),
            "flags": self.flags,
        }
        if self.default_archive_minutes is not None:
            body["default_auto_archive_duration"] = self.default_archive_minutes
        if self.type is ChannelType.FORUM:
            body |= {
                "available_tags": [tag.wire() for tag in self.tags.values()],
                "default_reaction_emoji": None,
                "default_sort_order": None,
                "default_forum_layout": 0,
                "default_thread_rate_limit_per_user": 0,
            }
        return body


@dataclass(slots=True, eq=False, kw_only=True)
class Thread(Channel):
    """A thread: its permissions are its parent's."""

    parent: Channel
    owner_id: int
    created_at: datetime
    archived_at: datetime
    archive_minutes: int
    active_at: datetime
    is_archived: bool = False
    is_locked: bool = False
    joined_at: dict[int, datetime] = field(default_factory=dict)
    message_count: int = 0
    sent_count: int = 0
    applied_tags: list[int] = field(default_factory=list)

    def member_wire(self, user_id: int) -> dict[str, Any]:
        """Discord's thread member object."""
        joined = self.joined_at[user_id].isoformat()
        return {"id": str(self.id), "user_id": str(user_id), "join_timestamp": joined, "flags": 0}

    def wire(self) -> dict[str, Any]:
        """Discord's thread object."""
        return {
            "id": str(self.id),
            "type": int(self.type),
            "guild_id": str(self.guild_id),
            "parent_id": str(self.parent.id),
            "owner_id": str(self.owner_id),
            "name": self.name,
            "last_message_id": None if self.last_message_id is None else str(self.last_message_id),
            "last_pin_timestamp": None if self.last_pin_at is None else self.last_pin_at.isoformat(),
            "rate_limit_per_user": self.slowmode,
            "message_count": self.message_count,
            "member_count": min(len(self.joined_at), 50),
            "total_message_sent": self.sent_count,
            "applied_tags": [str(tag_id) for tag_id in self.applied_tags],
            "flags": self.flags,
            "thread_metadata": {
                "archived": self.is_archived,
                "locked": self.is_locked,
                "auto_archive_duration": self.archive_minutes,
                "archive_timestamp": self.archived_at.isoformat(),
                "create_timestamp": self.created_at.isoformat(),
            },
        }
