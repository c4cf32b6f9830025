"""Host: whether this machine lets the desk run: its folder, its disk, its port, its clock.

`check` prints what is found here, and `run` dies of the same, in the same words. Nothing is left changed.
"""

import errno
import getpass
import os
import socket
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import httpx

from bot.domain.desk_name import desk_name
from bot.domain.errors import TocsinError
from bot.domain.finding import Finding, FindingLevel
from bot.process import free_bytes
from bot.settings.database import database_choice
from bot.settings.http import HttpSettings
from bot.settings.key import known_key
from bot.settings.tree import Settings

LEAST_FREE: Final = 16 * 1024 * 1024  # bytes; with less a burst of alerts is refused within seconds
_PATIENCE: Final = 5.0  # seconds
_NEAR: Final = 1.0  # seconds, for a program on this machine
_MIB: Final = 1024 * 1024
_DISCORD: Final = "https://discord.com"
_PORT_REMEDY: Final = "Stop that program, or choose another: http.port (TOCSIN_PORT; 0 takes any free one)."

_OTHER: Final = (
    "Stop it, or choose another port: http.port (TOCSIN_PORT; 0 takes any free one). "
    "If it is the one you mean, give check its data and key: storage.data (TOCSIN_DATA)."
)


def require_host(settings: Settings, *, listens: bool) -> None:
    """See that the desk can run here; ``listens`` when no other process may have its port.

    Raises:
        TocsinError: it cannot; the first reason, with its remedy.
    """
    for finding in (*folders(settings), *([port(settings.http)] if listens else ())):
        if finding.level is FindingLevel.ERROR:
            raise TocsinError(f"{finding.what} {finding.remedy} All that is wrong: tocsin check")


def folders(settings: Settings) -> list[Finding]:
    """The data folder, and that of the database file where it is another: can they be used?"""
    places = {settings.storage.data.absolute(): "storage.data (TOCSIN_DATA)"}
    choice = database_choice(settings)
    if choice.folder is not None:
        places.setdefault(choice.folder, choice.origin)
    return [_folder(path, name) for path, name in places.items()]


def _folder(path: Path, name: str) -> Finding:
    place = _existing(path)
    remedy = f"Set {name} to a folder that the user {_user()} may write to, or give this one to that user."
    if not place.is_dir():
        return Finding(
            FindingLevel.ERROR, f"{place} is a file, but a folder for data is needed there.", f"Set {name}."
        )
    try:
        with tempfile.TemporaryDirectory(prefix=".tocsin-check-", dir=place):
            pass
    except OSError as error:
        cannot = "cannot be written to" if place == path else f"cannot be made in {place}"
        return Finding(FindingLevel.ERROR, f"The folder {path} {cannot}: {error.strerror}.", remedy)
    return Finding(FindingLevel.OK, f"The folder {path} can be written to.")


def _existing(path: Path) -> Path:
    """``path``, or of its parents the nearest that is there."""
    return next(place for place in (path, *path.parents) if os.path.lexists(place))


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in some containers
        return str(os.getuid())


def disk(settings: Settings) -> list[Finding]:
    """How much room the data has."""
    place = _existing(database_choice(settings).folder or settings.storage.data.absolute())
    free = free_bytes(place)
    least = max(settings.watch.disk_free, LEAST_FREE)
    if free is None or free >= least:
        return []
    level = FindingLevel.ERROR if free < LEAST_FREE else FindingLevel.WARN
    return [
        Finding(
            level,
            f"The disk of {place} is nearly full: {free // _MIB} MiB are free.",
            "Make room: with a full disk senders get 503 until there is some. The limit is watch.disk_free.",
        )
    ]


def port(http: HttpSettings) -> Finding:
    """Whether the port for senders can be opened."""
    where = f"{http.host}:{http.port}"
    try:
        family = socket.getaddrinfo(http.host or None, http.port, type=socket.SOCK_STREAM)[0][0]
        socket.create_server((http.host, http.port), family=family).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return Finding(FindingLevel.ERROR, f"Port {http.port} of {http.host} is in use.", _PORT_REMEDY)
        if error.errno == errno.EACCES:
            what = f"Port {http.port} is not for the user {_user()}."
            return Finding(FindingLevel.ERROR, what, "Choose one above 1023: http.port (TOCSIN_PORT).")
        return Finding(
            FindingLevel.ERROR,
            f"{where} cannot be opened: {error.strerror or error}.",
            "Set http.host (TOCSIN_HOST) to an address of this machine: 127.0.0.1, or 0.0.0.0 for all.",
        )
    return Finding(FindingLevel.OK, f"{where} is free for Tocsin.")


def require_ports(host: str, ports: Mapping[str, int], command: str) -> None:
    """See that ``ports``, by the option of ``command`` that chooses each, can be had.

    Raises:
        TocsinError: some are taken; which, and the command that takes free ones instead.
    """
    taken = {option: each for option, each in ports.items() if not _is_free(host, each)}
    if taken:
        numbers = " and ".join(map(str, taken.values()))
        which = f"Ports {numbers} are" if len(taken) > 1 else f"Port {numbers} is"
        free = f"{command} {' '.join(f'{option} 0' for option in taken)}"
        raise TocsinError(f"{which} in use. Stop what listens there, or take any free one: {free}")


def _is_free(host: str, number: int) -> bool:
    try:
        socket.create_server((host, number)).close()
    except OSError as error:
        return error.errno != errno.EADDRINUSE
    return True


async def http_port(settings: Settings) -> Finding:
    """Whether the port for senders is free, or this desk has it, which runs; another Tocsin is a stranger."""
    http = settings.http
    finding = port(http)
    if finding.level is FindingLevel.ERROR and finding.remedy == _PORT_REMEDY:
        url = f"http://{'127.0.0.1' if http.host in {'', '0.0.0.0'} else http.host}:{http.port}"  # noqa: S104 -- read, not bound
        with suppress(httpx.HTTPError, httpx.InvalidURL):
            async with httpx.AsyncClient(timeout=_NEAR, trust_env=False) as client:
                name = _name_in(await client.get(f"{url}/healthz"))
            if name is not None and name == desk_name(known_key(settings.storage)):
                return Finding(FindingLevel.OK, f"Tocsin runs here and listens at {url}.")
            if name is not None:
                what = f"Another Tocsin, with other data, listens at {url}."
                return Finding(FindingLevel.ERROR, what, _OTHER)
    return finding


def _name_in(answer: httpx.Response) -> str | None:
    """What the desk that answered calls itself, None where it is no Tocsin."""
    try:
        told = answer.json()
    except ValueError:
        return None
    return str(told["desk"]) if isinstance(told, dict) and told.get("desk") else None


def pictures() -> list[Finding]:
    """Whether cards can have the pictures that the documentation shows."""
    if find_spec("matplotlib") is not None:
        return []
    what = "Pictures are missing: matplotlib is not installed, so recurrences are told in words only."
    return [Finding(FindingLevel.WARN, what, "Install it where Tocsin is: pip install matplotlib")]


async def clock(settings: Settings, now: datetime) -> list[Finding]:
    """Whether the clock of this machine agrees with Discord's."""
    url = f"{settings.discord.url or _DISCORD}/api/v10/gateway"
    try:
        async with httpx.AsyncClient(timeout=_PATIENCE) as client:
            theirs = parsedate_to_datetime((await client.get(url)).headers["Date"])
    except (httpx.HTTPError, KeyError, ValueError):
        return []  # whoever looks at Discord says that it cannot be reached
    off = now - theirs
    allowed = settings.watch.clock_off or timedelta(seconds=30)
    if abs(off) <= allowed:
        return []
    seconds = round(abs(off).total_seconds())
    way = "ahead of" if off > timedelta(0) else "behind"
    return [
        Finding(
            FindingLevel.WARN,
            f"The clock of this machine is {seconds} s {way} Discord's.",
            "Switch on NTP (timedatectl set-ntp true): signed requests are refused, times are wrong.",
        )
    ]
