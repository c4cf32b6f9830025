"""The channel for alerts whose source has none of its own: whether it stands, and what picks another."""

from bot.cards.admin.setup import ChannelChoice
from bot.domain.errors import InvalidInputError
from bot.domain.outbox.channel_kind import why_not
from bot.usecases.admin import setting
from bot.usecases.admin import source as sources
from cogs.interaction import InteractionContext


def is_gone(context: InteractionContext) -> bool:
    """Whether one was chosen that its server does not have any more."""
    channel_id, guild = context.bot_context.desk.default_channel_id, context.interaction.guild
    return channel_id is not None and guild is not None and guild.get_channel_or_thread(channel_id) is None


def is_homeless(context: InteractionContext) -> bool:
    """Whether there is none, or only one that is gone."""
    return context.bot_context.desk.default_channel_id is None or is_gone(context)


def present(context: InteractionContext) -> ChannelChoice:
    """Where alerts go, as it is."""
    gone = is_gone(context)
    return ChannelChoice(0 if gone else context.bot_context.desk.default_channel_id or 0, gone=gone)


async def pick(context: InteractionContext, channel_id: int) -> ChannelChoice:
    """A channel was picked where the new source is to speak; with it, all alerts that have none.

    So it is while no channel stands, or nothing is sent to the one that does. A desk that is in use keeps its
    own until somebody says so. A channel where cards cannot stand takes no place of any.
    """
    if channel_id == context.bot_context.desk.default_channel_id or problems(context, channel_id):
        return present(context)
    if is_homeless(context) or not await sources.listing(context.bot_context.desk):
        return await choose(context, channel_id)
    return present(context)


async def choose(context: InteractionContext, channel_id: int) -> ChannelChoice:
    """All that has no channel of its own goes to this one, and what waited for one.

    Raises:
        InvalidInputError: no card can stand there.
        ConflictError: it is another project's.
    """
    demand_fit(context, channel_id)
    moved = await setting.choose_channel(context.bot_context.desk, channel_id, actor=context.actor)
    return ChannelChoice(channel_id, taken=True, moved=moved)


def demand_fit(context: InteractionContext, channel_id: int) -> None:
    """Refuse a channel of a kind that takes no cards.

    Raises:
        InvalidInputError: it is none, or one of those.
    """
    if not channel_id:
        raise InvalidInputError("setup", "pick a channel first")
    if reason := _unfit(context, channel_id):
        raise InvalidInputError("channel", f"<#{channel_id}> {reason}")


def problems(context: InteractionContext, channel_id: int) -> tuple[str, ...]:
    """What keeps cards out of the channel, in words for an administrator."""
    guild = context.interaction.guild
    if not channel_id or guild is None:
        return ()
    channel = guild.get_channel(channel_id)
    if channel is None:
        return ("The bot cannot see this channel: give it View Channel",)
    if reason := _unfit(context, channel_id):
        return (f"This {reason}",)
    lacking = context.bot_context.options.lacking(channel.permissions_for(guild.me))
    return tuple(f"The bot needs {name}" for name in lacking)


def _unfit(context: InteractionContext, channel_id: int) -> str:
    """Why no card can stand in a channel, ``""`` where one can or nobody knows yet."""
    guild = context.interaction.guild
    channel = None if guild is None else guild.get_channel(channel_id)
    return "" if channel is None else why_not(channel.type.value)
