"""A real discord.py client on a sandbox, quick to start, with a few answers wired up."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.sandbox.model.settings import Limits, SandboxSettings
from bot.sandbox.server import Sandbox

DEADLINE = 10.0
INTENTS = discord.Intents(1537)
QUIET = Limits(enabled=False)


def settings(**more: Any) -> SandboxSettings:
    """Settings without rate limits unless they are asked for."""
    return SandboxSettings(**({"limits": QUIET} | more))


def codes(errors: dict[str, Any], path: str = "") -> dict[str, str]:
    """The error tree as ``{"embeds.0.title": code}``."""
    found: dict[str, str] = {}
    for key, value in errors.items():
        if key == "_errors":
            found[path] = value[0]["code"]
        else:
            found |= codes(value, f"{path}.{key}" if path else key)
    return found


@contextmanager
def redirected(sandbox: Sandbox) -> Iterator[None]:
    """discord.py speaks to the sandbox as long as this lasts."""
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE = f"{sandbox.url}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(f"{sandbox.url.replace('http', 'ws', 1)}/gateway")
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


class Bot(discord.Client):
    """discord.py with an ear: every event is noted, and can be waited for."""

    def __init__(self, setup: Callable[["Bot"], Awaitable[None]] | None = None, **options: Any) -> None:
        self.heard: list[tuple[str, tuple[Any, ...]]] = []
        self._news = asyncio.Event()
        self._setup = setup
        super().__init__(
            intents=options.pop("intents", INTENTS),
            allowed_mentions=discord.AllowedMentions.none(),
            guild_ready_timeout=0.02,
            **options,
        )
        self.tree = app_commands.CommandTree(self)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Identify at once; the real hook waits 5 s."""

    async def setup_hook(self) -> None:
        if self._setup is not None:
            await self._setup(self)

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        if not event.startswith("socket"):
            self.heard.append((event, args))
            self._news.set()
        super().dispatch(event, *args, **kwargs)

    def events(self, name: str) -> list[Any]:
        """The arguments of every event of that name so far."""
        return [args[0] if args else None for event, args in self.heard if event == name]

    async def until(self, ready: Callable[[], Any]) -> Any:
        """What ``ready`` returns once it is true; it is asked after every event."""
        async with asyncio.timeout(DEADLINE):
            while not (found := ready()):
                self._news.clear()
                await self._news.wait()
        return found

    async def hear(self, name: str, *, count: int = 1) -> Any:
        """The ``count``-th event of that name, when it has come."""
        await self.until(lambda: len(self.events(name)) >= count)
        return self.events(name)[count - 1]

    def room(self, sandbox: Sandbox, name: str = "alerts") -> discord.TextChannel:
        """A text channel of the sandbox."""
        channel = self.get_channel(sandbox.channels[name])
        assert isinstance(channel, discord.TextChannel)
        return channel

    def forum(self, sandbox: Sandbox) -> discord.ForumChannel:
        """The forum of the sandbox."""
        channel = self.get_channel(sandbox.channels["incidents"])
        assert isinstance(channel, discord.ForumChannel)
        return channel


class Desk:
    """Starts sandboxes and bots for one test, and stops them after it."""

    def __init__(self) -> None:
        self._sandboxes: list[Sandbox] = []
        self._bots: list[tuple[Bot, asyncio.Task[None]]] = []

    async def sandbox(self, **more: Any) -> Sandbox:
        """A started sandbox."""
        sandbox = Sandbox(settings=settings(**more))
        await sandbox.start()
        self._sandboxes.append(sandbox)
        return sandbox

    async def bot(
        self, sandbox: Sandbox, setup: Callable[[Bot], Awaitable[None]] | None = None, **options: Any
    ) -> Bot:
        """A bot that is ready."""
        bot = Bot(setup, **options)
        task = asyncio.ensure_future(bot.start(sandbox.bot_token))
        self._bots.append((bot, task))
        ready = asyncio.ensure_future(bot.hear("ready"))
        await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            ready.cancel()
            task.result()
        await ready
        return bot

    async def stop_bots(self) -> None:
        """Close every bot."""
        for bot, task in self._bots:
            await bot.close()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self._bots.clear()

    async def stop(self) -> None:
        """Close everything."""
        await self.stop_bots()
        for sandbox in self._sandboxes:
            await sandbox.stop()
