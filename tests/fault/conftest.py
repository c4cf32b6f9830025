"""A house for each test, put together as in real life, with less patience."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from bot import app, desk
from bot.delivery.gateway import SILENCE, Supervisor
from bot.delivery.wire.redirect import redirect
from bot.delivery.wire.wire import Wire
from bot.sandbox.model.settings import Limits, SandboxSettings
from bot.sandbox.server import Sandbox
from bot.settings.tree import Settings
from cogs.bot import DeskBot, build
from tests.fault.house import House, OffClock

WIRE_PATIENCE = 10.0  # seconds; a busy machine is no fault
HEARTBEAT_MS = 150
ANSWER_DEADLINE = 2.0


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    opened = Sandbox(
        settings=SandboxSettings(
            limits=Limits(enabled=False), heartbeat_ms=HEARTBEAT_MS, answer_deadline=ANSWER_DEADLINE
        )
    )
    await opened.start()
    yield opened
    await opened.stop()
    redirect(None)


@pytest.fixture
def silence() -> timedelta:
    """How long nothing may be heard from Discord."""
    return SILENCE


@pytest.fixture
def wire_patience() -> float:
    """How many seconds an answer of Discord may take."""
    return WIRE_PATIENCE


@pytest.fixture
async def house(
    sandbox: Sandbox,
    silence: timedelta,
    wire_patience: float,
    sqlite_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[House]:
    """Everything at work, and the client ready."""
    clock = OffClock()
    monkeypatch.setattr(desk, "SystemClock", lambda: clock)
    monkeypatch.setattr(app, "Wire", partial(Wire, timeout=wire_patience))
    monkeypatch.setattr(app, "Supervisor", partial(Supervisor, silence=silence, first_pause=0.05))
    readies: list[DeskBot] = []
    monkeypatch.setattr(app, "build", partial(_impatient, readies))
    settings = Settings.load(
        environ={
            "TOCSIN_DISCORD_URL": sandbox.url,
            "TOCSIN_DISCORD_TOKEN": sandbox.bot_token,
            "TOCSIN_DEFAULT_CHANNEL": str(sandbox.channels["alerts"]),
            "TOCSIN_GUILD": str(sandbox.guild_id),
            "TOCSIN_DATABASE_URL": sqlite_url,
            "TOCSIN_PING_CRITICAL": "on-call",
            "TOCSIN_PORT": "0",
        }
    )
    async with app.running(settings) as place:
        built = House(sandbox, place, clock, readies)
        await built.ready()
        yield built
    await _farewell()


async def _farewell() -> None:
    """The client's last events have begun nothing else."""
    while left := [task for task in asyncio.all_tasks() if task.get_name().startswith("discord.py")]:
        await asyncio.wait(left)


def _impatient(readies: list[DeskBot], *arguments: Any, **more: Any) -> DeskBot:
    """The real client, which neither waits for other servers nor before it identifies anew."""
    bot = build(*arguments, **more)

    async def on_ready() -> None:
        readies.append(bot)

    bot.add_listener(on_ready)
    bot._connection.guild_ready_timeout = 0.02

    async def go_on(*_: object, **__: object) -> None:
        """discord.py sleeps 5 s here, as Discord allows one IDENTIFY in that time."""

    bot.before_identify_hook = go_on  # type: ignore[method-assign]  # discord.py's own way
    return bot
