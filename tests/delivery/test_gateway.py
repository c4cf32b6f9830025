"""A client is kept connected whatever happens to it; what needs a person is said in plain words."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import discord
import msgspec
import pytest
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from bot.clock import ManualClock, SystemClock
from bot.delivery.gateway import CLOSING, FATAL_PAUSE, Supervisor
from bot.delivery.wire.redirect import redirect
from bot.domain.errors import NotDurableError
from bot.sandbox.fault.fault import Effect, Rule
from bot.sandbox.model.settings import SandboxSettings
from bot.sandbox.server import Sandbox
from tests.delivery.conftest import INTENTS, make_bot
from tests.waiting import until

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
        closing: float = CLOSING,
    ) -> Supervisor:
        supervisor = Supervisor(
            factory,
            token or sandbox.bot_token,
            clock or SystemClock(),
            silence=silence,
            first_pause=0.05,
            closing=closing,
        )
        tasks.append(asyncio.create_task(supervisor.run()))
        return supervisor

    yield start
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await until(lambda: not any("keep-alive" in thread.name for thread in threading.enumerate()))


async def started(supervisor: Supervisor, more_than: int) -> None:
    await until(lambda: supervisor.state.starts > more_than)


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
    assert "cannot be reached" in (await supervisor.state.gateway_ready() or "")
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
    supervisor = keep(silence=timedelta(seconds=3))  # a busy machine is slow to beat
    await ready(supervisor)
    heard: set[object] = set()

    def beats() -> bool:
        heard.add(supervisor.state.heard_at)
        return len(heard) > 5  # looks, a quarter of the silence apart

    await until(beats)
    assert supervisor.state.starts == 1


@pytest.mark.parametrize(
    "fault",
    [
        Rule(effect=Effect.RECONNECT),
        Rule(effect=Effect.INVALID_SESSION, resumable=True),
        Rule(effect=Effect.CLOSE, code=1000),
        Rule(effect=Effect.CLOSE, code=1001),
        Rule(effect=Effect.CLOSE, code=4000),
        Rule(effect=Effect.CLOSE, code=4009),
    ],
    ids=["op 7", "op 9 resumable", "close 1000", "close 1001", "close 4000", "close 4009"],
)
async def test_what_discord_py_mends_by_itself_needs_no_new_client(
    keep: Keep, sandbox: Sandbox, fault: Rule
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
    sandbox.mischief.disturb(msgspec.structs.replace(fault))
    await asyncio.wait_for(resumed.wait(), 10)
    assert supervisor.state.starts == 1
    assert supervisor.state.line().trouble is None


async def test_a_session_that_cannot_be_resumed_begins_anew_with_the_same_client(
    keep: Keep, sandbox: Sandbox
) -> None:
    ready_again = asyncio.Event()
    bots: list[commands.Bot] = []

    async def at_once(*_: object, **__: object) -> None:
        """Its own way waits 5 s."""

    async def on_ready() -> None:
        if supervisor.state.ready:
            ready_again.set()

    def factory() -> commands.Bot:
        bots.append(make_bot())
        bots[-1].before_identify_hook = at_once  # type: ignore[method-assign]  # see above
        return bots[-1]

    supervisor = keep(factory)
    await ready(supervisor)
    bots[0].add_listener(on_ready)
    sandbox.mischief.disturb(Rule(effect=Effect.INVALID_SESSION, resumable=False))
    await asyncio.wait_for(ready_again.wait(), 10)
    assert (supervisor.state.starts, len(bots)) == (1, 1)


@pytest.mark.parametrize(
    ("code", "words"),
    [(4004, "token"), (4010, "update"), (4011, "servers"), (4013, "intents"), (4014, "intents")],
)
async def test_a_close_that_no_reconnect_mends_is_said_plainly_and_tried_again_slowly(
    keep: Keep, sandbox: Sandbox, code: int, words: str
) -> None:
    clock = ManualClock(SystemClock().now())
    supervisor = keep(clock=clock)
    await until(lambda: supervisor.state.ready)
    sandbox.mischief.disturb(Rule(effect=Effect.CLOSE, code=code))
    await until(lambda: any(at > FATAL_PAUSE - 1 for at, _ in clock._sleepers))
    assert words in supervisor.state.trouble
    assert await supervisor.state.gateway_ready() == supervisor.state.trouble
    clock.advance(timedelta(seconds=FATAL_PAUSE - 1))
    assert supervisor.state.starts == 1
    clock.advance(timedelta(seconds=1))
    await until(lambda: supervisor.state.starts == 2 and supervisor.state.ready)


async def test_a_name_that_does_not_resolve_is_tried_again(
    keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with monkeypatch.context() as patched:
        patched.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown)
        patched.setattr(Route, "BASE", "http://discord.example/api/v10")
        supervisor = keep()
        await until(lambda: supervisor.state.starts >= 2)
        assert "cannot be reached" in supervisor.state.trouble
    await ready(supervisor, starts=1)


@pytest.mark.parametrize("error", [RuntimeError("a bug"), NotDurableError("the database is gone"), OSError()])
async def test_a_fault_while_a_client_is_set_up_is_tried_again(keep: Keep, error: Exception) -> None:
    class Stumbling(commands.Bot):
        async def setup_hook(self) -> None:
            if supervisor.state.starts < 3:
                raise error

    def factory() -> commands.Bot:
        return Stumbling(command_prefix=(), intents=INTENTS, max_messages=None, guild_ready_timeout=0.01)

    supervisor = keep(factory)
    await ready(supervisor, starts=2)


async def test_a_client_that_cannot_even_be_made_is_tried_again(keep: Keep) -> None:
    made: list[int] = []

    def factory() -> commands.Bot:
        made.append(1)
        if len(made) < 3:
            raise RuntimeError("a bug")
        return make_bot()

    supervisor = keep(factory)
    await ready(supervisor, starts=2)


async def test_a_client_that_will_not_close_is_left_behind(keep: Keep, sandbox: Sandbox) -> None:
    class Clinging(commands.Bot):
        async def close(self) -> None:
            await super().close()
            if len(made) == 1:
                raise RuntimeError("a bug while closing")
            if len(made) == 2:
                await asyncio.Event().wait()

    made: list[Clinging] = []

    def factory() -> commands.Bot:
        made.append(Clinging(command_prefix=(), intents=INTENTS, guild_ready_timeout=0.01))
        return made[-1]

    supervisor = keep(factory, silence=timedelta(seconds=1), closing=0.05)
    for starts in range(2):
        await ready(supervisor, starts=starts)
        for session in sandbox.gateway.sessions.values():
            session.dispatch("MESSAGE_CREATE", b"{}")
        await started(supervisor, starts + 1)
    await ready(supervisor, starts=2)


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
