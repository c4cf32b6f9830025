"""The state of a sandbox: one guild, its people and channels, all messages; kept in memory.

The nouns' own files say what can be done with it; the world only finds things and tells what happened.
"""

import base64
import secrets
from datetime import datetime

from bot.clock import Clock
from bot.sandbox.model.channel import Channel, ChannelType, ForumTag, Thread
from bot.sandbox.model.command import Commands
from bot.sandbox.model.error import ApiError, Refusal
from bot.sandbox.model.event import Event, Hub, Intent
from bot.sandbox.model.file_store import FileStore
from bot.sandbox.model.guild import Guild, Member, Role, User
from bot.sandbox.model.interaction import Interactions
from bot.sandbox.model.message import Message
from bot.sandbox.model.permission import Permission, demand, may_view, permissions_in
from bot.sandbox.model.settings import SandboxSettings
from bot.sandbox.model.snowflake import SkewedClock, Snowflakes

EVERYONE_MAY = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.ADD_REACTIONS
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.CREATE_PUBLIC_THREADS
)
TEXT_CHANNELS = ("alerts", "alerts-low", "incidents-log", "ops")
TOPICS = {
    "alerts": "What needs a person",
    "alerts-low": "What can wait",
    "incidents-log": "What happened",
    "ops": "Talk",
}
PEOPLE = {"operator": ("operator",), "responder": ("responder", "on-call"), "visitor": ()}
ROLES = (("operator", 0xE74C3C, False), ("responder", 0x3498DB, False), ("on-call", 0xF1C40F, True))


class World:
    """Everything a sandbox holds."""

    def __init__(self, clock: Clock, settings: SandboxSettings) -> None:
        self.clock = SkewedClock(clock)
        self.settings = settings
        self.ids = Snowflakes(self.clock)
        self.hub = Hub()
        self.files = FileStore(settings.kept_file_bytes)
        self.channels: dict[int, Channel] = {}
        self.messages: dict[int, Message] = {}
        self.people: dict[str, Member] = {}
        self.whispers: dict[tuple[int, int], list[int]] = {}
        self.nonces: dict[tuple[int, int, str], tuple[float, int]] = {}
        self.base_url = ""
        self._found_guild()
        self._found_channels()
        self.bot_token = _token(self.bot.user.id)
        self.commands = Commands(
            self.bot.user.id, self.ids, self.clock, creates_a_day=settings.command_creates_a_day
        )
        self.interactions = Interactions(self.clock, settings)

    def _found_guild(self) -> None:
        now = self.clock.now()
        users = {name: User(self.ids.take(), name) for name in PEOPLE}
        self.guild = Guild(self.ids.take(), self.settings.guild_name, users["operator"].id)
        self._add_role("@everyone", int(EVERYONE_MAY), role_id=self.guild.id)
        roles = {name: self._add_role(name, 0, color, mentionable) for name, color, mentionable in ROLES}
        roles["operator"].permissions = int(Permission.ADMINISTRATOR)
        for name, held in PEOPLE.items():
            member = Member(users[name], now, [roles[role].id for role in held])
            self.people[name] = self.guild.members[member.user.id] = member
        bot_role = self._add_role("Tocsin", self.settings.bot_permissions, 0x5865F2)
        self.bot = Member(User(self.ids.take(), "tocsin", is_bot=True), now, [bot_role.id])
        self.guild.members[self.bot.user.id] = self.bot

    def _add_role(
        self, name: str, permissions: int, color: int = 0, is_mentionable: bool = False, *, role_id: int = 0
    ) -> Role:
        role = Role(role_id or self.ids.take(), name, permissions, color, is_mentionable)
        role.position = len(self.guild.roles)
        self.guild.roles[role.id] = role
        return role

    def _found_channels(self) -> None:
        for name in TEXT_CHANNELS:
            self.add_channel(name, ChannelType.TEXT)
        forum = self.add_channel("incidents", ChannelType.FORUM)
        for name in ("open", "closed"):
            tag = ForumTag(self.ids.take(), name)
            forum.tags[tag.id] = tag

    def add_channel(self, name: str, kind: ChannelType) -> Channel:
        """A new channel at the end of the list, without an event."""
        position = sum(1 for channel in self.channels.values() if not isinstance(channel, Thread))
        channel = Channel(
            self.ids.take(), kind, name, self.guild.id, position=position, topic=TOPICS.get(name)
        )
        self.channels[channel.id] = channel
        return channel

    def now(self) -> datetime:
        """The present as the sandbox tells it."""
        return self.clock.now()

    def member(self, user_id: int) -> Member:
        """A member by id.

        Raises:
            ApiError: 10013 when nobody has the id.
        """
        member = self.guild.members.get(user_id)
        if member is None:
            raise ApiError(Refusal.UNKNOWN_USER)
        return member

    def channel(self, channel_id: int) -> Channel:
        """A channel or thread by id.

        Raises:
            ApiError: 10003 when there is none.
        """
        channel = self.channels.get(channel_id)
        if channel is None:
            raise ApiError(Refusal.UNKNOWN_CHANNEL)
        return channel

    def message(self, channel: Channel, message_id: int) -> Message:
        """A message that everyone of the channel can see.

        Raises:
            ApiError: 10008 when there is none.
        """
        message = self.messages.get(message_id)
        if message is None or message.channel is not channel or message.ephemeral_for is not None:
            raise ApiError(Refusal.UNKNOWN_MESSAGE)
        return message

    def threads(self, parent: Channel | None = None) -> list[Thread]:
        """All threads, or those of one channel."""
        return [
            channel
            for channel in self.channels.values()
            if isinstance(channel, Thread) and (parent is None or channel.parent is parent)
        ]

    def demand(self, member: Member, channel: Channel, *needed: Permission) -> None:
        """Let pass who has the permissions; 50001 or 50013 otherwise."""
        demand(self.guild, member, channel, *needed)

    def has(self, member: Member, channel: Channel, bit: Permission) -> bool:
        """Whether the member has the permission in the channel."""
        return bool(permissions_in(self.guild, member, channel) & bit)

    def may_view(self, member: Member, channel: Channel) -> bool:
        """Whether the channel exists for the member."""
        return may_view(self.guild, member, channel)

    def publish_channel(self, name: str, channel: Channel, **more: object) -> None:
        """Tell that a channel or thread came, changed or went; bots know also channels they may not view."""
        scope = channel if isinstance(channel, Thread) else None
        self.hub.publish(Event(name=name, data=channel.wire() | more, intent=Intent.GUILDS, channel=scope))

    def publish_role(self, role: Role) -> None:
        """Tell that a role changed."""
        data = {"guild_id": str(self.guild.id), "role": role.wire()}
        self.hub.publish(Event(name="GUILD_ROLE_UPDATE", data=data, intent=Intent.GUILDS))

    def publish_member(self, member: Member) -> None:
        """Tell that a member's roles changed; without GUILD_MEMBERS a bot hears it of itself alone."""
        data = {"guild_id": str(self.guild.id)} | member.wire()
        intent = Intent.GUILDS if member is self.bot else Intent.GUILD_MEMBERS
        self.hub.publish(Event(name="GUILD_MEMBER_UPDATE", data=data, intent=intent))


def _token(bot_id: int) -> str:
    """A bot token of the usual shape: the id in base64, a stamp, a secret."""
    owner = base64.urlsafe_b64encode(str(bot_id).encode()).decode().rstrip("=")
    return f"{owner}.{secrets.token_urlsafe(4)}.{secrets.token_urlsafe(28)}"
