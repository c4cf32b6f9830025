"""Value: what single settings may look like, and how they are read.

A setting's type carries its readers, called one after the other: ``Annotated[int, read_whole, between(1)]``.
The first takes what TOML, the environment (a text) or a caller gave. Each raises ValueError in plain words.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from ipaddress import ip_address
from math import inf
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar, get_args
from urllib.parse import urlsplit

from bot.domain.alert.mapping import FieldMap, read_field_map
from bot.domain.errors import InvalidInputError
from bot.settings.secret import Secret

NumberT = TypeVar("NumberT", int, float)

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
_SWITCH: Final = {
    **dict.fromkeys(("1", "true", "t", "yes", "y", "on"), True),
    **dict.fromkeys(("0", "false", "f", "no", "n", "off"), False),
}
_WHOLE: Final = re.compile(r"([+-]?\d+(?:_\d+)*)(?:\.0+)?", re.ASCII)
_MOST_DIGITS: Final = 4_300  # more of them Python does not read
_SIZE: Final = re.compile(r"(\d{,99}\.?\d{1,99})\s*(?:([kmgtpe])(i(?=b))?)?(b|bit)?", re.IGNORECASE)
_ID_END: Final = 2**63


def read_text(value: object) -> str:
    """A text as it is."""
    if isinstance(value, str):
        return value
    raise ValueError("must be a text in quotes")


def read_secret(value: object) -> Secret:
    """A text that will not print."""
    return Secret(read_text(value))


def read_switch(value: object) -> bool:
    """True or false, 1 or 0, and as a text ``yes`` and ``on`` and their opposites besides."""
    if isinstance(value, str) and value.lower() in _SWITCH:
        return _SWITCH[value.lower()]
    if isinstance(value, int | float) and value in {0, 1}:
        return bool(value)
    raise ValueError("must be true or false")


def read_whole(value: object) -> int:
    """A whole number; ``1_000`` and ``3.0`` are some."""
    text = value.strip() if isinstance(value, str) else ""
    if len(text) <= _MOST_DIGITS and (found := _WHOLE.fullmatch(text)):
        return int(found[1])
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer() and abs(value) < _ID_END):
        return int(value)
    raise ValueError("must be a whole number")


def read_number(value: object) -> float:
    """A number, with a fraction or not."""
    try:
        if isinstance(value, int | float | str):
            return float(value)
    except (ValueError, OverflowError):
        pass
    raise ValueError("must be a number")


def between(least: float, most: float = inf) -> Callable[[NumberT], NumberT]:
    """A check: the number is not below ``least`` and not above ``most``."""

    def check(number: NumberT) -> NumberT:
        if not number >= least:  # neither is what is no number
            raise ValueError(f"must be greater than or equal to {least}")
        if number > most:
            raise ValueError(f"must be less than or equal to {most}")
        return number

    return check


def one_of(choice: object) -> Callable[[object], object]:
    """A reader of one of the words of a ``Literal``."""
    *words, last = map(repr, get_args(choice))

    def read(value: object) -> object:
        if value not in get_args(choice):
            raise ValueError(f"must be {', '.join(words)} or {last}")
        return value

    return read


def read_size(value: object) -> int:
    """Bytes: ``"16MiB"``, ``"1.5 GB"`` or their number."""
    try:
        size = read_whole(value)
    except ValueError:
        size = _in_units(value)
    if size < 0:
        raise ValueError('must be a size such as "512KiB" or "1MiB"')
    return size


def _in_units(value: object) -> int:
    """-1 for what is no size."""
    found = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return -1
    number, prefix, binary, unit = found.groups(default="")
    factor = (1024 if binary else 1000) ** "_kmgtpe".index(prefix.lower() or "_")
    return int(float(number) * factor / (8 if unit.lower() == "bit" else 1))


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


def read_words(value: object) -> tuple[str, ...]:
    """A list of texts, or of ids as numbers; as one text they stand behind each other with commas."""
    if isinstance(value, str):
        return tuple(word.strip() for word in value.split(",") if word.strip())
    if isinstance(value, list | tuple):
        return tuple(str(word) if type(word) is int else read_text(word) for word in value)
    raise ValueError("must be a list of texts")


def read_id(value: object) -> int:
    """An id of Discord; whoever gives a name learns where the id is."""
    if isinstance(value, str) and not value.strip().isdecimal():
        raise ValueError(
            "must be an id, which is a number, and not a name: in Discord, Settings, Advanced, switch on"
            " Developer Mode; then right-click it, Copy ID"
        )
    number = read_whole(value)
    if number <= 0:
        raise ValueError("must be greater than 0")
    if number >= _ID_END:
        raise ValueError(f"must be less than {_ID_END}")
    return number


def read_url(value: object) -> str:
    """An address that can be called, without a slash at its end."""
    url = read_text(value).strip()
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an address that begins with http:// or https://")
    if parts.port == 0 or any(character.isspace() or not character.isprintable() for character in url):
        raise ValueError("must be an address without spaces, and with a port from 1 to 65535 if any")
    if parts.username or parts.query or parts.fragment:
        raise ValueError("must be a bare address, without user, query or fragment")
    if _NUMERIC.fullmatch(parts.hostname) and not _is_address(parts.hostname):
        raise ValueError("must have a host by name, or an IPv4 address like 192.0.2.7, without leading zeros")
    return url.rstrip("/")


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


def _check_secret_database(url: Secret) -> Secret:
    check_database(url.reveal())
    return url


def read_folder(value: object) -> Path:
    """A path; ``~`` is somebody's home."""
    try:
        if isinstance(value, str | Path):
            return Path(value).expanduser()
    except RuntimeError:
        raise ValueError("begins with ~ and somebody whom this machine does not know") from None
    raise ValueError("must be a path in quotes")


def read_mappings(value: object) -> Mapping[str, FieldMap]:
    """Tables by the names of sources; in the environment as JSON."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise ValueError("must be JSON: an object with a mapping for each source") from None
    if not isinstance(value, Mapping):
        raise ValueError("must be tables such as [senders.mapping.backups]")  # noqa: TRY004 -- the one error of readers
    try:
        return {
            str(name): raw if isinstance(raw, FieldMap) else read_field_map(raw, str(name))
            for name, raw in value.items()
        }
    except InvalidInputError as error:
        raise ValueError(str(error)) from None


Text = Annotated[str, read_text]
Switch = Annotated[bool, read_switch]
Whole = Annotated[int, read_whole]
Count = Annotated[Whole, between(1)]
Number = Annotated[float, read_number]
Size = Annotated[int, read_size]
Duration = Annotated[timedelta, read_duration]
Words = Annotated[tuple[str, ...], read_words]
Snowflake = Annotated[int, read_id]
Url = Annotated[str, read_url]
Folder = Annotated[Path, read_folder]
SecretText = Annotated[Secret, read_secret]
DatabaseUrl = Annotated[SecretText, _check_secret_database]
Mappings = Annotated[Mapping[str, Any], read_mappings]
