"""A backup holds all that was there at its moment, and goes back into either engine."""

import asyncio
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.domain.audit import first_broken
from bot.domain.errors import TocsinError
from bot.usecases.desk import Desk
from storage import backup, schema
from storage.engine import Storage
from storage.table.core import metadata
from storage.transaction import Transaction
from tests.conftest import START
from tests.postgres import address, administer
from tests.senders import Send, firing

ALERTS = 40


@pytest.fixture(params=["sqlite", "postgresql"])
def folder(request: pytest.FixtureRequest) -> str:
    """Where PostgreSQL listens, "" for SQLite."""
    found: str = request.getfixturevalue("postgres") if request.param == "postgresql" else ""
    return found


@pytest.fixture
async def empty_url(folder: str, tmp_path: Path) -> AsyncIterator[str]:
    """A database without any table."""
    if not folder:
        yield f"sqlite:///{tmp_path / 'restored.db'}"
        return
    await administer(folder, "CREATE DATABASE empty_backup")
    yield address(folder, "empty_backup")
    await administer(folder, "DROP DATABASE empty_backup WITH (FORCE)")


async def counts(url: str) -> dict[str, int]:
    """The rows of each table."""
    storage = Storage.open(url)
    tables = [table for table in metadata.tables if table != "alembic_version"]

    def work(tx: Transaction) -> dict[str, int]:
        connection = tx.audit._connection
        return {name: connection.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in tables}  # noqa: S608 -- our own names

    try:
        return await storage.read(work)
    finally:
        await storage.close()


async def test_what_was_there_is_there_again_in_either_engine(
    desk: Desk, send: Send, database_url: str, empty_url: str, tmp_path: Path
) -> None:
    for number in range(ALERTS):
        await send(firing(name=f"Alert{number}"))
    file = tmp_path / "desk.zip"
    written = await backup.write(database_url, file, key="ab" * 32, version="1", now=START)
    await backup.fill(empty_url, file)
    assert await counts(empty_url) == await counts(database_url)
    assert written.rows == sum((await counts(database_url)).values())
    assert backup.read_key(file) == "ab" * 32
    assert not await schema.pending(empty_url)
    restored = Storage.open(empty_url)
    chain = await restored.read(lambda tx: tx.audit.chain(desk.project.id))
    assert chain
    assert first_broken(chain) is None
    await restored.write(lambda tx: tx.audit.append(desk.project.id, chain[0].entry))  # ids go on
    await restored.close()


async def test_a_backup_beside_writers_is_of_one_moment(
    send: Send, database_url: str, tmp_path: Path
) -> None:
    async def keep_sending() -> None:
        for number in range(60):
            await send(firing(name=f"Beside{number}"))

    writer = asyncio.create_task(keep_sending())
    await send(firing(name="Before"))
    file = tmp_path / "desk.zip"
    manifest = await backup.write(database_url, file, key=None, version="1", now=START)
    await writer
    rows = {table.name: table.rows for table in manifest.tables}
    assert rows["alert"] == rows["recurrence"]  # written in one transaction, so never one without the other
    assert rows["event"] == rows["alert"] >= 1


async def test_a_damaged_file_is_refused_before_anything_changes(sqlite_url: str, tmp_path: Path) -> None:
    file = tmp_path / "desk.zip"
    await backup.write(sqlite_url, file, key=None, version="1", now=START)
    with zipfile.ZipFile(file) as archive:
        member = archive.getinfo("tables/project.jsonl")
    raw = file.read_bytes()
    start = raw.index(b"tables/project.jsonl") + len("tables/project.jsonl")
    broken = tmp_path / "broken.zip"
    for at in range(start + 20, start + member.compress_size):
        broken.write_bytes(raw[:at] + bytes([raw[at] ^ 0xFF]) + raw[at + 1 :])
        with pytest.raises(TocsinError, match="damaged"):
            backup.read(broken)
    broken.write_bytes(raw[:-40])
    with pytest.raises(TocsinError, match="damaged"):
        backup.read(broken)
    (tmp_path / "text.zip").write_text("nothing")
    with pytest.raises(TocsinError, match="no backup"):
        backup.read(tmp_path / "text.zip")


async def test_a_backup_of_a_newer_version_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    file, newer = tmp_path / "desk.zip", tmp_path / "newer.zip"
    await backup.write(sqlite_url, file, key=None, version="1", now=START)
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(newer, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            new.writestr(name, body.replace(schema.newest().encode(), b"9999_future"))
    with pytest.raises(TocsinError, match="newer Tocsin"):
        backup.read(newer)


async def test_a_desk_at_work_on_postgresql_is_seen(postgres_url: str) -> None:
    assert not await backup.in_use(postgres_url)
    storage = Storage.open(postgres_url)
    await storage.announce("worker")
    assert await backup.in_use(postgres_url)
    await storage.close()
    assert not await backup.in_use(postgres_url)
