"""Listener: what the gateway tells that matters to cards, tied to any bot.

Events may be missing, double or late; each of these only makes somebody look again. What they do not tell
while the bot is away, the hooks find after the next READY.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import discord
import structlog
from discord.ext import commands

from bot.delivery.bot_view import BotView
from bot.delivery.confirmation import MessageConfirmations
from bot.delivery.dispatcher import Dispatcher
from bot.delivery.reconcile import Reconcile
from bot.domain.errors import NotDurableError

Hook = Callable[[], Awaitable[object]]
_log: Final = structlog.stdlib.get_logger(__name__)


class Listener:
    """One for each client; `attach` adds all ``on_`` methods to a bot."""

    def __init__(
        self,
        bot: commands.Bot,
        *,
        dispatcher: Dispatcher,
        confirmations: MessageConfirmations,
        bot_view: BotView,
        reconcile: Reconcile,
        hooks: Sequence[Hook] = (),
    ) -> None:
        self._bot = bot
        self._dispatcher = dispatcher
        self._confirmations = confirmations
        self._bot_view = bot_view
        self._reconcile = reconcile
        self._hooks = (reconcile.recheck_parked, *hooks, reconcile.find_deleted)

    def attach(self) -> None:
        """Hear everything from now on."""
        for name in dir(self):
            if name.startswith("on_"):
                self._bot.add_listener(getattr(self, name), name)
        self._bot._connection.parsers["MESSAGE_CREATE"] = self.hear_message  # noqa: SLF001 -- see there

    async def on_ready(self) -> None:
        """A new session: events before it are lost."""
        self._bot_view.meet(self._bot)
        self._dispatcher.start()
        self._dispatcher.hope()
        self._reconcile.begin(self._run_hooks())

    async def on_resumed(self) -> None:
        """The line is back and nothing was lost."""
        self._dispatcher.hope()

    def hear_message(self, told: Mapping[str, Any]) -> None:
        """Our own message came to stand in a channel; what other people say is none of ours.

        It stands where discord.py would make an object of every message of every channel: for a card that
        takes longer than to settle it, for people's talk it is for nothing.
        """
        if self._bot.user is not None and int(told["author"]["id"]) == self._bot.user.id:
            woke = bool(told.get("mention_everyone") or told.get("mention_roles"))
            self._confirmations.observe(int(told["id"]), str(told.get("nonce") or ""), woke=woke)

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        """Our own message shows what we made of it, or an embed was unfolded, which is none of ours."""
        if self._bot.user is not None and event.message.author.id == self._bot.user.id:
            self._confirmations.observe_edit(event.message_id, event.message.edited_at)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Somebody deleted a message."""
        await self._confirmations.lose([event.message_id])

    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """Somebody deleted many."""
        await self._confirmations.lose(event.message_ids)

    async def on_guild_channel_update(
        self, _: discord.abc.GuildChannel, channel: discord.abc.GuildChannel
    ) -> None:
        """A channel's permissions may have changed."""
        await self._recheck(channel.guild.id)

    async def on_guild_channel_create(self, channel: discord.abc.GuildChannel) -> None:
        """A channel that becomes visible is told as a new one."""
        await self._reconcile.recheck_parked(guild_id=channel.guild.id)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Somebody deleted a channel, with all cards that stood there."""
        await self._reconcile.lose_channel(channel.id)

    async def on_guild_role_update(self, _: discord.Role, role: discord.Role) -> None:
        """A role's permissions may have changed."""
        await self._recheck(role.guild.id)

    async def on_member_update(self, _: discord.Member, member: discord.Member) -> None:
        """Our own roles may have changed."""
        if member.id == member.guild.me.id:
            await self._recheck(member.guild.id)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """The bot was invited (again)."""
        await self._reconcile.recheck_parked(guild_id=guild.id)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A server came back from an outage."""
        await self._reconcile.recheck_parked(guild_id=guild.id)

    async def on_thread_update(self, _: discord.Thread, thread: discord.Thread) -> None:
        """A thread was unlocked, perhaps."""
        await self._reconcile.recheck_parked(guild_id=thread.guild.id)

    async def on_raw_thread_update(self, event: discord.RawThreadUpdateEvent) -> None:
        """Look again where a thread was archived and is not any more: discord.py does not remember it."""
        if event.thread is None:
            await self._recheck(event.guild_id)

    async def on_raw_thread_delete(self, event: discord.RawThreadDeleteEvent) -> None:
        """Somebody deleted a thread."""
        if not await self._reconcile.lose_thread(event.thread_id):
            await self._reconcile.lose_channel(event.thread_id)

    async def _recheck(self, guild_id: int) -> None:
        await self._reconcile.recheck_parked(guild_id=guild_id)
        await self._reconcile.retry_threads(guild_id=guild_id)

    async def _run_hooks(self) -> None:
        """The boundary for what runs after READY: a hook that fails costs no other."""
        for hook in self._hooks:
            try:
                await hook()
            except NotDurableError as error:
                _log.debug("ready_hook_waits_for_database", reason=str(error))
            except Exception:  # noqa: BLE001 -- the boundary: one hook's trouble stays its own
                _log.exception("ready_hook_failed")
