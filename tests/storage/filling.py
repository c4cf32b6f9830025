"""Rows for a database at any revision: one in each table, made of what the tables themselves say."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Connection, Integer, inspect, text

from bot.domain.actor import job
from bot.domain.audit import GENESIS, Entry, seal

_VERSIONS: Final = "alembic_version"
AT: Final = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
AT_US: Final = int(AT.timestamp()) * 1_000_000
_WORDS: Final[dict[str, Any]] = {
    "state": "new",
    "severity": "critical",
    "status": "firing",
    "lane": 0,
    "provider": "generic",
    "actor": "job:test",
    "by": "job:test",
    "author": "job:test",
    "opened_by": "job:test",
    "created_by": "job:test",
    "card.kind": "alert",
    "incident.state": "investigating",
    "incident.severity": "P1",
    "brief.kind": "alert",
}
"""What a column has to hold to be read again, by its name or by ``table.name``."""


@dataclass(frozen=True)
class Column:
    """A column as the database has it; ``refers`` is the table that it points to."""

    name: str
    type: object
    is_optional: bool
    is_given: bool
    is_key: bool
    refers: str

    @property
    def is_number(self) -> bool:
        return isinstance(self.type, Integer | BigInteger)


Tables = dict[str, list[Column]]


def tables_of(connection: Connection) -> Tables:
    """The tables as they are now, whom others point to first."""
    inspector = inspect(connection)
    columns = {name: each for (_, name), each in inspector.get_multi_columns().items() if name != _VERSIONS}
    keys = {
        name: each["constrained_columns"] for (_, name), each in inspector.get_multi_pk_constraint().items()
    }
    refers: dict[str, dict[str, str]] = {name: {} for name in columns}
    for (_, name), foreign in inspector.get_multi_foreign_keys().items():
        if name in refers:
            refers[name] = {
                column: key["referred_table"] for key in foreign for column in key["constrained_columns"]
            }
    order = TopologicalSorter({name: set(each.values()) - {name} for name, each in refers.items()})
    return {
        name: [
            Column(
                name=each["name"],
                type=each["type"],
                is_optional=bool(each["nullable"]),
                is_given=each.get("default") is not None or each.get("identity") is not None,
                is_key=each["name"] in keys.get(name, ()),
                refers=refers[name].get(each["name"], ""),
            )
            for each in columns[name]
        ]
        for name in order.static_order()
    }


def counts(connection: Connection, tables: Iterable[str]) -> dict[str, int]:
    """How many rows each table has."""
    each = [f"SELECT '{name}', count(*) FROM {name}" for name in tables]  # noqa: S608 -- names of our own
    return dict(connection.execute(text(" UNION ALL ".join(each))).all())


def fill(connection: Connection, number: int, tables: Tables) -> None:
    """One more row in each table; ``number`` keeps what has to be unique apart."""
    made: dict[str, int] = {}
    for name, columns in tables.items():
        if name == "project" and number > 1:
            made[name] = 1
            continue
        if [column.name for column in columns if column.is_key] == ["project_id"] and _has_rows(
            connection, name
        ):
            continue  # one for each project
        values = {
            column.name: _value(name, column, number, made)
            for column in columns
            if not _is_left(name, column)
        }
        if name == "project":
            values |= {"name": "default", "tag": "abcd", "settings": "{}"}
        if name == "audit":
            values |= _sealed(connection, made["project"])
        has_id = any(column.name == "id" for column in columns)
        names = ", ".join(f'"{each}"' for each in values)
        marks = ", ".join(f":{each}" for each in values)
        statement = f'INSERT INTO "{name}" ({names}) VALUES ({marks})'  # noqa: S608 -- names of our own
        if not has_id:
            connection.execute(text(statement), values)
        else:
            made[name] = connection.execute(text(f"{statement} RETURNING id"), values).scalar_one()


def _has_rows(connection: Connection, table: str) -> bool:
    return connection.execute(text(f'SELECT 1 FROM "{table}"')).first() is not None  # noqa: S608 -- of our own


def _is_left(table: str, column: Column) -> bool:
    """Whether the database itself gives a value, or none is needed."""
    own = column.name == "id" and not column.refers and column.is_number
    if own or column.is_given or column.refers == table:
        return True
    wanted = column.name in _WORDS or f"{table}.{column.name}" in _WORDS or column.name.endswith("_id")
    return column.is_optional and not (wanted and not column.name.endswith("message_id"))


def _value(table: str, column: Column, number: int, made: dict[str, int]) -> Any:
    name = column.name
    other = column.refers or ("alert" if name == "subject_id" else name.removesuffix("_id"))
    word = next((each for each in (f"{table}.{name}", name) if each in _WORDS), None)
    if other in made and (column.refers or name.endswith("_id")):
        return made[other]
    if word is not None:
        return _number(word) if column.is_number else _WORDS[word]
    if isinstance(column.type, Boolean):
        return False
    if column.is_number:
        return AT_US + number if name.endswith(("_at", "since", "until")) else number
    return f"{name}-{number}"


def _number(word: str) -> int:
    found = _WORDS[word]
    return found if isinstance(found, int) else 1


def _sealed(connection: Connection, project_id: int) -> dict[str, Any]:
    """An entry that fits the chain, as versions before knew it."""
    newest = text("SELECT digest FROM audit WHERE project_id = :project ORDER BY id DESC LIMIT 1")
    last = connection.execute(newest, {"project": project_id}).scalar_one_or_none()
    entry = Entry(at=AT, actor=job("test"), action="test.filled", subject="project:default")
    previous = last or GENESIS
    return {
        "at": AT_US,
        "actor": "job:test",
        "actor_name": entry.actor.name,
        "action": entry.action,
        "subject": entry.subject,
        "before": entry.before,
        "after": entry.after,
        "note": entry.note,
        "previous": previous,
        "digest": seal(previous, entry),
    }
