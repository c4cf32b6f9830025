"""Section: what a table of ``tocsin.toml`` is made of, and the tables of incidents and triage."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final
from urllib.parse import urlsplit

from msgspec import Struct

from bot.domain.access.webhook import read_secret
from bot.domain.alert.signal import Severity
from bot.domain.errors import InvalidInputError
from bot.domain.gate.gate import GatePolicy, read_modes
from bot.domain.incident.incident import IncidentLevel, IncidentRules, parse_level
from bot.domain.recurrence.run import MAX_AGENT
from bot.domain.triage.brief import TriageRules
from bot.domain.watch import WatchRules
from bot.settings.secret import Secret
from bot.settings.value import (
    Duration,
    Number,
    SecretText,
    Size,
    Snowflake,
    Switch,
    Text,
    Url,
    Whole,
    Words,
    between,
)

_SHORTEST: Final = timedelta(minutes=1)
_SHORTEST_PING: Final = timedelta(seconds=10)
_PATIENCE: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Conflict:
    """Settings of one section that do not go together, and what is told of the first of them."""

    names: tuple[str, ...]
    reason: str


class Section(Struct, frozen=True):
    """A table of ``tocsin.toml``."""

    def conflict(self) -> Conflict | None:
        """Which of the settings do not go together."""
        return None


def _read_level(value: object) -> IncidentLevel:
    try:
        return parse_level(str(value))
    except InvalidInputError:
        raise ValueError("must be one of P0 (worst), P1, P2, P3, P4") from None


def _check_period(value: timedelta) -> timedelta:
    if timedelta(0) < value < _SHORTEST:
        raise ValueError('must be "1m" at least, or "0s" for never')
    return value


def _check_span(value: timedelta) -> timedelta:
    if value < _SHORTEST:
        raise ValueError('must be "1m" at least')
    return value


def _check_ping(value: timedelta) -> timedelta:
    if value < _SHORTEST_PING:
        raise ValueError('must be "10s" at least')
    return value


Period = Annotated[Duration, _check_period]
Severest = Annotated[IncidentLevel, _read_level]


def _check_modes(value: tuple[str, ...]) -> tuple[str, ...]:
    try:
        read_modes(value)
    except InvalidInputError as error:
        raise ValueError(error.reason) from None
    return value


class IncidentSettings(Section, frozen=True, kw_only=True):
    """Where incidents live, how bad they may be, and when people are reminded; ``0s`` means never.

    ``channel`` is a forum or a text channel; None is the channel of the alert. ``status_channel``
    is told the updates and the end besides.
    """

    channel: Snowflake | None = None
    status_channel: Snowflake | None = None
    dedupe_window: Duration = timedelta(hours=1)
    cap_critical: Severest = IncidentLevel.P0
    cap_warning: Severest = IncidentLevel.P1
    cap_info: Severest = IncidentLevel.P3
    remind_p0: Period = timedelta(minutes=15)
    remind_p1: Period = timedelta(minutes=30)
    remind_p2: Period = timedelta(hours=1)
    remind_p3: Period = timedelta(0)
    remind_p4: Period = timedelta(0)
    snooze: Annotated[Duration, _check_span] = timedelta(minutes=30)
    remind_actions: Period = timedelta(days=1)
    auto_resolve: Switch = False

    @property
    def rules(self) -> IncidentRules:
        """The settings as the use cases take them."""
        spans = (self.remind_p0, self.remind_p1, self.remind_p2, self.remind_p3, self.remind_p4)
        return IncidentRules(
            dedupe_window=self.dedupe_window,
            caps={
                Severity.CRITICAL: self.cap_critical,
                Severity.WARNING: self.cap_warning,
                Severity.INFO: self.cap_info,
            },
            reminders={level: span for level, span in zip(IncidentLevel, spans, strict=True) if span},
            snooze=self.snooze,
            action_every=self.remind_actions,
            resolve_with_alerts=self.auto_resolve,
            channel_id=self.channel,
            status_channel_id=self.status_channel,
        )


def _check_secret(value: Secret) -> Secret:
    read_secret(value.reveal())
    return value


def _check_agent(value: str) -> str:
    if not 1 <= len(value) <= MAX_AGENT:
        raise ValueError(f"must have at least 1 character and at most {MAX_AGENT}")
    return value


def _check_patience(value: timedelta) -> timedelta:
    if not timedelta(0) < value <= _PATIENCE:
        raise ValueError('must be from "1s" to "1m"')
    return value


class TriageSettings(Section, frozen=True, kw_only=True):
    """What everybody is told when an incident opens, and, with a ``webhook``, which program is asked besides.

    Only ``hosts`` are asked, over TLS and if they do not lead into a private network, and ``private_hosts``,
    which may do without both. ``agent`` is the name under which the program's answers stand.
    """

    cooldown: Duration = timedelta(minutes=15)
    window: Duration = timedelta(minutes=15)
    hosts: Words = ()
    private_hosts: Words = ()
    secret: Annotated[SecretText, _check_secret] | None = None
    webhook: Url | None = None
    agent: Annotated[Text, _check_agent] = "triage"
    timeout: Annotated[Duration, _check_patience] = timedelta(seconds=20)
    attempts: Annotated[Whole, between(1, 20)] = 5

    def conflict(self) -> Conflict | None:
        """Whom nobody may ask, or nobody could believe, is better told now than at the first incident."""
        if self.webhook is None:
            return None
        parts = urlsplit(self.webhook)
        private = parts.hostname in self.private_hosts
        if parts.hostname not in self.hosts and not private:
            names: tuple[str, ...] = ("webhook", "hosts", "private_hosts")
            return Conflict(names, "its host must be named in triage.hosts or triage.private_hosts")
        if parts.scheme != "https" and not private:
            names = ("webhook", "private_hosts")
            return Conflict(names, "must begin with https:// unless its host is one of triage.private_hosts")
        if self.secret is None:
            names = ("webhook", "secret")
            return Conflict(names, "needs triage.secret, with which the questions are signed")
        return None

    @property
    def rules(self) -> TriageRules:
        """The settings as the use cases take them."""
        return TriageRules(
            cooldown=self.cooldown,
            window=self.window,
            agent=self.agent if self.webhook else "",
            attempts=self.attempts,
        )


class GateSettings(Section, frozen=True, kw_only=True):
    """What keeps a release back: ``modes`` such as ``prod=strict``, and limits of reports that name none."""

    modes: Annotated[Words, _check_modes] = ("*=strict",)
    max_latency_p95_ms: Annotated[Number | None, between(0)] = None
    max_error_rate: Annotated[Number | None, between(0, 1)] = None

    @property
    def policy(self) -> GatePolicy:
        """The settings as the use cases take them."""
        return GatePolicy(
            modes=read_modes(self.modes),
            max_latency_p95_ms=self.max_latency_p95_ms,
            max_error_rate=self.max_error_rate,
        )


class WatchSettings(Section, frozen=True, kw_only=True):
    """From when on Tocsin's own condition is worth an alert of its own; zero means never.

    ``url`` is pinged every ``ping`` while all is well, and ``/fail`` below it while it is not.
    """

    cards_stuck: Duration = timedelta(minutes=5)
    channel_parked: Duration = timedelta(minutes=5)
    queue: Annotated[Whole, between(0)] = 5_000
    disk_free: Size = 200 * 1024 * 1024
    writes_failing: Duration = timedelta(seconds=30)
    clock_off: Duration = timedelta(seconds=30)
    gateway_down: Duration = timedelta(minutes=5)
    url: Url | None = None
    ping: Annotated[Duration, _check_ping] = timedelta(minutes=1)

    @property
    def rules(self) -> WatchRules:
        """The settings as the use cases take them."""
        return WatchRules(
            cards_stuck=self.cards_stuck,
            channel_parked=self.channel_parked,
            queue=self.queue,
            disk_free=self.disk_free,
            writes_failing=self.writes_failing,
            clock_off=self.clock_off,
            gateway_down=self.gateway_down,
        )
