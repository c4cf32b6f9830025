"""Data of every released schema comes to the present: a database walks up and is fed on each step."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import asyncpg
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.clock import ManualClock
from bot.domain.alert.signal import Severity
from bot.usecases.admin import audit_log, status
from bot.usecases.admin.idempotency import digest_of
from bot.usecases.admin.startup import open_desk
from bot.usecases.intake.queue import take_in
from storage import schema
from storage.alert.row import crc_of
from storage.engine import Storage
from storage.transaction import Transaction
from tests.senders import add_source, firing, submission
from tests.storage.filling import counts, fill, tables_of

REVISIONS: Final = [
    step.revision
    for step in reversed(
        list(ScriptDirectory(str(Path(schema.__file__).parent / "migrations")).walk_revisions())
    )
]


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A file that is not there yet, or the folder of a server."""
    return f"{tmp_path}/walk.db" if request.param == "sqlite" else str(request.getfixturevalue("postgres"))


@pytest.fixture
async def empty_url(place: str) -> AsyncIterator[str]:
    """A database without any table."""
    if place.endswith(".db"):
        yield f"sqlite:///{place}"
        return
    connection = await asyncpg.connect(user="postgres", database="postgres", host=place)
    await connection.execute("CREATE DATABASE walk")
    yield f"postgresql+asyncpg://postgres:@/walk?host={place}"
    await connection.execute("DROP DATABASE walk WITH (FORCE)")
    await connection.close()


def walk_up(connection: Connection) -> None:
    """A step, then a row in each table that there is by now; no step loses or makes any."""
    rows: dict[str, int] = {}
    for number, revision in enumerate(REVISIONS, 1):
        assert schema.migrate(connection, revision) == [revision]
        tables = tables_of(connection)
        after = counts(connection, tables)
        assert {name: after.get(name) for name in rows} == rows, revision
        fill(connection, number, tables)
        rows = counts(connection, tables)


async def test_the_files_are_in_the_order_of_the_migrations(empty_url: str) -> None:
    assert await schema.pending(empty_url) == REVISIONS
    assert schema.newest() == REVISIONS[-1]


async def test_data_of_every_revision_survives_the_way_to_the_present(
    empty_url: str, clock: ManualClock
) -> None:
    await schema.on_connection(empty_url, walk_up)
    assert await schema.pending(empty_url) == []
    assert await schema.drift(empty_url) == []
    storage = Storage.open(empty_url)
    try:
        desk = await open_desk(storage, clock, signing_key=b"k" * 32)
        condition = await status.condition(desk)
        assert len(condition.sources) == len(REVISIONS)
        assert condition.open_alerts == len(REVISIONS)
        verdict = await audit_log.verify(desk, [])
        assert (verdict.fault, verdict.entries) == ("", len(REVISIONS))
        source = await add_source(desk)
        (receipt,) = await take_in(desk, [submission(source, firing("New", Severity.CRITICAL))])
        assert receipt.alerts[0].state == "new"
        if storage.dialect == "sqlite":
            await storage.read(_require_whole)
    finally:
        await storage.close()


def _require_whole(tx: Transaction) -> None:
    connection = tx._connection
    assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    assert connection.execute(text("PRAGMA foreign_key_check")).all() == []


OLD_KEYS: Final = {
    "program:ci:deploy-8121": digest_of("program:ci", "deploy-8121"),
    "program:ci:a:b c": digest_of("program:ci", "a:b c"),
    "program:backup:8121-Zx9Yw8Vu7Ts6": digest_of("program:backup", "8121-Zx9Yw8Vu7Ts6"),
}
"""Idempotency-Keys as they stood in old rows, and what a program's repetition looks for today."""


def _with_old_keys(connection: Connection) -> list[int]:
    schema.migrate(connection, "0018_poll")
    numbers = []
    for number, key in enumerate([*OLD_KEYS, None], 1):
        fill(connection, number, tables_of(connection))
        (newest,) = connection.execute(text("SELECT max(id) FROM incident")).one()
        connection.execute(
            text("UPDATE incident SET idempotency_key = :key WHERE id = :id"), {"key": key, "id": newest}
        )
        numbers.append(newest)
    return numbers


def _keys(connection: Connection) -> dict[int, str | None]:
    return {row.id: row.idempotency_key for row in connection.execute(text("SELECT * FROM incident"))}


async def test_old_idempotency_keys_become_their_hashes(empty_url: str) -> None:
    numbers = await schema.on_connection(empty_url, _with_old_keys)
    await schema.upgrade(empty_url)
    kept = await schema.on_connection(empty_url, _keys)
    assert [kept[number] for number in numbers] == [*OLD_KEYS.values(), None]
    if empty_url.startswith("sqlite"):
        path = Path(empty_url.removeprefix("sqlite:///"))
        raw = b"".join(each.read_bytes() for each in path.parent.glob(path.name + "*"))
        assert not [key for key in OLD_KEYS if key.encode() in raw or key.rpartition(":")[2].encode() in raw]


def _with_old_alerts(connection: Connection) -> None:
    schema.migrate(connection, "0038_seen_in")
    for number in range(1, 4):
        fill(connection, number, tables_of(connection))
    connection.execute(text("UPDATE alert SET target = 'Küche · nas-01' WHERE id = 1"))
    connection.execute(text("UPDATE alert SET state = 'resolved' WHERE id = 2"))


def _crcs(connection: Connection) -> list[tuple[str, int]]:
    rows = connection.execute(text("SELECT state, target, target_crc FROM alert ORDER BY id"))
    return [("right" if row.target_crc == crc_of(row.target) else row.state, row.target_crc) for row in rows]


async def test_the_targets_of_open_alerts_are_found_by_their_checksums_after_the_update(
    empty_url: str,
) -> None:
    await schema.on_connection(empty_url, _with_old_alerts)
    await schema.upgrade(empty_url)
    first, over, last = await schema.on_connection(empty_url, _crcs)
    assert (first[0], over, last[0]) == ("right", ("resolved", 0), "right")
