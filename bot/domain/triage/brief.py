"""Brief: what is known of an alert at the moment somebody has to deal with it, put together as a brief.

Law: which alerts fired with it, in which order they are told, and which endings count, are functions of what
is given. A brief is gathered when it is shown; nothing of it is stored but that it was asked for.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from bot.domain.alert.alert import Alert
from bot.domain.alert.signal import Link
from bot.domain.recurrence.profile import EpisodeSummary
from bot.domain.recurrence.recurrence import Episode, Memory
from bot.domain.recurrence.run import Run

NEIGHBOURS: Final = 6
"""Alerts that are told one by one; the others are counted."""
NEAREST: Final = 100
"""Alerts that are counted at most; in a storm there are more."""
REACH: Final = 2_000
"""Ids before and after it among which they are looked for."""
ENDINGS: Final = 3
LOOKED_BACK: Final = 20
"""Episodes among which the last endings are looked for."""
RUNS: Final = 3
_RUNBOOK: Final = "runbook"
_SCHEMES: Final = ("https://", "http://")


class TriageRules(msgspec.Struct, frozen=True, kw_only=True):
    """What the configuration decides for briefs.

    A signature is briefed once in ``cooldown``; what fired with it began at most ``window`` before or after
    it. ``agent`` names the program that is asked besides, "" for none, up to ``attempts`` times.
    """

    cooldown: timedelta = timedelta(minutes=15)
    window: timedelta = timedelta(minutes=15)
    agent: str = ""
    attempts: int = 5


class Neighbour(msgspec.Struct, frozen=True, kw_only=True):
    """An alert that fired with it, and what was known of that one; ``jump_url`` leads to its card."""

    alert: Alert
    memory: Memory
    jump_url: str = ""


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """A source, and when it was heard last (None: never)."""

    name: str
    heard_at: datetime | None


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. ``others`` is how many more alerts fired with it than ``neighbours`` tells, at least.

    ``incident`` is the ref of the one it belongs to; ``endings`` are its last ones, newest first, and
    ``jumps`` leads from their alerts' ids to the cards. ``hours`` are those of the last 30 days in which it
    fired, with how often.
    """

    alert: Alert
    seen_at: datetime
    window: timedelta
    incident: str = ""
    memory: Memory
    neighbours: tuple[Neighbour, ...] = ()
    others: int = 0
    endings: tuple[EpisodeSummary, ...] = ()
    jumps: dict[int, str] = msgspec.field(default_factory=dict)
    runbooks: tuple[Link, ...] = ()
    feeds: tuple[Feed, ...] = ()
    runs: tuple[Run, ...] = ()
    hours: tuple[tuple[datetime, int], ...] = ()


class BriefRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Says that a brief was asked for, or, with a ``run_id``, that an agent answered one.

    Without an ``incident_id`` it was for one person's eyes. Until ``settles_at`` something may still begin
    that fired with it.
    """

    id: int
    project_id: int
    recurrence_id: int
    alert_id: int
    incident_id: int | None = None
    run_id: int | None = None
    created_at: datetime
    settles_at: datetime | None = None


def rank(alert: Alert, found: Iterable[Alert]) -> list[Alert]:
    """The alerts that fired with this one, the worst first, then the nearest in time."""
    others = {each.id: each for each in found if each.id != alert.id}
    return sorted(
        others.values(),
        key=lambda each: (-each.severity.rank, abs(each.opened_at - alert.opened_at), each.id),
    )


def last_ended(earlier: Sequence[Episode]) -> list[Episode]:
    """The last `ENDINGS` that are over; ``earlier`` come newest first."""
    return [each for each in earlier if each.resolved_at is not None][:ENDINGS]


def find_runbooks(alert: Alert) -> tuple[Link, ...]:
    """The links and labels of an alert that speak of a runbook, each address once."""
    links = [each for each in alert.links if _RUNBOOK in each.title.casefold()]
    links += [
        Link("Runbook", value.strip())
        for name, value in alert.labels.items()
        if _RUNBOOK in name.casefold() and value.strip().startswith(_SCHEMES)
    ]
    return tuple({each.url: each for each in reversed(links)}.values())[::-1]


def settles(alert: Alert, window: timedelta, now: datetime) -> datetime | None:
    """When nothing can fire with it any more; None when that is past."""
    end = alert.opened_at + window
    return end if end > now else None


class Once(StrEnum):
    """What is done for a signature once in the cooldown."""

    BRIEF = "brief"
    ASK = "ask"
