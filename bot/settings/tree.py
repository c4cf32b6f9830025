"""Settings: one frozen, typed tree, read once at the start.

A value comes from the first of these that has it: what the caller passes, the environment, a file the
environment points to, ``tocsin.toml``, the default. Whatever is wrong is collected and told at once, each
with the setting's name in TOML and in the environment. Secrets are `SecretStr`: they do not print.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from bot.domain.errors import InvalidInputError, TocsinError
from bot.domain.zone import DEFAULT as DEFAULT_ZONE
from bot.domain.zone import read_zone
from bot.settings.environment import (
    CONFIG_FILE,
    Environ,
    Key,
    SettingProblem,
    file_values,
    keys,
    suggestion,
    values,
)
from bot.settings.http import HttpSettings
from bot.settings.ping import PingSettings
from bot.settings.poll import PollCredentials
from bot.settings.retention import RetentionSettings
from bot.settings.section import GateSettings, IncidentSettings, Section, TriageSettings, WatchSettings
from bot.settings.value import Count, DatabaseUrl, Duration, Folder, Mappings, Snowflake, Url, Words

DEFAULT_FILE: Final = Path("tocsin.toml")

# Where pydantic speaks of types.
_PLAIN: Final = {
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "int_from_float": "must be a whole number",
    "string_type": "must be a text in quotes",
    "path_type": "must be a path in quotes",
    "tuple_type": "must be a list of texts",
    "byte_size": 'must be a size such as "512KiB" or "1MiB"',
    "byte_size_unit": 'must be a size such as "512KiB" or "1MiB"',
}


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


class DiscordSettings(Section):
    """Whom we speak as, and where. ``url`` is the base of a sandbox; None is the real Discord."""

    token: SecretStr | None = None
    url: Url | None = None
    default_channel: Annotated[Snowflake | None, Environ("TOCSIN_DEFAULT_CHANNEL")] = None
    fallback_channel: Annotated[Snowflake | None, Environ("TOCSIN_FALLBACK_CHANNEL")] = None
    guild: Annotated[Snowflake | None, Environ("TOCSIN_GUILD")] = None
    zone: Annotated[str, AfterValidator(_check_zone), Environ("TOCSIN_ZONE")] = DEFAULT_ZONE


class StorageSettings(Section):
    """Where the truth is kept. Without ``database_url`` it is a file in the folder ``data``."""

    database_url: Annotated[DatabaseUrl | None, Environ("TOCSIN_DATABASE_URL")] = None
    data: Annotated[Folder, Environ("TOCSIN_DATA")] = Path("data")
    secret_key: Annotated[SecretStr | None, Environ("TOCSIN_SECRET_KEY")] = None


class SenderSettings(Section):
    """What some senders need: the topics of SNS that are confirmed, and how JSON of one's own is read.

    ``mapping`` holds a table for each source of the provider ``generic``, ``poll`` what an Alertmanager is
    shown that is asked for its alerts, both by the names of their sources.
    """

    sns_topics: Words = ()
    mapping: Mappings = {}  # noqa: RUF012 -- pydantic copies it
    poll: PollCredentials = {}  # noqa: RUF012 -- pydantic copies it


class AlertSettings(Section):
    """How long episodes live; a source may say otherwise for itself."""

    ttl: Duration = timedelta(minutes=30)
    reopen_window: Duration = timedelta(minutes=10)
    lease: Duration = timedelta(minutes=15)
    max_attempts: Count = 5
    flap_limit: Annotated[int, Field(ge=0)] = 3
    flap_window: Duration = timedelta(minutes=30)
    group_window: Duration = timedelta(minutes=30)


class Roles(Section):
    """Who may do what: names or ids of Discord roles. An empty ``view`` means everyone in the channel."""

    view: Words = ()
    respond: Words = ("responder", "on-call", "operator")
    manage: Words = ("operator",)


class RedactionSettings(Section):
    """What counts as a secret beyond what always does; ``numbers``: those of cards and bank accounts."""

    numbers: bool = False


class Log(Section):
    """What is written to standard error; ``auto`` is for people on a terminal and JSON elsewhere."""

    level: Annotated[
        Literal["debug", "info", "warning", "error"], BeforeValidator(lambda word: str(word).lower())
    ] = "info"
    format: Literal["auto", "console", "json"] = "auto"


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

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
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 -- the signature is the library's
        init_settings: PydanticBaseSettingsSource,
        *_: PydanticBaseSettingsSource,
        **__: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Constructing reads nothing from outside; `load` does."""
        return (init_settings,)

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
        layers: list[Mapping[str, Any]] = [
            sections,
            values(cls, environ),
            file_values(cls, environ, problems),
            _toml(cls, _file(config, environ), problems),
        ]
        problems += _missing(cls, required, layers)
        sources = tuple(InitSettingsSource(cls, dict(layer)) for layer in layers)
        try:
            settings = cls(_build_sources=(sources, {}))
        except ValidationError as error:
            problems += [_problem(cls, entry["loc"], entry["type"], entry["msg"]) for entry in error.errors()]
            raise ConfigError(problems) from None
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


def _toml(tree: type[BaseSettings], path: Path | None, problems: list[SettingProblem]) -> Mapping[str, Any]:
    if path is None:
        return {}
    if not path.is_file():
        problems.append(SettingProblem(str(path), "there is no such file"))
        return {}
    try:
        return TomlConfigSettingsSource(tree, path).toml_data
    except OSError as error:
        problems.append(SettingProblem(str(path), f"cannot be read: {error.strerror}"))
    except ValueError as error:  # TOML and UTF-8 errors alike
        problems.append(SettingProblem(str(path), f"is not valid TOML: {error}"))
    return {}


def _missing(
    tree: type[BaseModel], required: Sequence[str], layers: Sequence[Mapping[str, Any]]
) -> list[SettingProblem]:
    def given(key: Key) -> bool:
        tables = (layer.get(key.section) for layer in layers)
        return any(isinstance(table, Mapping) and table.get(key.name) for table in tables)

    return [
        SettingProblem(f"{key} ({key.environ})", "is required and not set; how to get it: tocsin check")
        for key in keys(tree)
        if str(key) in required and not given(key)
    ]


def _problem(tree: type[BaseModel], loc: tuple[int | str, ...], kind: str, message: str) -> SettingProblem:
    """A finding of pydantic in words for a person; the value itself is never repeated, it may be secret."""
    known = {str(key): key.environ for key in keys(tree)}
    sections = set(tree.model_fields)
    where = ".".join(str(part) for part in loc[:2])
    if kind == "extra_forbidden":
        return SettingProblem(where, f"is no setting{suggestion(where, known.keys() | sections)}")
    if where in sections:
        return SettingProblem(where, f"must be a table: [{where}]")
    plain = message.removeprefix("Value error, ").replace("Input should be", "must be")
    return SettingProblem(f"{where} ({known[where]})", _PLAIN.get(kind, plain))
