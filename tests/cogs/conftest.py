"""The stage, set up for each test: a sandbox without rate limits, a desk, and a bot that is ready."""

from collections.abc import AsyncIterator

import pytest

from bot.clock import SystemClock
from bot.delivery.redirect import redirect
from bot.sandbox.server import Sandbox
from bot.sandbox.settings import Limits, SandboxSettings
from bot.usecases.desk import Rules
from bot.usecases.open import open_desk
from storage.engine import Storage
from tests.cogs.stage import Stage


@pytest.fixture
async def dark(sqlite_url: str) -> AsyncIterator[Stage]:
    """A stage where no bot runs yet."""
    sandbox = Sandbox(settings=SandboxSettings(limits=Limits(enabled=False)))
    redirect(await sandbox.start())
    storage = Storage.open(sqlite_url)
    rules = Rules(default_channel_id=sandbox.channels["alerts"])
    stage = Stage(await open_desk(storage, SystemClock(), rules=rules, signing_key=b"k" * 32), sandbox)
    yield stage
    await stage.stop()
    await storage.close()
    await sandbox.stop()
    redirect(None)


@pytest.fixture
async def stage(dark: Stage) -> Stage:
    """A stage with a bot that is ready."""
    await dark.start_bot()
    return dark
