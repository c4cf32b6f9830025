"""Bot view: who the bot is and what it sees, asked of the client of the moment.

A supervisor may replace the client at any time; what the last one saw stays good until the next is ready.
"""

import discord

from bot.delivery.permission import ESSENTIAL, lacking
from bot.domain.jump_link import jump_url


class BotView:
    """Knows nothing until it `meet` a client that was ready."""

    def __init__(self) -> None:
        self._client: discord.Client | None = None
        self._told: set[str] = set()

    def meet(self, client: discord.Client) -> None:
        """Use this client from now on: it is ready."""
        self._client = client

    @property
    def own_id(self) -> int | None:
        """The bot's user id, None before the first client was ready."""
        user = self._client.user if self._client is not None else None
        return None if user is None else user.id

    def tell_adopted(self, channel_id: int, message_id: int) -> None:
        """A message that had stood there unknown is a card after all: people may have answered it already.

        Told as the client's own event ``card_adopted`` (see `discord.Client.dispatch`).
        """
        if self._client is not None:
            self._client.dispatch("card_adopted", channel_id, message_id)

    async def tell_hour(self) -> None:
        """An hour has passed: what was not heard may be looked for; the client's event ``hour_passed``."""
        if self._client is not None:
            self._client.dispatch("hour_passed")

    def guild_of(self, channel_id: int) -> discord.Guild | None:
        """The server that has the channel or thread, None when the bot does not see it."""
        channel = self._channel(channel_id)
        return None if channel is None else channel.guild

    def address(self, channel_id: int, message_id: int) -> str:
        """Where a click leads to the message."""
        guild = self.guild_of(channel_id)
        return jump_url("@me" if guild is None else guild.id, channel_id, message_id)

    def forum(self, channel_id: int) -> discord.ForumChannel | None:
        """The forum with this id, None for anything else and what is not seen."""
        channel = self._channel(channel_id)
        return channel if isinstance(channel, discord.ForumChannel) else None

    def may_thread(self, channel_id: int) -> bool:
        """Whether a message there can have a thread."""
        channel = self._channel(channel_id)
        if not isinstance(channel, discord.TextChannel):
            return False
        have = channel.permissions_for(channel.guild.me)
        return have.create_public_threads and have.read_message_history

    def beside_head(self, thread_id: int) -> bool:
        """Whether it is a thread of a text channel, and no post of a forum."""
        thread = self._channel(thread_id)
        return isinstance(thread, discord.Thread) and isinstance(thread.parent, discord.TextChannel)

    def is_news(self, hint: str) -> bool:
        """True the first time; for what a log has to say once, and not with every card."""
        news = hint not in self._told
        self._told.add(hint)
        return news

    def lacks(self, channel_id: int) -> list[str] | None:
        """The names of the essential permissions that are missing, None for a channel that is not seen."""
        channel = self._channel(channel_id)
        if channel is None:
            return None
        need = ESSENTIAL
        if isinstance(channel, discord.Thread):
            need = discord.Permissions(ESSENTIAL.value)
            need.update(send_messages=False, send_messages_in_threads=True, manage_threads=channel.locked)
        return lacking(channel.permissions_for(channel.guild.me), need)

    def may_mention_all(self, channel_id: int) -> bool:
        """Whether roles that are not mentionable, and everyone, can be woken there."""
        channel = self._channel(channel_id)
        return channel is not None and channel.permissions_for(channel.guild.me).mention_everyone

    def _channel(self, channel_id: int) -> discord.abc.GuildChannel | discord.Thread | None:
        channel = self._client.get_channel(channel_id) if self._client is not None else None
        return channel if isinstance(channel, discord.abc.GuildChannel | discord.Thread) else None
