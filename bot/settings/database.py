"""Which database: the resolution order, and a way to name the choice without giving its password away."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from bot.settings.environment import SettingProblem
from bot.settings.tree import ConfigError, Settings
from bot.settings.value import check_database

EMBEDDED_NAME: Final = "tocsin.db"

_POSTGRES: Final = {"postgres", "postgresql", "postgresql+asyncpg"}


@dataclass(frozen=True)
class DatabaseChoice:
    """What the driver gets as ``url`` (not in the repr: it may hold a password), and who said so."""

    url: str = field(repr=False)
    origin: str
    embedded: bool

    @property
    def folder(self) -> Path | None:
        """Where the embedded file is, None for a database elsewhere."""
        return Path(self.shown).parent if self.embedded else None

    @property
    def shown(self) -> str:
        """The address for logs and people: without user and password."""
        if self.embedded:
            return self.url.partition(":///")[2]
        parts = urlsplit(self.url)
        return f"postgresql://{parts.netloc.rpartition('@')[2]}{parts.path}"


def database_choice(settings: Settings, environ: Mapping[str, str] | None = None) -> DatabaseChoice:
    """The first of: our own setting, ``DATABASE_URL``, a file in the data folder.

    Raises:
        ConfigError: the address is of a database that Tocsin does not speak.
    """
    environ = os.environ if environ is None else environ
    if settings.storage.database_url is not None:
        from_environ = environ.get("TOCSIN_DATABASE_URL") or environ.get("TOCSIN_DATABASE_URL_FILE")
        origin = "TOCSIN_DATABASE_URL" if from_environ else "storage.database_url"
        return _choose(settings.storage.database_url.reveal(), origin)
    if url := environ.get("DATABASE_URL"):
        return _choose(url, "DATABASE_URL")
    return _embedded(settings.storage.data / EMBEDDED_NAME, "the data folder (TOCSIN_DATA)")


def _choose(url: str, origin: str) -> DatabaseChoice:
    try:
        check_database(url)
    except ValueError as error:
        raise ConfigError([SettingProblem(origin, str(error))]) from None
    scheme, separator, rest = url.partition("://")
    if scheme in _POSTGRES and separator:
        return DatabaseChoice(_asyncpg(url), origin, embedded=False)
    # Three slashes before a relative path, four before an absolute one.
    return _embedded(Path(rest.removeprefix("/").partition("?")[0] if separator else url), origin)


def _embedded(path: Path, origin: str) -> DatabaseChoice:
    absolute = path.expanduser().absolute()
    return DatabaseChoice(f"sqlite+aiosqlite:///{absolute}", origin, embedded=True)


def _asyncpg(url: str) -> str:
    """The address in the words of asyncpg, which says ``ssl`` where libpq says ``sslmode``."""
    parts = urlsplit(url)
    query = [("ssl" if name == "sslmode" else name, value) for name, value in parse_qsl(parts.query)]
    return urlunsplit(parts._replace(scheme="postgresql+asyncpg", query=urlencode(query)))
