"""Backup: every row of a desk in one file, taken while it works, and put back into either engine.

The file is a zip: ``manifest.json`` names version, schema and the rows of each table; ``tables/NAME.jsonl``
has one JSON list a row, in the order of the columns that the manifest names; ``secret.key`` is the desk's own
key, where it was asked for. Reading happens in one snapshot, so that the rows belong together and nobody who
writes waits for it. A copy of the database file alone would lose what stands in its write-ahead log.
"""

import asyncio
import os
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import Connection, LargeBinary, MetaData, Table, create_engine, event, func, select, text
from sqlalchemy.exc import SAWarning
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from bot.domain.errors import TocsinError
from storage import schema
from storage.codec import moment
from storage.dialect import WORKER_LOCK
from storage.file import is_sqlite, sqlite_path
from storage.writer import BUSY_TIMEOUT_MS

T = TypeVar("T")

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
KEY: Final = "secret.key"
_VERSIONS: Final = "alembic_version"
_ROWS: Final = 2_000  # at a time: a backup must not cost the memory of its database


class TableRows(msgspec.Struct, frozen=True):
    """One table of a backup: its columns in the order of the values, and how many rows it has."""

    name: str
    columns: tuple[str, ...]
    rows: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup says of itself; ``changed_at`` is the time of the last audit entry in it."""

    format: int = FORMAT
    tocsin: str
    revision: str
    taken_at: datetime
    changed_at: datetime | None
    tables: tuple[TableRows, ...]
    has_key: bool

    @property
    def rows(self) -> int:
        """How many rows it has in all."""
        return sum(table.rows for table in self.tables)


async def write(url: str, path: Path, *, key: str | None, version: str, now: datetime) -> Manifest:
    """Write the backup of the database at ``url`` to ``path`` and read it again to prove that it is whole.

    Raises:
        TocsinError: there is nothing to back up, or what was written cannot be read.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                await _on_snapshot(url, lambda conn: _dump(conn, archive, key=key, version=version, now=now))
            file.flush()
            os.fsync(file.fileno())
        manifest = await asyncio.to_thread(read, draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def read(path: Path) -> Manifest:
    """What the backup holds; every byte of it is checked.

    Raises:
        TocsinError: it is no backup of Tocsin, it is damaged, or a newer version wrote it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
            damaged = archive.testzip() is not None or any(
                _count(archive, table) != table.rows for table in manifest.tables
            )
    except FileNotFoundError:
        raise TocsinError(f"There is no file {path}.") from None
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, KeyError, msgspec.MsgspecError) as error:
        raise TocsinError(f"{path} is no backup of Tocsin, or it is damaged: {error}") from error
    if damaged:
        raise TocsinError(f"{path} is damaged: what it holds is not what it says it holds.")
    if manifest.format != FORMAT or not schema.known(manifest.revision):
        raise TocsinError(
            f"{path} was written by a newer Tocsin ({manifest.tocsin}, tables {manifest.revision});"
            f" this one goes up to {schema.newest()}. Restore it with that version. Nothing was changed."
        )
    return manifest


def read_key(path: Path) -> str | None:
    """The desk's key in the backup, None when it was made without."""
    with zipfile.ZipFile(path) as archive:
        return archive.read(KEY).decode("ascii") if KEY in archive.namelist() else None


async def changed_at(url: str) -> datetime | None:
    """When the desk at ``url`` last changed anything, None when there is nothing yet."""
    if is_sqlite(url) and not sqlite_path(url).exists():
        return None
    return await _on_snapshot(url, _changed_at)


async def in_use(url: str) -> bool:
    """Whether a desk is at work on the PostgreSQL database at ``url``."""

    def ask_who_is_there(connection: Connection) -> bool:
        statement = text(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_locks.database = pg_database.oid"
            " WHERE locktype = 'advisory' AND classid = :class AND datname = current_database()"
        )
        return bool(connection.scalar(statement, {"class": WORKER_LOCK}))

    return await _on_snapshot(url, ask_who_is_there)


async def fill(url: str, path: Path) -> Manifest:
    """Put the rows of the backup at ``path`` into the database at ``url``, then bring it up to date.

    Everything that stands there goes; on PostgreSQL in the same transaction. The caller says whether it may.
    """
    manifest = await asyncio.to_thread(read, path)

    def fill_backup(connection: Connection) -> None:
        _clear(connection)
        schema.migrate(connection, manifest.revision)
        with zipfile.ZipFile(path) as archive:
            _load(connection, archive, manifest)
        schema.migrate(connection, "head")

    await schema.on_connection(url, fill_backup)
    return manifest


def _dump(
    connection: Connection, archive: zipfile.ZipFile, *, key: str | None, version: str, now: datetime
) -> None:
    revision = schema.revision_of(connection)
    if revision is None:
        raise TocsinError("There is nothing to back up: the database has no tables yet.")
    tables = []
    for table in _tables(connection):
        count = 0
        with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as file:
            for row in _rows(connection, table):
                file.write(msgspec.json.encode(row) + b"\n")
                count += 1
        tables.append(TableRows(str(table.name), tuple(map(str, table.columns.keys())), count))
    if key is not None:
        archive.writestr(KEY, key)
    manifest = Manifest(
        tocsin=version,
        revision=revision,
        taken_at=now,
        changed_at=_changed_at(connection),
        tables=tuple(tables),
        has_key=key is not None,
    )
    archive.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))


def _rows(connection: Connection, table: Table) -> Iterator[list[Any]]:
    result = connection.execution_options(stream_results=True, yield_per=_ROWS).execute(select(table))
    for part in result.partitions():
        yield from (list(row) for row in part)


def _count(archive: zipfile.ZipFile, table: TableRows) -> int:
    with archive.open(f"tables/{table.name}.jsonl") as file:
        return sum(1 for _ in file)


def _load(connection: Connection, archive: zipfile.ZipFile, manifest: Manifest) -> None:
    columns = {table.name: table.columns for table in manifest.tables}
    for table in _tables(connection):
        connection.execute(table.delete())  # what a migration put there stands in the backup too
    for table in _tables(connection):
        if table.name not in columns:
            continue
        rows = (
            msgspec.json.decode(line)
            for line in archive.open(f"tables/{table.name}.jsonl")  # closed with the archive
        )
        _insert(connection, table, columns[table.name], rows)


def _insert(connection: Connection, table: Table, names: tuple[str, ...], rows: Iterator[list[Any]]) -> None:
    binary = [at for at, name in enumerate(names) if isinstance(table.c[name].type, LargeBinary)]
    batch: list[dict[str, Any]] = []
    for row in rows:
        for at in binary:
            row[at] = None if row[at] is None else msgspec.convert(row[at], bytes)
        batch.append(dict(zip(names, row, strict=True)))
        if len(batch) == _ROWS:
            connection.execute(table.insert(), batch)
            batch = []
    if batch:
        connection.execute(table.insert(), batch)
    if connection.dialect.name == "postgresql" and "id" in names:
        sequence = func.pg_get_serial_sequence(table.name, "id")
        last = select(func.max(table.c.id)).scalar_subquery()
        connection.execute(
            select(func.setval(sequence, last)).where(sequence.is_not(None), last.is_not(None))
        )


def _tables(connection: Connection) -> list[Table]:
    """As the database has them, which may be those of an older version; whom others point to first."""
    return [table for table in _reflected(connection).sorted_tables if table.name != _VERSIONS]


def _reflected(connection: Connection) -> MetaData:
    found = MetaData()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # of indices that cannot be read; rows have none
        found.reflect(connection)
    return found


def _clear(connection: Connection) -> None:
    _reflected(connection).drop_all(connection)


def _changed_at(connection: Connection) -> datetime | None:
    audit = next((table for table in _tables(connection) if table.name == "audit"), None)
    if audit is None:
        return None
    last = connection.scalar(select(func.max(audit.c.at)))
    return None if last is None else moment(last)


async def _on_snapshot(url: str, work: Callable[[Connection], T]) -> T:
    """Run ``work``, which only reads, on one consistent state that hinders no writer."""
    if is_sqlite(url):
        return await asyncio.to_thread(_on_file, sqlite_path(url), work)
    engine = create_async_engine(url, poolclass=NullPool, isolation_level="REPEATABLE READ")
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


def _on_file(path: Path, work: Callable[[Connection], T]) -> T:
    if not path.exists():
        raise TocsinError(f"There is no database {path}.")
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    try:
        with engine.connect() as connection:
            return work(connection)
    finally:
        engine.dispose()


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA query_only=ON")
