"""How a setting is spelled in the environment, and how it is read from there.

Every setting has exactly one environment name: ``TOCSIN_<SECTION>_<KEY>``, unless its type carries an
`Environ` with a shorter one. The same name with ``_FILE`` behind it points to a file that holds the value
(the way in which container platforms hand out secrets). An empty variable counts as unset.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from types import FunctionType
from typing import Any, Final, get_args

from msgspec import Struct
from msgspec.structs import fields

PREFIX: Final = "TOCSIN_"
CONFIG_FILE: Final = "TOCSIN_CONFIG"


@dataclass(frozen=True)
class Environ:
    """Marks a setting that has a name of its own in the environment."""

    name: str


@dataclass(frozen=True)
class Key:
    """One setting: ``section`` and ``name`` as in TOML, ``environ`` as in the environment.

    ``readers`` are called one after the other; each raises ValueError in plain words.
    """

    section: str
    name: str
    environ: str
    readers: tuple[Callable[[Any], Any], ...] = field(repr=False)

    def __str__(self) -> str:
        """``http.port``: how messages and documents name it."""
        return f"{self.section}.{self.name}"

    @property
    def both(self) -> str:
        """The setting by both names: ``http.port (TOCSIN_PORT)``."""
        return f"{self} ({self.environ})"

    def read(self, value: object) -> Any:
        """What the value means.

        Raises:
            ValueError: nothing, in plain words.
        """
        for reader in self.readers:
            value = reader(value)
        return value


@dataclass(frozen=True)
class SettingProblem:
    """Something wrong with the configuration: which setting, and why, in plain words."""

    where: str
    reason: str

    def __str__(self) -> str:
        """One line for a person."""
        return f"{self.where}: {self.reason}"


def keys(tree: type[Struct]) -> Iterator[Key]:
    """Every setting of a tree of sections, in the order of its declaration."""
    for section in fields(tree):
        for leaf in fields(section.type):
            marks = tuple(_marks(leaf.type))
            named = next((mark.name for mark in marks if isinstance(mark, Environ)), None)
            environ = named or f"{PREFIX}{section.name}_{leaf.name}".upper()
            readers = tuple(mark for mark in marks if isinstance(mark, FunctionType))
            yield Key(section.name, leaf.name, environ, readers)


def _marks(kind: object) -> Iterator[object]:
    """What a type carries in ``Annotated``, from the inside out."""
    for part in get_args(kind):
        yield part
        yield from _marks(part)


def values(tree: type[Struct], environ: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """What the environment says, as a tree of strings."""
    found: dict[str, dict[str, str]] = {}
    for key in keys(tree):
        if value := environ.get(key.environ):
            found.setdefault(key.section, {})[key.name] = value
    return found


def file_values(
    tree: type[Struct], environ: Mapping[str, str], problems: list[SettingProblem]
) -> dict[str, dict[str, str]]:
    """What the files say that the environment points to; an unreadable one is added to ``problems``."""
    found: dict[str, dict[str, str]] = {}
    for key in keys(tree):
        if path := environ.get(f"{key.environ}_FILE"):
            try:
                found.setdefault(key.section, {})[key.name] = Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
                problems.append(
                    SettingProblem(f"{key} ({key.environ}_FILE)", f"cannot read the file {path}: {reason}")
                )
    return found


EMIT_VARIABLES: Final = frozenset(
    {"TOCSIN_URL", "TOCSIN_TOKEN", "TOCSIN_API_TOKEN", "TOCSIN_ALERT_LOG", "TOCSIN_ALERT_WEBHOOKS"}
)
"""What `bot.emit` reads; no settings of the desk."""


def strays(tree: type[Struct], environ: Mapping[str, str]) -> list[SettingProblem]:
    """Variables that look like ours and are not: most likely misspelled."""
    known = {key.environ for key in keys(tree)}
    known |= {f"{name}_FILE" for name in known} | {CONFIG_FILE} | EMIT_VARIABLES
    return [
        SettingProblem(name, f"is no setting{suggestion(name, known)}")
        for name in sorted(environ)
        if name.startswith(PREFIX) and name not in known
    ]


def suggestion(word: str, known: set[str]) -> str:
    """``"; did you mean ...?"``, or nothing when no known word is near."""
    near = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""
