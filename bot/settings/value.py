"""Value: what single settings may look like, and how they are read."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from bot.domain.alert.mapping import FieldMap, read_field_map
from bot.domain.errors import InvalidInputError

_UNITS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_DURATION: Final = re.compile(r"(?:\d+[smhd])+")
_LONGEST: Final = 10
_PART: Final = re.compile(r"(\d+)([smhd])")
_NUMERIC: Final = re.compile(r"(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+))*\.?", re.ASCII | re.IGNORECASE)
_DATABASE: Final = re.compile(
    r"(postgres|postgresql|postgresql\+asyncpg)://.*|(sqlite|sqlite\+aiosqlite)://.{2,}"
    r"|(?!.*://).*\.(db|sqlite|sqlite3)",
    re.DOTALL,
)


def read_duration(value: object) -> timedelta:
    """``"1h30m"`` as a timedelta.

    Raises:
        ValueError: in plain words.
    """
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str) and _DURATION.fullmatch(value) and len(value) <= _LONGEST:
        return timedelta(seconds=sum(int(count) * _UNITS[unit] for count, unit in _PART.findall(value)))
    raise ValueError('must be a duration such as "90s", "30m", "1h30m" or "2d"')


def _read_words(value: object) -> object:
    if isinstance(value, str):
        return tuple(word.strip() for word in value.split(",") if word.strip())
    if isinstance(value, list | tuple):
        return tuple(str(word) if type(word) is int else word for word in value)
    return value


def _read_id(value: object) -> object:
    """An id of Discord; whoever gives a name learns where the id is."""
    if isinstance(value, str) and not value.strip().isdecimal():
        raise ValueError(
            "must be an id, which is a number, and not a name: in Discord, Settings, Advanced, switch on"
            " Developer Mode; then right-click it, Copy ID"
        )
    return value


def _check_url(value: str) -> str:
    value = value.strip()
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an address that begins with http:// or https://")
    if parts.port == 0 or any(character.isspace() or not character.isprintable() for character in value):
        raise ValueError("must be an address without spaces, and with a port from 1 to 65535 if any")
    if parts.username or parts.query or parts.fragment:
        raise ValueError("must be a bare address, without user, query or fragment")
    if _NUMERIC.fullmatch(parts.hostname) and not _is_address(parts.hostname):
        raise ValueError("must have a host by name, or an IPv4 address like 192.0.2.7, without leading zeros")
    return value.rstrip("/")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def check_database(url: str) -> str:
    """The address of a database that Tocsin speaks.

    Raises:
        ValueError: it is none.
    """
    if not _DATABASE.fullmatch(url):
        raise ValueError("must be postgresql://user:password@host/name or sqlite:///path/to/file")
    return url


def _check_secret_database(url: SecretStr) -> SecretStr:
    check_database(url.get_secret_value())
    return url


def _read_mappings(value: object) -> Mapping[str, FieldMap]:
    """Tables by the names of sources; in the environment as JSON."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise ValueError("must be JSON: an object with a mapping for each source") from None
    if not isinstance(value, Mapping):
        raise ValueError("must be tables such as [senders.mapping.backups]")  # noqa: TRY004 -- pydantic's way
    try:
        return {
            str(name): raw if isinstance(raw, FieldMap) else read_field_map(raw, str(name))
            for name, raw in value.items()
        }
    except InvalidInputError as error:
        raise ValueError(str(error)) from None


Mappings = Annotated[Mapping[str, Any], BeforeValidator(_read_mappings)]
Duration = Annotated[timedelta, BeforeValidator(read_duration)]
Words = Annotated[tuple[str, ...], BeforeValidator(_read_words)]
Url = Annotated[str, AfterValidator(_check_url)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_check_secret_database)]
Folder = Annotated[Path, AfterValidator(Path.expanduser)]
Snowflake = Annotated[int, BeforeValidator(_read_id), Field(gt=0, lt=2**63)]
Count = Annotated[int, Field(ge=1)]
