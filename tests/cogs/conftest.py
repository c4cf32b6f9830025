"""The stage, set up for each test: a sandbox without rate limits, a desk, and a bot that is ready."""

from collections.abc import AsyncIterator

import pytest

from bot.clock import SystemClock
from bot.delivery.wire.redirect import redirect
from bot.sandbox.model.settings import Limits, SandboxSettings
from bot.sandbox.server import Sandbox
from bot.usecases.admin.startup import open_desk
from bot.usecases.desk import Rules
from storage.engine import Storage
from tests.cogs.stage import Stage


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(settings=SandboxSettings(limits=Limits(enabled=False)))
    redirect(await sandbox.start())
    yield sandbox
    await sandbox.stop()
    redirect(None)


@pytest.fixture
async def dark(sandbox: Sandbox, sqlite_url: str) -> AsyncIterator[Stage]:
    """A stage where no bot runs yet, with a channel for alerts."""
    async for stage in _stage(sandbox, sqlite_url, Rules(default_channel_id=sandbox.channels["alerts"])):
        yield stage


@pytest.fixture
async def stage(dark: Stage) -> Stage:
    """The same with a bot that is ready."""
    await dark.start_bot()
    return dark


@pytest.fixture
async def bare(sandbox: Sandbox, sqlite_url: str) -> AsyncIterator[Stage]:
    """A bot that is ready, and nothing set up."""
    async for stage in _stage(sandbox, sqlite_url, Rules()):
        await stage.start_bot()
        yield stage


async def _stage(sandbox: Sandbox, url: str, rules: Rules) -> AsyncIterator[Stage]:
    storage = Storage.open(url)
    stage = Stage(await open_desk(storage, SystemClock(), rules=rules, signing_key=b"k" * 32), sandbox)
    yield stage
    await stage.stop()
    await storage.close()
