"""The people and roles of the one guild, and how they look on the wire."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True, eq=False)
class User:
    """An account: a person or the bot."""

    id: int
    username: str
    is_bot: bool = False

    def wire(self) -> dict[str, Any]:
        """Discord's user object."""
        return {
            "id": str(self.id),
            "username": self.username,
            "discriminator": "0",
            "global_name": None if self.is_bot else self.username.capitalize(),
            "avatar": None,
            "bot": self.is_bot,
            "public_flags": 0,
        }


@dataclass(slots=True, eq=False)
class Role:
    """A named set of permission bits; @everyone has the guild's id."""

    id: int
    name: str
    permissions: int
    color: int = 0
    is_mentionable: bool = False
    position: int = 0

    def wire(self) -> dict[str, Any]:
        """Discord's role object."""
        return {
            "id": str(self.id),
            "name": self.name,
            "permissions": str(self.permissions),
            "color": self.color,
            "colors": {"primary_color": self.color, "secondary_color": None, "tertiary_color": None},
            "mentionable": self.is_mentionable,
            "position": self.position,
            "hoist": False,
            "managed": False,
            "icon": None,
            "unicode_emoji": None,
            "flags": 0,
        }


@dataclass(slots=True, eq=False)
class Member:
    """A user's place in the guild."""

    user: User
    joined_at: datetime
    role_ids: list[int] = field(default_factory=list)

    def wire(self, *, with_user: bool = True) -> dict[str, Any]:
        """Discord's member object; messages carry it without the user."""
        body: dict[str, Any] = {
            "roles": [str(role_id) for role_id in self.role_ids],
            "joined_at": self.joined_at.isoformat(),
            "nick": None,
            "avatar": None,
            "banner": None,
            "premium_since": None,
            "pending": False,
            "flags": 0,
            "deaf": False,
            "mute": False,
            "communication_disabled_until": None,
        }
        return body | {"user": self.user.wire()} if with_user else body


@dataclass(slots=True, eq=False)
class Guild:
    """The one guild of a sandbox."""

    id: int
    name: str
    owner_id: int
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)

    def wire(self) -> dict[str, Any]:
        """Discord's guild object without channels, threads and members."""
        return {
            "id": str(self.id),
            "name": self.name,
            "owner_id": str(self.owner_id),
            "roles": [role.wire() for role in self.roles.values()],
            "icon": None,
            "splash": None,
            "discovery_splash": None,
            "banner": None,
            "description": None,
            "vanity_url_code": None,
            "emojis": [],
            "stickers": [],
            "features": [],
            "afk_channel_id": None,
            "afk_timeout": 300,
            "system_channel_id": None,
            "system_channel_flags": 0,
            "rules_channel_id": None,
            "public_updates_channel_id": None,
            "safety_alerts_channel_id": None,
            "application_id": None,
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "premium_tier": 0,
            "premium_subscription_count": 0,
            "premium_progress_bar_enabled": False,
            "preferred_locale": "en-US",
        }
