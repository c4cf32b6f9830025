"""The same laws on both engines: transactions, durability, privacy."""

import asyncio
import stat
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.domain.access.project import Project
from bot.domain.errors import NotDurableError
from storage import schema
from storage.engine import Storage
from storage.file import sqlite_path
from storage.transaction import Transaction

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)


class ProbeError(Exception):
    """Raised by the test itself."""


def find(tx: Transaction) -> Project | None:
    return tx.projects.named("a")


async def test_a_write_is_there_for_the_next_reader(storage: Storage) -> None:
    created = await storage.write(lambda tx: tx.projects.create("a", now=NOW))
    assert await storage.read(find) == created


async def test_a_failed_write_leaves_nothing(storage: Storage) -> None:
    def work(tx: Transaction) -> None:
        tx.projects.create("a", now=NOW)
        raise ProbeError

    with pytest.raises(ProbeError):
        await storage.write(work)
    assert await storage.read(find) is None


async def test_a_rollback_undoes_a_statement_that_begins_with_with(storage: Storage, desk: object) -> None:
    """The trap: the default SQLite driver opens no transaction for it."""
    del desk

    def work(tx: Transaction) -> None:
        tx.run_raw(
            "WITH chosen AS (SELECT id FROM project LIMIT 1)"
            " UPDATE project SET name = 'lost' WHERE id IN (SELECT id FROM chosen)"
        )
        raise ProbeError

    with pytest.raises(ProbeError):
        await storage.write(work)
    assert await storage.read(lambda tx: tx.projects.named("default")) is not None


async def test_writers_do_not_lose_each_other(storage: Storage) -> None:
    names = [f"p{number}" for number in range(30)]

    def create(name: str) -> Callable[[Transaction], Project]:
        return lambda tx: tx.projects.create(name, now=NOW)

    await asyncio.gather(*(storage.write(create(name)) for name in names))
    found = await storage.read(lambda tx: [tx.projects.named(name) for name in names])
    assert None not in found


async def test_close_waits_for_what_was_begun(sqlite_url: str) -> None:
    storage = Storage.open(sqlite_url)
    writing = asyncio.create_task(storage.write(lambda tx: tx.projects.create("a", now=NOW)))
    await asyncio.wait([writing], timeout=0)
    await storage.close()
    again = Storage.open(sqlite_url)
    assert await again.read(find) is not None
    await again.close()
    await writing


async def test_a_file_is_readable_by_its_owner_alone(sqlite_url: str) -> None:
    storage = Storage.open(sqlite_url)
    await storage.write(lambda tx: tx.projects.create("a", now=NOW))
    path = sqlite_path(sqlite_url)
    for each in (path, path.with_name(path.name + "-wal")):
        assert stat.S_IMODE(each.stat().st_mode) == 0o600
    await storage.close()


async def test_who_opens_a_file_once_more_does_not_let_go_of_its_locks(sqlite_url: str) -> None:
    """The trap: a process that closes any handle of a file loses all its locks on it, and then the WAL."""
    storage = Storage.open(sqlite_url)
    await storage.read(find)
    second = Storage.open(sqlite_url)
    path = sqlite_path(sqlite_url)
    ask = f"import sqlite3; sqlite3.connect({str(path)!r}, timeout=0).execute('PRAGMA journal_mode=DELETE')"
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", ask, stderr=asyncio.subprocess.PIPE)
    _, said = await other.communicate()
    assert b"database is locked" in said
    await second.close()
    await storage.close()


async def test_sqlite_promises_durability(sqlite_url: str) -> None:
    storage = Storage.open(sqlite_url)
    pragmas = await storage.write(
        lambda tx: [
            tx.run_raw(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    )
    assert pragmas == ["wal", 2, 1, 5000]
    await storage.close()


async def test_a_read_cannot_write(sqlite_url: str) -> None:
    storage = Storage.open(sqlite_url)
    with pytest.raises(NotDurableError, match="readonly"):
        await storage.read(lambda tx: tx.projects.create("a", now=NOW))
    await storage.close()


async def test_migrating_twice_does_nothing(database_url: str) -> None:
    assert await schema.pending(database_url) == []
    assert await schema.upgrade(database_url) == []
    assert await schema.upgrade_sql(database_url) == ""


async def test_a_dry_run_prints_the_sql_and_creates_nothing(tmp_path: object) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    names = await schema.pending(url)
    assert names
    assert "CREATE TABLE alert" in await schema.upgrade_sql(url)
    assert not sqlite_path(url).exists()
    assert await schema.upgrade(url) == names


async def test_the_tables_equal_the_migrations(database_url: str) -> None:
    assert await schema.drift(database_url) == []


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must name a file"):
        Storage.open(url)
