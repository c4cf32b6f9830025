"""Poll: an Alertmanager that is asked for its open alerts, so that a webhook that got lost is made up for.

Law: one look changes nothing. What two looks in a row agree on is believed: an alert that Alertmanager calls
active and that never arrived fires, one that it does not know any more is over. Whatever it holds back itself
(silenced, inhibited) neither fires here nor ends. What a person resolved since it began stays resolved.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from bot.domain.alert.signal import Signal
from bot.domain.errors import InvalidInputError

PERIOD: Final = timedelta(minutes=1)
IN_A_ROW: Final = timedelta(minutes=2, seconds=30)
"""Two looks that are farther apart are not in a row."""

PROVIDER: Final = "alertmanager"
MAX_URL: Final = 2_048


class PollCredential(msgspec.Struct, frozen=True):
    """What an Alertmanager is shown: HTTP Basic with a ``username``, a bearer token without one.

    The secret is ``secret``, or what stands in ``file`` at the time of asking. It is kept out of the repr.
    """

    username: str = ""
    secret: str = ""
    file: Path | None = None

    def __repr__(self) -> str:
        return f"PollCredential(username={self.username!r}, secret=***, file={self.file!r})"


class Doubt(StrEnum):
    """How Alertmanager and the desk differ about an alert."""

    UNHEARD = "unheard"
    GONE = "gone"


class PolledAlert(msgspec.Struct, frozen=True):
    """An alert as Alertmanager has it; ``is_active`` unless it holds it back itself."""

    signal: Signal
    is_active: bool


class LastEpisode(msgspec.Struct, frozen=True):
    """The newest episode of an identity here; ``over_at`` is None while it is open."""

    over_at: datetime | None


def read_url(url: str, provider: str) -> str:
    """The address of an Alertmanager to ask.

    Raises:
        InvalidInputError: the source is no Alertmanager, or it is no plain http(s) address.
    """
    if provider != PROVIDER:
        raise InvalidInputError("poll", f"only sources of {PROVIDER} can be polled, this one is {provider}")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in {"http", "https"} or not parts.hostname or len(url) > MAX_URL or port == 0:
        raise InvalidInputError("poll", "must be an address such as http://alertmanager:9093")
    if parts.username is not None or parts.password is not None:
        raise InvalidInputError("poll", "must hold no password: give it in [senders.poll.NAME]")
    return url


def compare(seen: Mapping[str, PolledAlert], held: Mapping[str, LastEpisode]) -> dict[str, Doubt]:
    """What the two sides do not agree on, by signature."""
    doubts: dict[str, Doubt] = {}
    for signature, each in seen.items():
        ours = held.get(signature)
        if not each.is_active or (ours is not None and not _fired_again(each.signal, ours)):
            continue
        doubts[signature] = Doubt.UNHEARD
    for signature, ours in held.items():
        if ours.over_at is None and signature not in seen:
            doubts[signature] = Doubt.GONE
    return doubts


def _fired_again(signal: Signal, ours: LastEpisode) -> bool:
    """Whether it began anew after it was over here."""
    return ours.over_at is not None and signal.started_at is not None and signal.started_at > ours.over_at
