"""A desk, a sandbox and the real bot between them; cards are posted by hand, as delivery would."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import discord
import msgspec

from bot.cards.alert.alert import AlertView
from bot.cards.alert.group import GroupView
from bot.cards.card import Ping
from bot.delivery.render import render_view
from bot.domain.alert.alert import Alert
from bot.domain.alert.group import CardShape
from bot.domain.alert.signal import Severity, Signal
from bot.domain.errors import TocsinError
from bot.sandbox.control.actor import Actor
from bot.sandbox.control.place import OverwriteInput, overwrite
from bot.sandbox.server import Sandbox
from bot.usecases.alert import button as press
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import take_in
from bot.usecases.outbox import card as outbox
from bot.usecases.outbox.kind.registry import SUBJECTS
from cogs.bot import DeskBot, build
from cogs.context import BotOptions
from cogs.message import looks
from cogs.reconciliation import Reconciliation
from cogs.rights import RoleWords
from storage.admin.audit import Audit
from tests.senders import add_source, firing, submission
from tests.waiting import until

DEADLINE: Final = 10.0
ROLES: Final = RoleWords(respond=("responder",), manage=("operator",))
Json = dict[str, Any]


class Stage:
    """Four lines of a test's time line: fire, act as somebody, wait, look."""

    def __init__(self, desk: Desk, sandbox: Sandbox) -> None:
        self.desk = desk
        self.sandbox = sandbox
        self.channel_id = sandbox.channels["alerts"]
        self.tested: list[str] = []
        self.ping = Ping()  # whom cards wake
        self._bots: list[tuple[DeskBot, asyncio.Task[None]]] = []
        self._source: Any = None

    @property
    def bot(self) -> DeskBot:
        """The bot that runs now."""
        return self._bots[-1][0]

    async def start_bot(self, *, guild_id: int | None = -1, roles: RoleWords = ROLES) -> DeskBot:
        """A new client that is ready; without ``guild_id`` it knows the sandbox's server."""
        options = BotOptions(
            guild_id=self.sandbox.guild_id if guild_id == -1 else guild_id,
            roles=roles,
            public_url="https://alerts.example.com",
            send_test=self._send_test,
            lacking=_lacking,
            resolve_ping=lambda *_: self.ping,
            outage=(0.0, 0.0, 0.0),
        )
        bot = build(self.desk, options)
        bot._connection.guild_ready_timeout = 0.02
        task = asyncio.create_task(bot.start(self.sandbox.bot_token))
        self._bots.append((bot, task))
        await until(lambda: task.done() or bot.is_ready())
        if task.done():
            task.result()
        return bot

    async def stop_bot(self) -> None:
        """The process goes away; what it remembered is lost."""
        bot, task = self._bots.pop()
        await bot.close()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def stop(self) -> None:
        """Close all."""
        while self._bots:
            await self.stop_bot()

    def person(self, name: str) -> Actor:
        """``operator``, ``responder`` or ``visitor``."""
        return self.sandbox.person(name)

    async def fire(self, name: str = "HighErrorRate", **more: object) -> int:
        """An alert comes in; its id."""
        return await self.send(firing(name, Severity.CRITICAL, service="checkout", **more))

    async def send(self, signal: Signal) -> int:
        """A source says something; the id of the alert that it is about."""
        if self._source is None:
            self._source = await add_source(self.desk)
        (receipt,) = await take_in(self.desk, [submission(self._source, signal)])
        return int(receipt.alerts[0].ref.removeprefix("A-"))

    async def share_cards(self) -> None:
        """From now on alerts of one cause share a card."""
        self._source = msgspec.structs.replace(await add_source(self.desk), card=CardShape.GROUP)

    async def post(self) -> int:
        """Show the next dirty card as delivery would; the message's id."""
        message_id, settle = await self.post_unsettled()
        await settle()
        return message_id

    async def post_unsettled(self) -> tuple[int, Callable[[], Awaitable[None]]]:
        """The same, without writing down the message's id yet."""
        task = await outbox.take(self.desk, self.channel_id, worker="stage")
        assert isinstance(task, outbox.Task)
        return await self._show(task, self.channel)

    async def post_all(self, place: discord.TextChannel | discord.Thread | None = None) -> dict[str, int]:
        """Show the dirty cards of a channel; their messages' ids by what they are about: ``incident:1``."""
        place, shown = place or self.channel, {}
        while isinstance(task := await outbox.take(self.desk, place.id, worker="stage"), outbox.Task):
            message_id, settle = await self._show(task, place)
            await settle()
            shown[f"{task.card.kind.value}:{task.card.subject_id}"] = message_id
        return shown

    async def _show(
        self, task: outbox.Task, place: discord.TextChannel | discord.Thread
    ) -> tuple[int, Callable[[], Awaitable[None]]]:
        assert task.view is not None
        posts = task.card.message_id is None
        ping = self.ping if posts and isinstance(task.view, AlertView | GroupView) else Ping()
        card = render_view(task.card.kind, task.view, ping)
        drawn = looks(card)
        if task.card.message_id is None:
            message_id = (await place.send(card.content, **drawn)).id
        else:
            message_id = task.card.message_id
            await place.get_partial_message(message_id).edit(content=card.content, **drawn)
        rang = SUBJECTS[task.card.kind].call(task.view).run if ping else None

        async def settle() -> None:
            shown = task.card.wanted
            await outbox.settle(
                self.desk,
                task.card,
                worker="stage",
                message_id=message_id,
                shown=shown,
                pinged=bool(ping),
                rang=rang,
            )

        return message_id, settle

    @property
    def channel(self) -> discord.TextChannel:
        """Where the cards stand, as the bot sees it."""
        channel = self.bot.get_channel(self.channel_id)
        assert isinstance(channel, discord.TextChannel)
        return channel

    def message(self, message_id: int) -> discord.PartialMessage:
        """A message, as the bot handles it."""
        return self.channel.get_partial_message(message_id)

    async def allow_bot(self, permission: str) -> None:
        """The bot gets a permission in the channel, and knows it."""
        wish = OverwriteInput(target="bot", allow=[permission])
        overwrite(self.sandbox.world, str(self.channel_id), [wish])
        await until(lambda: getattr(self.channel.permissions_for(self.channel.guild.me), permission.lower()))

    async def reconciled(self) -> None:
        """A whole comparison of cards with records, as after READY."""
        cog = self.bot.get_cog("Reconciliation")
        assert isinstance(cog, Reconciliation)
        await cog.reconcile()

    async def until_acted(self, alert_id: int, count: int) -> None:
        """Return once so many acts on the alert are in the audit."""

        async def look() -> bool:
            return len(await self.actions(alert_id)) >= count

        await until(look, f"{count} acts")

    async def raise_card(self, name: str = "HighErrorRate", **more: object) -> tuple[int, int]:
        """An alert with its card in the channel: (alert id, message id)."""
        alert_id = await self.fire(name, **more)
        return alert_id, await self.post()

    async def alert(self, alert_id: int) -> Alert:
        """The alert as it is in the database."""
        return await press.glance(self.desk, alert_id)

    async def when(self, alert_id: int, ready: Callable[[Alert], bool]) -> Alert:
        """The alert, once it is as awaited."""

        async def look() -> Alert | None:
            alert = await self.alert(alert_id)
            return alert if ready(alert) else None

        return await until(look, f"alert {alert_id} to be as awaited")

    async def is_dirty(self) -> bool:
        """Whether a card still waits for delivery."""
        return bool(await outbox.channels_due(self.desk))

    async def clean(self) -> None:
        """Return once no card waits for delivery."""

        async def look() -> bool:
            return not await self.is_dirty()

        await until(look, "all cards to be shown")

    async def actions(self, alert_id: int) -> list[tuple[str, str]]:
        """What the audit says was done by people: (action, actor)."""

        def work(tx: Any) -> list[tuple[str, str]]:
            audit: Audit = tx.audit
            return [(each.entry.action, str(each.entry.actor)) for each in audit.about(f"alert:{alert_id}")]

        return await self.desk.storage.read(work)

    def button(self, verb: str, alert_id: int | str, extra: str = "") -> str:
        """A custom_id of this desk."""
        return f"{verb}:{self.desk.project.tag}:{alert_id}" + (f":{extra}" if extra else "")

    def on(self, message_id: int, verb: str, channel_id: int | None = None) -> str:
        """The custom_id of a button or select that stands on a message."""
        return find(self.shown(message_id, channel_id), verb)

    def shown(self, message_id: int, channel_id: int | None = None) -> Json:
        """A message as everybody sees it."""
        messages = self.sandbox.messages(channel_id or self.channel_id)
        return next(each for each in messages if each["id"] == str(message_id))

    def title(self, message_id: int) -> str:
        """The first line of a card."""
        return str(self.shown(message_id)["content"])

    def requests(self, method: str, part: str) -> list[Json]:
        """What the bot asked of Discord."""
        return [
            each
            for each in self.sandbox.mischief.requests()
            if each["method"] == method and part in each["path"]
        ]

    async def _send_test(self, source_name: str, _: int) -> str:
        if source_name == "broken":
            raise TocsinError("The test alert did not get through: refused.")
        self.tested.append(source_name)
        return "A-1"


def _lacking(have: discord.Permissions) -> Sequence[str]:
    return [] if have.send_messages else ["Send Messages"]


def parts(message: Json) -> list[Json]:
    """The buttons and selects on a message."""
    return [part for row in message["components"] for part in row["components"]]


def custom_ids(message: Json) -> list[str]:
    """The custom_ids on a message."""
    return [part["custom_id"] for part in parts(message) if "custom_id" in part]


def find(message: Json, verb: str) -> str:
    """The custom_id of a button or select on a message, greyed out or not."""
    return next(each for each in custom_ids(message) if each.startswith(f"{verb}:"))


def verbs(message: Json) -> list[str]:
    """What can be pressed on a message."""
    live = (part for part in parts(message) if "custom_id" in part and not part.get("disabled"))
    return [part["custom_id"].partition(":")[0] for part in live]
