"""A message and all that hangs on it, and how it looks on the wire."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, IntFlag
from typing import Any

from bot.sandbox.model.channel import Channel, Thread
from bot.sandbox.model.guild import User

Json = dict[str, Any]


class MessageType(IntEnum):
    """The message types a sandbox makes."""

    DEFAULT = 0
    PIN = 6
    THREAD_CREATED = 18
    REPLY = 19
    CHAT_INPUT_COMMAND = 20
    THREAD_STARTER = 21
    CONTEXT_MENU_COMMAND = 23


SYSTEM_TYPES = frozenset({MessageType.PIN, MessageType.THREAD_CREATED, MessageType.THREAD_STARTER})


class MessageFlag(IntFlag):
    """The message flags a sandbox knows."""

    SUPPRESS_EMBEDS = 1 << 2
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    IS_VOICE = 1 << 13
    COMPONENTS_V2 = 1 << 15


@dataclass(slots=True)
class Attachment:
    """A file that was sent with a message."""

    id: int
    filename: str
    size: int
    url: str
    content_type: str
    description: str | None = None

    def wire(self) -> Json:
        """Discord's attachment object."""
        body: Json = {
            "id": str(self.id),
            "filename": self.filename,
            "size": self.size,
            "url": self.url,
            "proxy_url": self.url,
            "content_type": self.content_type,
        }
        return body if self.description is None else body | {"description": self.description}


@dataclass(slots=True)
class Pings:
    """Whose device really rings, which is less than who is mentioned."""

    users: list[int] = field(default_factory=list)
    roles: list[int] = field(default_factory=list)
    everyone: bool = False
    silent: bool = False

    def wire(self) -> Json:
        """Ids as strings, for the page and for tests."""
        return {
            "users": [str(user_id) for user_id in self.users],
            "roles": [str(role_id) for role_id in self.roles],
            "everyone": self.everyone,
            "silent": self.silent,
        }


@dataclass(slots=True)
class Origin:
    """The interaction a message answers."""

    id: int
    type: int
    user: User
    name: str | None = None
    target_message_id: int | None = None

    def wire(self) -> Json:
        """The fields ``interaction_metadata`` and, for commands, ``interaction``."""
        metadata: Json = {
            "id": str(self.id),
            "type": self.type,
            "user": self.user.wire(),
            "authorizing_integration_owners": {},
        }
        if self.target_message_id is not None:
            metadata["interacted_message_id"] = str(self.target_message_id)
        body: Json = {"interaction_metadata": metadata}
        if self.name is not None:
            metadata["name"] = self.name
            body["interaction"] = {
                "id": str(self.id),
                "type": self.type,
                "name": self.name,
                "user": self.user.wire(),
            }
        return body


def emoji_wire(emoji: str) -> Json:
    """``name:id`` as a custom emoji, anything else as Unicode."""
    name, _, emoji_id = emoji.rpartition(":")
    return {"id": emoji_id, "name": name} if name else {"id": None, "name": emoji}


@dataclass(slots=True, eq=False)
class Message:
    """A message; ``reactions`` maps an emoji to the users who set it, in order."""

    id: int
    channel: Channel
    author: User
    created_at: datetime
    type: MessageType = MessageType.DEFAULT
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    tts: bool = False
    edited_at: datetime | None = None
    is_pinned: bool = False
    mentions: list[User] = field(default_factory=list)
    mention_roles: list[int] = field(default_factory=list)
    mention_everyone: bool = False
    pings: Pings = field(default_factory=Pings)
    reactions: dict[str, dict[int, User]] = field(default_factory=dict)
    poll: Json | None = None
    referenced: "Message | None" = None
    reference: Json | None = None
    thread: Thread | None = None
    origin: Origin | None = None
    ephemeral_for: User | None = None
    nonce: str | int | None = None

    @property
    def is_loading(self) -> bool:
        """Whether it is the "is thinking" of a deferred answer."""
        return bool(self.flags & MessageFlag.LOADING)

    def reactions_wire(self, viewer_id: int) -> list[Json]:
        """Discord's reaction objects as ``viewer_id`` sees them."""
        return [
            {
                "emoji": emoji_wire(emoji),
                "count": len(users),
                "count_details": {"burst": 0, "normal": len(users)},
                "me": viewer_id in users,
                "me_burst": False,
                "burst_colors": [],
            }
            for emoji, users in self.reactions.items()
        ]

    def wire(self, viewer_id: int) -> Json:
        """Discord's message object as ``viewer_id`` sees it; the nonce is added where Discord adds it."""
        body: Json = {
            "id": str(self.id),
            "channel_id": str(self.channel.id),
            "type": int(self.type),
            "content": self.content,
            "author": self.author.wire(),
            "attachments": [attachment.wire() for attachment in self.attachments],
            "embeds": self.embeds,
            "components": self.components,
            "mentions": [user.wire() for user in self.mentions],
            "mention_roles": [str(role_id) for role_id in self.mention_roles],
            "mention_everyone": self.mention_everyone,
            "pinned": self.is_pinned,
            "timestamp": self.created_at.isoformat(),
            "edited_timestamp": None if self.edited_at is None else self.edited_at.isoformat(),
            "flags": self.flags,
            "tts": self.tts,
        }
        if self.reactions:
            body["reactions"] = self.reactions_wire(viewer_id)
        if self.poll is not None:
            body["poll"] = self.poll
        if self.thread is not None:
            body["thread"] = self.thread.wire()
        if self.reference is not None:
            body["message_reference"] = self.reference
            body["referenced_message"] = None if self.referenced is None else self.referenced.wire(viewer_id)
        if self.origin is not None:
            body |= self.origin.wire()
            body |= {"webhook_id": str(self.author.id), "application_id": str(self.author.id)}
        return body


def conceal(wire: Json, message: Message, reader: User) -> Json:
    """A message as a bot without MESSAGE_CONTENT reads it: whole when its own or when it is mentioned."""
    if message.author is not reader and reader not in message.mentions:
        wire = wire | {"content": "", "embeds": [], "attachments": [], "components": []}
        wire.pop("poll", None)
    if message.referenced is not None:
        nested = conceal(wire["referenced_message"], message.referenced, reader)
        return wire | {"referenced_message": nested}
    return wire
