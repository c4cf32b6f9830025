"""A client is kept connected whatever happens to it; what needs a person is said in plain words."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import discord
import pytest
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from yarl import URL

from bot.clock import ManualClock, SystemClock
from bot.delivery.gateway import FATAL_PAUSE, Supervisor
from bot.delivery.redirect import redirect
from bot.sandbox.fault import Effect, Rule
from bot.sandbox.server import Sandbox
from bot.sandbox.settings import SandboxSettings
from tests.delivery.conftest import make_bot, until

Keep = Callable[..., Supervisor]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """Its heart beats fast."""
    opened = Sandbox(settings=SandboxSettings(heartbeat_ms=100))
    redirect(await opened.start())
    yield opened
    await opened.stop()


@pytest.fixture
async def keep(sandbox: Sandbox) -> AsyncIterator[Keep]:
    """Start a supervisor that is ended with the test."""
    tasks: list[asyncio.Task[None]] = []

    def start(
        factory: Callable[[], commands.Bot] = make_bot,
        *,
        token: str = "",
        silence: timedelta = timedelta(seconds=30),
        clock: SystemClock | ManualClock | None = None,
    ) -> Supervisor:
        supervisor = Supervisor(
            factory, token or sandbox.bot_token, clock or SystemClock(), silence=silence, first_pause=0.05
        )
        tasks.append(asyncio.create_task(supervisor.run()))
        return supervisor

    yield start
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await until(lambda: not any("keep-alive" in thread.name for thread in threading.enumerate()))


async def ready(supervisor: Supervisor, starts: int = 0) -> None:
    await until(lambda: supervisor.state.starts > starts and supervisor.state.ready)
    assert await supervisor.state.gateway_ready() is None


async def test_the_line_is_ready_and_says_how_it_is(keep: Keep) -> None:
    supervisor = keep()
    assert await supervisor.state.gateway_ready() == "not connected yet"
    await ready(supervisor)
    await until(lambda: supervisor.state.latency is not None)
    assert supervisor.state.heard_at is not None


async def test_a_discord_that_cannot_be_reached_is_tried_again(keep: Keep, sandbox: Sandbox) -> None:
    await sandbox.mischief.set_outage(on=True)
    supervisor = keep()
    await until(lambda: supervisor.state.starts >= 3)
    assert "broke" in (await supervisor.state.gateway_ready() or "")
    await sandbox.mischief.set_outage(on=False)
    await ready(supervisor)


async def test_a_gateway_that_refuses_the_first_connect_is_tried_again(keep: Keep) -> None:
    real = DiscordWebSocket.DEFAULT_GATEWAY
    DiscordWebSocket.DEFAULT_GATEWAY = URL("ws://127.0.0.1:9/")
    supervisor = keep()
    await until(lambda: supervisor.state.starts >= 2)
    DiscordWebSocket.DEFAULT_GATEWAY = real
    await ready(supervisor)


async def test_an_event_that_breaks_the_client_does_not_end_the_bot(keep: Keep, sandbox: Sandbox) -> None:
    supervisor = keep()
    await ready(supervisor)
    for session in sandbox.gateway.sessions.values():
        session.dispatch("MESSAGE_CREATE", b"{}")
    await ready(supervisor, starts=1)


async def test_a_silent_line_is_replaced(keep: Keep, sandbox: Sandbox) -> None:
    supervisor = keep(silence=timedelta(seconds=1))
    await ready(supervisor)
    sandbox.mischief.disturb(Rule(effect=Effect.ZOMBIE))
    await ready(supervisor, starts=1)


async def test_a_long_outage_is_not_slept_through(keep: Keep, sandbox: Sandbox) -> None:
    supervisor = keep(silence=timedelta(seconds=1))
    await ready(supervisor)
    await sandbox.mischief.set_outage(on=True)
    await until(lambda: supervisor.state.starts >= 2)
    await sandbox.mischief.set_outage(on=False)
    await ready(supervisor, starts=1)


async def test_a_quiet_but_living_line_is_left_alone(keep: Keep) -> None:
    supervisor = keep(silence=timedelta(seconds=1))
    await ready(supervisor)
    heard: set[object] = set()

    def beats() -> bool:
        heard.add(supervisor.state.heard_at)
        return len(heard) > 8

    await until(beats)
    assert supervisor.state.starts == 1


@pytest.mark.parametrize("effect", [Effect.RECONNECT, Effect.CLOSE])
async def test_what_discord_py_mends_by_itself_needs_no_new_client(
    keep: Keep, sandbox: Sandbox, effect: Effect
) -> None:
    resumed = asyncio.Event()

    def factory() -> commands.Bot:
        bot = make_bot()

        async def on_resumed() -> None:
            resumed.set()

        bot.add_listener(on_resumed)
        return bot

    supervisor = keep(factory)
    await ready(supervisor)
    sandbox.mischief.disturb(Rule(effect=effect, code=4009))
    await asyncio.wait_for(resumed.wait(), 10)
    assert supervisor.state.starts == 1


async def test_a_refused_token_is_said_and_tried_again_slowly(keep: Keep) -> None:
    clock = ManualClock(SystemClock().now())
    supervisor = keep(token="not.a.token", clock=clock)
    await until(lambda: "token" in supervisor.state.trouble)
    assert "not.a.token" not in supervisor.state.trouble
    clock.advance(timedelta(seconds=FATAL_PAUSE - 1))
    assert supervisor.state.starts == 1
    await until(lambda: clock._sleepers)
    clock.advance(timedelta(seconds=FATAL_PAUSE))
    await until(lambda: supervisor.state.starts == 2)


async def test_a_refused_intent_is_said(keep: Keep) -> None:
    def greedy() -> commands.Bot:
        return commands.Bot(command_prefix=(), intents=discord.Intents.all())

    supervisor = keep(greedy)
    await until(lambda: "intents" in supervisor.state.trouble)
