"""A desk that already ran keeps its counts, and its sums begin with the episodes it had."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from storage import migration, schema
from tests.postgres import address, administer

BEFORE: Final = "0002_incident"
_ROWS: Final = (
    "INSERT INTO project (id, name, tag, created_at) VALUES (1, 'default', 'abcd', 0)",
    "INSERT INTO source (id, project_id, name, provider, created_at) VALUES (1, 1, 'prod', 'generic', 0)",
    """INSERT INTO recurrence (id, project_id, source_id, signature, name, namespace, service, target,
        occurrences, episodes, duplicates, flaps, first_seen_at, last_seen_at)
        VALUES (7, 1, 1, 's', 'x', '', '', '', 9, 3, 6, 0, 0, 0)""",
    "INSERT INTO recurrence_hour VALUES (7, 48, 9, 3)",
    "INSERT INTO recurrence_day VALUES (1, 2, 7, 9, 3)",
)
_ALERT: Final = (
    "INSERT INTO alert (id, project_id, source_id, recurrence_id, signature, state, severity, severity_word,"
    " name, summary, description, labels, links, namespace, service, target, group_key, occurrences, flaps,"
    " opened_at, last_seen_at, acked_at, resolved_at, resolved_by, owner)"
    " VALUES ({id}, 1, 1, 7, 's', '{state}', 'info', '', 'x', '', '', '{{}}', '[]', '', '', '', '', 3, 0,"
    " 100, 100, {acked}, {resolved}, {by}, {owner})"
)
_ALERTS: Final = (
    {"id": 1, "state": "resolved", "acked": "NULL", "resolved": 130, "by": "'source:prod'", "owner": "NULL"},
    {
        "id": 2,
        "state": "resolved",
        "acked": 110,
        "resolved": 160,
        "by": "'source:prod'",
        "owner": "'person:1'",
    },
    {"id": 3, "state": "acked", "acked": 105, "resolved": "NULL", "by": "NULL", "owner": "'person:1'"},
)


@pytest.fixture(params=["sqlite", "postgresql"])
def folder(request: pytest.FixtureRequest) -> str:
    """Where PostgreSQL listens, "" for SQLite."""
    found: str = request.getfixturevalue("postgres") if request.param == "postgresql" else ""
    return found


@pytest.fixture
async def empty_url(folder: str, tmp_path: Path) -> AsyncIterator[str]:
    """A database without any table."""
    if not folder:
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    await administer(folder, "CREATE DATABASE empty_tocsin")
    yield address(folder, "empty_tocsin")
    await administer(folder, "DROP DATABASE empty_tocsin WITH (FORCE)")


def to(connection: Connection, revision: str, *, down: bool = False) -> None:
    config: Config = migration.configured()
    config.attributes["connection"] = connection
    (command.downgrade if down else command.upgrade)(config, revision)


def fill(connection: Connection) -> None:
    to(connection, BEFORE)
    for statement in (*_ROWS, *(_ALERT.format(**each) for each in _ALERTS)):
        connection.exec_driver_sql(statement)


def look(connection: Connection, question: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.exec_driver_sql(question)]


async def test_counts_are_kept_sums_are_filled_and_the_way_back_is_open(empty_url: str) -> None:
    await schema.on_connection(empty_url, fill)
    await schema.upgrade(empty_url)
    assert await schema.drift(empty_url) == []

    def work(connection: Connection) -> None:
        sums = "SELECT acks, ack_us, resolves, resolve_us, self_resolves, attention_us FROM recurrence"
        assert look(connection, sums) == [(2, 15, 2, 90, 1, 0)]
        days = "SELECT recurrence_id, day, occurrences, episodes, self_resolves FROM recurrence_day"
        assert look(connection, days) == [(7, 2, 9, 3, 0)]
        to(connection, BEFORE, down=True)
        assert look(connection, "SELECT * FROM recurrence_day") == [(1, 2, 7, 9, 3)]
        assert look(connection, "SELECT * FROM recurrence_hour") == [(7, 48, 9, 3)]

    await schema.on_connection(empty_url, work)
