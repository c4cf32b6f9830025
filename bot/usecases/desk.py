"""Desk: what every use case needs at hand.

Law: a desk is one project's, and what a use case is told by a desk is never another project's. The desks of a
process know each other: `Desk.of` finds the one that something belongs to.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

import msgspec

from bot.clock import Clock
from bot.domain.access.project import DEFAULT, Project
from bot.domain.access.source import DEFAULT_REOPEN_WINDOW, DEFAULT_SILENCE
from bot.domain.alert import flap as flap_rule
from bot.domain.alert import group as group_rule
from bot.domain.alert.alert_change import AlertChange
from bot.domain.alert.ring import DEFAULT_ACK_SPANS, DEFAULT_REPEATS, REPEAT_CHOICES, Repeats
from bot.domain.alert.signal import Severity
from bot.domain.gate.gate import GatePolicy
from bot.domain.incident.incident import IncidentRules
from bot.domain.retention import RetentionRules
from bot.domain.triage.brief import TriageRules
from bot.domain.zone import DEFAULT as DEFAULT_ZONE
from storage.engine import Storage
from storage.transaction import Transaction

DEFAULT_LEASE: Final = timedelta(minutes=15)
DEFAULT_ATTEMPTS: Final = 5


class Bell:
    """Rings when a card may have become due; whoever waits looks at the database."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """There is something to do."""
        self._event.set()

    async def wait(self, seconds: float) -> bool:
        """Return on the next ring (or one since the last wait), at the latest after ``seconds``."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        self._event.clear()
        return True


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What the configuration decides for all sources and people.

    ``default_channel_id`` applies until somebody picks one in Discord; ``fallback_channel_id`` hears of
    channels that cannot be written to, where a source names none of its own. Times that people type are in
    ``zone`` unless they chose another.
    """

    silence: timedelta = DEFAULT_SILENCE
    reopen_window: timedelta = DEFAULT_REOPEN_WINDOW
    lease: timedelta = DEFAULT_LEASE
    flap_limit: int = flap_rule.DEFAULT_LIMIT
    flap_window: timedelta = flap_rule.DEFAULT_WINDOW
    max_attempts: int = DEFAULT_ATTEMPTS
    group_window: timedelta = group_rule.DEFAULT_WINDOW
    repeats: Mapping[Severity, Repeats] = msgspec.field(default_factory=lambda: dict(DEFAULT_REPEATS))
    ack_spans: Mapping[Severity, timedelta] = msgspec.field(default_factory=lambda: dict(DEFAULT_ACK_SPANS))
    default_channel_id: int | None = None
    fallback_channel_id: int | None = None
    zone: str = DEFAULT_ZONE
    incidents: IncidentRules = IncidentRules()
    gate: GatePolicy = GatePolicy()
    triage: TriageRules = TriageRules()
    retention: RetentionRules = RetentionRules()


Follower = Callable[["Desk", Transaction, Sequence[AlertChange], datetime], None]


class Followers(msgspec.Struct, frozen=True):
    """What follows from a change of alerts, in its transaction; `bot.usecases.registry` lists it.

    ``rows`` are told while the alerts are held and before any card is touched (what a signal begins is not
    written yet), ``cards`` when all rows are written.
    """

    rows: tuple[Follower, ...]
    cards: tuple[Follower, ...]


@dataclass(slots=True)
class Desk:
    """One project on one database. ``project`` is replaced when its settings change.

    ``guild_id`` is the Discord server that links to messages lead to, None until Discord has been heard.
    ``open_channels`` are those of its channels that everybody on it sees. ``projects`` are the desks of all
    projects of the database that this process has heard of, by id.
    """

    storage: Storage
    clock: Clock
    project: Project
    rules: Rules = field(default_factory=Rules)
    bell: Bell = field(default_factory=Bell)
    signing_key: bytes = b""
    followers: Followers = field(kw_only=True, repr=False)
    guild_id: int | None = None
    open_channels: frozenset[int] = frozenset()
    projects: dict[int, "Desk"] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """The first desk of a project in a process is the one that others find."""
        self.projects.setdefault(self.project.id, self)

    def tell_rows(self, tx: Transaction, changes: Sequence[AlertChange], now: datetime) -> None:
        """Alerts have changed, and are held: the first half; `tell_cards` has to follow."""
        if changes:
            for follow in self.followers.rows:
                follow(self, tx, changes, now)

    def tell_cards(self, tx: Transaction, changes: Sequence[AlertChange], now: datetime) -> None:
        """The second half, with the same changes, when all their rows are written."""
        if changes:
            for follow in self.followers.cards:
                follow(self, tx, changes, now)

    @property
    def default_channel_id(self) -> int | None:
        """Where cards go whose source names no channel: picked in Discord, else configured."""
        return self.project.settings.default_channel_id or self.rules.default_channel_id

    def repeats(self, severity: Severity) -> Repeats:
        """When alerts of a severity ring again: picked in Discord, else configured."""
        settings = self.project.settings
        picked = {Severity.CRITICAL: settings.critical_repeats, Severity.WARNING: settings.warning_repeats}
        chosen = REPEAT_CHOICES.get(picked.get(severity, ""))
        return self.rules.repeats[severity] if chosen is None else chosen[1]

    @property
    def everybody(self) -> tuple["Desk", ...]:
        """The desks of all projects, the oldest first."""
        return tuple(self.projects[each] for each in sorted(self.projects))

    def of(self, project_id: int) -> "Desk":
        """The desk of a project; this one where it has not been heard of."""
        return self if project_id == self.project.id else self.projects.get(project_id, self)

    def tagged(self, tag: str) -> "Desk | None":
        """The desk of the project whose mark a button bears, None for another database's."""
        return next((each for each in self.everybody if each.project.tag == tag), None)

    def join(self, project: Project) -> "Desk":
        """The desk of ``project`` as it is now; the configured channels are the first one's."""
        known = self if project.id == self.project.id else self.projects.get(project.id)
        if known is not None:
            known.project = project
            return known
        rules = self.rules
        if project.name != DEFAULT:
            beside = msgspec.structs.replace(rules.incidents, channel_id=None, status_channel_id=None)
            rules = msgspec.structs.replace(
                rules, default_channel_id=None, fallback_channel_id=None, incidents=beside
            )
        return replace(self, project=project, rules=rules)

    def meet(self, projects: Iterable[Project]) -> None:
        """Take these as all projects that there are."""
        present = {each.id: each for each in projects}
        for each in present.values():
            self.join(each)
        for gone in self.projects.keys() - present.keys() - {self.project.id}:
            del self.projects[gone]
