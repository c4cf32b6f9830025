"""A channel of the sandbox, a desk that posts there, a real client that listens; all on one clock to move."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import discord
import msgspec
import pytest
from discord.ext import commands

from bot.cards.alert.alert import AlertView
from bot.clock import ManualClock
from bot.delivery import picture
from bot.delivery.bot_view import BotView
from bot.delivery.confirmation import MessageConfirmations
from bot.delivery.dispatcher import Dispatcher
from bot.delivery.listener import Listener
from bot.delivery.ping import Pings
from bot.delivery.reconcile import Reconcile
from bot.delivery.wire.limits import Limits
from bot.delivery.wire.redirect import redirect
from bot.delivery.wire.wire import Wire
from bot.delivery.worker import Worker
from bot.domain.access.source import Source
from bot.domain.alert.signal import Severity, Signal
from bot.domain.outbox.outbox import Outgoing
from bot.sandbox.control.place import OverwriteInput, overwrite
from bot.sandbox.model.settings import Limits as SandboxLimits
from bot.sandbox.model.settings import SandboxSettings
from bot.sandbox.server import Sandbox
from bot.usecases.admin.startup import open_desk
from bot.usecases.desk import Desk, Rules
from bot.usecases.intake.queue import take_in
from bot.usecases.outbox import card as outbox
from bot.usecases.outbox import ring as rings
from bot.usecases.outbox.card import LEASE
from storage.engine import Storage
from tests.senders import add_source, submission
from tests.waiting import until

INTENTS = discord.Intents(guilds=True, guild_messages=True, guild_reactions=True)
ON_CALL: dict[Severity, tuple[str, ...]] = {Severity.CRITICAL: ("on-call",)}
PATIENCE = 10.0
DAY_MS = 86_400_000  # a clock that is moved by hand must not break the gateway's line


@pytest.fixture(autouse=True)
def _pointed_back() -> Iterator[None]:
    yield
    redirect(None)


@pytest.fixture(autouse=True)
def _words_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture takes a second and a processor; `test_picture` looks at some."""
    monkeypatch.setattr(picture, "find_spec", lambda _: None)


def make_bot() -> commands.Bot:
    return commands.Bot(
        command_prefix=(),
        intents=INTENTS,
        allowed_mentions=discord.AllowedMentions.none(),
        max_messages=None,
        guild_ready_timeout=0.01,
    )


@dataclass
class Stage:
    """Everything at hand; ``work`` lets a worker do what is due."""

    sandbox: Sandbox
    desk: Desk
    clock: ManualClock
    source: Source
    channel_id: int
    bot: commands.Bot = field(default_factory=make_bot)
    bot_view: BotView = field(default_factory=BotView)
    words: dict[Severity, tuple[str, ...]] = field(default_factory=dict)
    name: str = "one"

    def __post_init__(self) -> None:
        self.wire = Wire(self.sandbox.bot_token, Limits(), self.clock, timeout=PATIENCE)
        self.confirmations = MessageConfirmations(self.desk)
        self.pings = Pings(self.words, self.bot_view)
        self.dispatcher = Dispatcher(
            self.desk, self.wire, pings=self.pings, confirmations=self.confirmations, bot_view=self.bot_view
        )
        self.reconcile = Reconcile(self.desk, self.wire, self.dispatcher, self.bot_view)
        self.worker = self.new_worker()

    def new_worker(self, channel_id: int = 0) -> Worker:
        """As after a restart: it remembers nothing."""
        return Worker(
            self.desk,
            self.wire,
            channel_id=channel_id or self.channel_id,
            name=self.name,
            pings=self.pings,
            confirmations=MessageConfirmations(self.desk),
            bot_view=self.bot_view,
        )

    def give_up_after(self, seconds: float) -> None:
        """An answer that has not come by then is taken for lost; only where one never comes."""
        self.wire = Wire(self.sandbox.bot_token, Limits(), self.clock, timeout=seconds)
        self.worker = self.new_worker()

    async def connect(self) -> None:
        """Let the client log in and get ready; it hears nothing for the cards."""
        self.life = asyncio.create_task(self.bot.start(self.sandbox.bot_token))
        await until(lambda: self.life.done() or self.bot.is_ready())
        self.bot_view.meet(self.bot)

    def listen(self) -> None:
        """Let the client hear for the cards, as in the real house."""
        Listener(
            self.bot,
            dispatcher=self.dispatcher,
            confirmations=self.confirmations,
            bot_view=self.bot_view,
            reconcile=self.reconcile,
        ).attach()

    async def close(self) -> None:
        await self.reconcile.stop()
        await self.dispatcher.stop()
        await self.wire.close()
        await self.bot.close()
        await asyncio.wait([self.life])

    async def send(self, *signals: Signal, source: Source | None = None) -> None:
        await take_in(self.desk, [submission(source or self.source, *signals)])

    async def source_for(self, channel: str, *, channel_id: int | None = None) -> Source:
        """A sender whose cards go to another channel, found by its name."""
        where = channel_id or self.sandbox.channels[channel]
        wish = msgspec.structs.replace(self.source, name=channel, channel_id=where)
        return await self.desk.storage.write(lambda tx: tx.sources.add(wish))

    def deny(self, *names: str, channel_id: int = 0) -> None:
        """Take permissions from the bot in a channel, those alone."""
        wish = OverwriteInput("bot", deny=list(names))
        overwrite(self.sandbox.world, str(channel_id or self.channel_id), [wish])

    async def work(self, steps: int = 50) -> float:
        """Step until there is nothing to do or a rest to take; returns the rest in seconds."""
        for _ in range(steps):
            rest = await self.worker.step()
            if rest > 0:
                return rest
        raise AssertionError("the worker does not come to rest")

    async def ring(self, after: timedelta = timedelta(seconds=2)) -> int:
        """Let some time pass, and do what is due then; returns how many rings that made."""
        self.clock.advance(after)
        made = await rings.make_due(self.desk)
        await self.work()
        return made

    async def claim(self) -> tuple[Outgoing, AlertView]:
        """What a worker does first; it then dies, unless the test goes on in its place."""
        task = await outbox.take(self.desk, self.channel_id, worker="dead")
        assert isinstance(task, outbox.Task)
        assert isinstance(task.view, AlertView)
        return task.card, task.view

    def restart(self, after: timedelta = LEASE) -> None:
        """The worker is gone with all it knew; the claims of the dead run out."""
        self.clock.advance(after)
        self.worker = self.new_worker()

    def shown(self, channel_id: int = 0) -> list[dict[str, Any]]:
        return self.sandbox.messages(channel_id or self.channel_id)

    def titles(self) -> list[str]:
        return [message["content"] for message in self.shown()]

    def calls(self, method: str = "", *, cards_only: bool = True) -> list[dict[str, Any]]:
        """The bot's calls; by default those about messages."""
        return [
            call
            for call in self.sandbox.mischief.requests()
            if call["method"].startswith(method) and (not cards_only or "/messages" in call["path"])
        ]


@pytest.fixture
async def sandbox(clock: ManualClock) -> AsyncIterator[Sandbox]:
    still = SandboxSettings(limits=SandboxLimits(enabled=False), heartbeat_ms=DAY_MS, session_life=DAY_MS)
    opened = Sandbox(clock, still)
    redirect(await opened.start())
    yield opened
    await opened.stop()


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One engine is enough where storage is not the question; the crashes run on both."""
    return sqlite_url


async def build_stage(
    sandbox: Sandbox, storage: Storage, clock: ManualClock, words: dict[Severity, tuple[str, ...]]
) -> Stage:
    channel_id = sandbox.channels["alerts"]
    desk = await open_desk(storage, clock, rules=Rules(default_channel_id=channel_id))
    return Stage(sandbox, desk, clock, await add_source(desk), channel_id, words=words)


@pytest.fixture
async def stage(
    sandbox: Sandbox, storage: Storage, clock: ManualClock, request: pytest.FixtureRequest
) -> AsyncIterator[Stage]:
    """Connected, with ``ON_CALL`` to ping; a test may name other words by parametrizing this fixture."""
    built = await build_stage(sandbox, storage, clock, getattr(request, "param", ON_CALL))
    await built.connect()
    yield built
    await built.close()


@pytest.fixture
async def live(sandbox: Sandbox, storage: Storage, clock: ManualClock) -> AsyncIterator[Stage]:
    """The whole room at work, as in the house: what is due goes out by itself."""
    built = await build_stage(sandbox, storage, clock, ON_CALL)
    built.listen()
    await built.connect()
    yield built
    await built.close()
