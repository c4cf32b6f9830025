"""Search: which alerts people list and programs look for."""

from datetime import datetime
from typing import Final

import msgspec

from bot.domain.alert.alert import Alert, State
from bot.domain.alert.signal import Severity
from bot.domain.sight import EVERYTHING, Sight

SEARCHED: Final = 100_000
"""Among so many alerts a list looks for words: the most urgent open ones, and the newest of all."""
SEARCHED_TYPING: Final = 10_000
"""The same for suggestions, which have to be there between two keys."""


class AlertFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which alerts to list; None means any.

    ``text`` is looked for in name, service, target and source, or it is refs; ``sight`` says for whose eyes.
    """

    states: tuple[State, ...] | None = None
    severity: Severity | None = None
    owner: str | None = None
    text: str = ""
    sight: Sight = EVERYTHING


OPEN_ALERTS: Final = AlertFilter(states=(State.NEW, State.PROCESSING, State.ACKED, State.FAILED))


class AlertCriteria(msgspec.Struct, frozen=True, kw_only=True):
    """What alerts have to be like; an empty value means any.

    ``owner`` is an actor as storage writes it, or a name that it goes by. ``env`` is a namespace or the value
    of one of the labels `ENVIRONMENT`, ``since`` the time after which it was last seen. ``text`` is looked
    for in name, service, namespace and target, whatever the case.
    """

    states: tuple[State, ...] = ()
    severities: tuple[Severity, ...] = ()
    name: str = ""
    service: str = ""
    namespace: str = ""
    owner: str = ""
    source: str = ""
    env: str = ""
    project: str = ""
    since: datetime | None = None
    text: str = ""


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """``counts`` are (state, severity, alerts), ``top`` (signature, name, newest alert, occurrences)."""

    counts: tuple[tuple[State, Severity, int], ...]
    top: tuple[tuple[str, str, int, int], ...]
    latest: Alert | None
    oldest_unacked: Alert | None
    last_by_severity: dict[Severity, Alert | None]
