"""Migration: what alembic does: apply what is pending, print it as SQL, compare the tables with it.

It is loaded only for that: alembic is 4 MiB and a tenth of a second, and most starts find nothing pending.
"""

import io
import warnings
from pathlib import Path
from typing import Final

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from storage.table.core import metadata

_FOLDER: Final = Path(__file__).parent / "migrations"
_OF_EXPRESSIONS: Final = frozenset({"ix_alert_urgency"})


def configured(buffer: io.StringIO | None = None) -> Config:
    """Alembic's own settings; SQL goes to ``buffer``."""
    config = Config(output_buffer=buffer) if buffer is not None else Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config


def apply(connection: Connection, revision: str) -> None:
    """Apply what is pending up to ``revision`` within the caller's transaction."""
    config = configured()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def as_sql(url: str, after: str | None) -> str:
    """What `apply` would do behind a revision, as SQL."""
    buffer = io.StringIO()
    config = configured(buffer)
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    command.upgrade(config, f"{after}:head" if after else "head", sql=True)
    return buffer.getvalue()


def differences(connection: Connection) -> list[str]:
    """How the database differs from the tables in `storage.table.core`, one line a difference."""
    _keep_indexes_partial()
    opts = {"compare_type": True, "include_object": _is_comparable}
    context = MigrationContext.configure(connection, opts=opts)
    with warnings.catch_warnings():  # SQLite does not tell what an index of an expression is of
        warnings.filterwarnings("ignore", ".*expression-based index")
        return [str(each) for each in compare_metadata(context, metadata)]


def _keep_indexes_partial() -> None:
    """Say to PostgreSQL, too, what `storage.table.core.only` said of an index."""
    for table in metadata.tables.values():
        for index in table.indexes:
            if (condition := index.info.get("only")) is not None:
                index.dialect_options["postgresql"]["where"] = condition


def _is_comparable(_: object, name: str | None, *__: object) -> bool:
    """An index of an expression is told by each engine in words of its own."""
    return name not in _OF_EXPRESSIONS
