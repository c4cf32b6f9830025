"""Emoji on messages."""

import unicodedata

from bot.sandbox.act.post import demand_open
from bot.sandbox.model.error import ApiError, Refusal
from bot.sandbox.model.event import Event, Intent
from bot.sandbox.model.guild import Member, User
from bot.sandbox.model.message import Message, emoji_wire
from bot.sandbox.model.permission import Permission
from bot.sandbox.model.world import World

MAX_EMOJI = 20
MAX_CODE_POINTS = 16
JOINERS = "\ufe0f\u200d\u20e3"
KEYCAP = "\u20e3"
EMOJI_CATEGORIES = {"So", "Sk", "Sm", "Po", "Pd", "Cn", "Cf"}


def demand_emoji(emoji: str) -> None:
    """Let pass what looks like a Unicode emoji; the guild has no custom ones.

    Raises:
        ApiError: 10014.
    """
    core = [letter for letter in emoji if letter not in JOINERS]
    fits = len(core) > 0 and len(emoji) <= MAX_CODE_POINTS and all(letter > "\x7f" for letter in core)
    fits = fits and all(unicodedata.category(letter) in EMOJI_CATEGORIES for letter in core)
    keycap = emoji.endswith(KEYCAP) and len(core) == 1 and core[0] in "0123456789#*"
    if not (fits or keycap):
        raise ApiError(Refusal.UNKNOWN_EMOJI)


def _publish(world: World, name: str, message: Message, emoji: str, user: User) -> None:
    data = {
        "user_id": str(user.id),
        "channel_id": str(message.channel.id),
        "message_id": str(message.id),
        "guild_id": str(world.guild.id),
        "emoji": emoji_wire(emoji),
        "burst": False,
        "type": 0,
    }
    if name == "MESSAGE_REACTION_ADD":
        data |= {
            "member": world.guild.members[user.id].wire(),
            "message_author_id": str(message.author.id),
            "burst_colors": [],
        }
    _tell(world, name, message, data)


def _tell(world: World, name: str, message: Message, data: dict[str, object]) -> None:
    world.hub.publish(
        Event(
            name=name,
            data=data,
            intent=Intent.GUILD_MESSAGE_REACTIONS,
            channel=message.channel,
            message=message,
        )
    )


def add(world: World, member: Member, message: Message, emoji: str) -> None:
    """Set an emoji as a member; setting it twice is once.

    Raises:
        ApiError: 10014, 30010, 50001, 50013 or 50083.
    """
    world.demand(member, message.channel, Permission.READ_MESSAGE_HISTORY)
    demand_open(message)
    demand_emoji(emoji)
    users = message.reactions.get(emoji)
    if users is None:
        world.demand(member, message.channel, Permission.ADD_REACTIONS)
        if len(message.reactions) >= MAX_EMOJI:
            raise ApiError(Refusal.MAX_REACTIONS)
        users = message.reactions[emoji] = {}
    if member.user.id not in users:
        users[member.user.id] = member.user
        _publish(world, "MESSAGE_REACTION_ADD", message, emoji, member.user)


def remove(world: World, actor: Member, message: Message, emoji: str, user: User) -> None:
    """Take back a user's emoji; somebody else's needs MANAGE_MESSAGES.

    Raises:
        ApiError: 10014, 50001, 50013 or 50083.
    """
    world.demand(actor, message.channel, Permission.READ_MESSAGE_HISTORY)
    demand_open(message)
    demand_emoji(emoji)
    if user is not actor.user:
        world.demand(actor, message.channel, Permission.MANAGE_MESSAGES)
    users = message.reactions.get(emoji, {})
    if users.pop(user.id, None) is None:
        return
    if not users:
        del message.reactions[emoji]
    _publish(world, "MESSAGE_REACTION_REMOVE", message, emoji, user)


def clear(world: World, actor: Member, message: Message, emoji: str | None = None) -> None:
    """Remove all reactions, or all of one emoji.

    Raises:
        ApiError: 50001, 50013 or 50083.
    """
    world.demand(actor, message.channel, Permission.MANAGE_MESSAGES)
    demand_open(message)
    data: dict[str, object] = {
        "channel_id": str(message.channel.id),
        "message_id": str(message.id),
        "guild_id": str(world.guild.id),
    }
    if emoji is None:
        message.reactions.clear()
        _tell(world, "MESSAGE_REACTION_REMOVE_ALL", message, data)
    elif message.reactions.pop(emoji, None) is not None:
        _tell(world, "MESSAGE_REACTION_REMOVE_EMOJI", message, data | {"emoji": emoji_wire(emoji)})
