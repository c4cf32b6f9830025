"""Settings: one frozen, typed tree, read once at the start.

A value comes from the first of these that has it: what the caller passes, the environment, a file the
environment points to, ``tocsin.toml``, the default. Whatever is wrong is collected and told at once, each
with the setting's name in TOML and in the environment. Secrets are `Secret`: they do not print.
"""

import os
import tomllib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal, Self

from msgspec import Struct

from bot.domain.errors import InvalidInputError, TocsinError
from bot.domain.zone import DEFAULT as DEFAULT_ZONE
from bot.domain.zone import read_zone
from bot.settings.environment import CONFIG_FILE, Environ, SettingProblem, file_values, values
from bot.settings.http import HttpSettings
from bot.settings.ping import PingSettings
from bot.settings.poll import PollCredentials
from bot.settings.retention import RetentionSettings
from bot.settings.section import GateSettings, IncidentSettings, Section, TriageSettings, WatchSettings
from bot.settings.table import Layer, missing, read
from bot.settings.value import (
    Count,
    DatabaseUrl,
    Duration,
    Folder,
    Mappings,
    SecretText,
    Snowflake,
    Switch,
    Text,
    Url,
    Whole,
    Words,
    between,
    one_of,
)

DEFAULT_FILE: Final = Path("tocsin.toml")

LogLevel = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["auto", "console", "json"]


class ConfigError(TocsinError):
    """The configuration cannot be used; ``problems`` holds everything that is wrong with it."""

    def __init__(self, problems: Sequence[SettingProblem]) -> None:
        count = "one error" if len(problems) == 1 else f"{len(problems)} errors"
        lines = "".join(f"\n  {problem}" for problem in problems)
        super().__init__(f"The configuration has {count}:{lines}")
        self.problems = tuple(problems)


def _check_zone(text: str) -> str:
    try:
        return read_zone(text).key
    except InvalidInputError as error:
        raise ValueError(error.reason) from error


def _lower(value: object) -> str:
    return str(value).lower()


class DiscordSettings(Section, frozen=True, kw_only=True):
    """Whom we speak as, and where. ``url`` is the base of a sandbox; None is the real Discord."""

    token: SecretText | None = None
    url: Url | None = None
    default_channel: Annotated[Snowflake | None, Environ("TOCSIN_DEFAULT_CHANNEL")] = None
    fallback_channel: Annotated[Snowflake | None, Environ("TOCSIN_FALLBACK_CHANNEL")] = None
    guild: Annotated[Snowflake | None, Environ("TOCSIN_GUILD")] = None
    zone: Annotated[Text, _check_zone, Environ("TOCSIN_ZONE")] = DEFAULT_ZONE


class StorageSettings(Section, frozen=True, kw_only=True):
    """Where the truth is kept. Without ``database_url`` it is a file in the folder ``data``."""

    database_url: Annotated[DatabaseUrl | None, Environ("TOCSIN_DATABASE_URL")] = None
    data: Annotated[Folder, Environ("TOCSIN_DATA")] = Path("data")
    secret_key: Annotated[SecretText | None, Environ("TOCSIN_SECRET_KEY")] = None


class SenderSettings(Section, frozen=True, kw_only=True):
    """What some senders need: the topics of SNS that are confirmed, and how JSON of one's own is read.

    ``mapping`` holds a table for each source of the provider ``generic``, ``poll`` what an Alertmanager is
    shown that is asked for its alerts, both by the names of their sources.
    """

    sns_topics: Words = ()
    mapping: Mappings = {}  # noqa: RUF012 -- msgspec copies it
    poll: PollCredentials = {}  # noqa: RUF012 -- msgspec copies it


class AlertSettings(Section, frozen=True, kw_only=True):
    """How long episodes live; a source may say otherwise for itself."""

    ttl: Duration = timedelta(minutes=30)
    reopen_window: Duration = timedelta(minutes=10)
    lease: Duration = timedelta(minutes=15)
    max_attempts: Count = 5
    flap_limit: Annotated[Whole, between(0)] = 3
    flap_window: Duration = timedelta(minutes=30)
    group_window: Duration = timedelta(minutes=30)


class Roles(Section, frozen=True, kw_only=True):
    """Who may do what: names or ids of Discord roles. An empty ``view`` means everyone in the channel."""

    view: Words = ()
    respond: Words = ("responder", "on-call", "operator")
    manage: Words = ("operator",)


class RedactionSettings(Section, frozen=True, kw_only=True):
    """What counts as a secret beyond what always does; ``numbers``: those of cards and bank accounts."""

    numbers: Switch = False


class Log(Section, frozen=True, kw_only=True):
    """What is written to standard error; ``auto`` is for people on a terminal and JSON elsewhere."""

    level: Annotated[LogLevel, _lower, one_of(LogLevel)] = "info"
    format: Annotated[LogFormat, one_of(LogFormat)] = "auto"


class Settings(Struct, frozen=True, kw_only=True):
    """Everything that can be set."""

    discord: DiscordSettings = DiscordSettings()
    storage: StorageSettings = StorageSettings()
    http: HttpSettings = HttpSettings()
    senders: SenderSettings = SenderSettings()
    alerts: AlertSettings = AlertSettings()
    incidents: IncidentSettings = IncidentSettings()
    triage: TriageSettings = TriageSettings()
    roles: Roles = Roles()
    ping: PingSettings = PingSettings()
    gate: GateSettings = GateSettings()
    watch: WatchSettings = WatchSettings()
    retention: RetentionSettings = RetentionSettings()
    redaction: RedactionSettings = RedactionSettings()
    log: Log = Log()

    REQUIRED_TO_RUN: ClassVar = ("discord.token",)

    @classmethod
    def load(
        cls,
        config: Path | None = None,
        *,
        environ: Mapping[str, str] | None = None,
        required: Sequence[str] = (),
        **sections: Mapping[str, object],
    ) -> Self:
        """Read every source; ``required`` names settings (``"discord.token"``) that must have a value.

        Raises:
            ConfigError: with all that is wrong.
        """
        environ = os.environ if environ is None else environ
        problems: list[SettingProblem] = []
        layers: list[Layer] = [
            sections,
            values(cls, environ),
            file_values(cls, environ, problems),
            _toml(_file(config, environ), problems),
        ]
        problems += missing(cls, required, layers)
        settings = read(cls, layers, problems)
        if problems:
            raise ConfigError(problems)
        return settings


def _file(config: Path | None, environ: Mapping[str, str]) -> Path | None:
    """The file to read: the one that was named, or the default one if it is there."""
    if config is not None:
        return config
    if named := environ.get(CONFIG_FILE):
        return Path(named)
    return DEFAULT_FILE if DEFAULT_FILE.exists() else None


def _toml(path: Path | None, problems: list[SettingProblem]) -> Layer:
    if path is None:
        return {}
    if not path.is_file():
        problems.append(SettingProblem(str(path), "there is no such file"))
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        problems.append(SettingProblem(str(path), f"cannot be read: {error.strerror}"))
    except ValueError as error:  # TOML and UTF-8 errors alike
        problems.append(SettingProblem(str(path), f"is not valid TOML: {error}"))
    return {}
