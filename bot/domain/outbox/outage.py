"""Outage: a time in which a channel was shown nothing although something waited for it.

When it is over, nothing of that time is replayed. The channel gets one report of how many alerts fired and
how many of them are over already; what is still open is shown, the rest never.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

BLIND: Final = timedelta(minutes=3)  # longer than a claim, whose holder may have died without any outage
ECHO: Final = timedelta(minutes=15)  # in which senders repeat what they could not tell a desk that was down


class OutageCause(StrEnum):
    """Why nothing was shown."""

    UNREACHABLE = "unreachable"
    """Discord did not answer, or not with what was needed."""
    CLOSED = "closed"
    """The channel could not be written to."""
    STOPPED = "stopped"
    """Tocsin was not running."""


class Outage(msgspec.Struct, frozen=True, kw_only=True):
    """The last one of a channel. ``fired`` alerts began in it, ``still_open`` of them are not over.

    Cards from ``first_card_id`` to ``last_card_id`` may belong to it; a card belongs to one at most.
    """

    channel_id: int
    cause: OutageCause
    began_at: datetime
    ended_at: datetime
    first_card_id: int
    last_card_id: int
    fired: int = 0
    still_open: int = 0

    @property
    def resolved(self) -> int:
        """How many fired and were over before anybody could be told."""
        return self.fired - self.still_open

    def covers(self, card_id: int, over_at: datetime) -> bool:
        """Whether its report counts what this card is about as over."""
        return self.first_card_id <= card_id <= self.last_card_id and over_at <= self.ended_at

    def goes_on(self, now: datetime) -> bool:
        """Whether its end is unknown as long as its report is not heard.

        A stop has ended with the start, unless nothing could be shown after that either.
        """
        return self.cause is not OutageCause.STOPPED or now - self.ended_at >= BLIND


def is_blind(waiting_since: datetime | None, sent_at: datetime | None, now: datetime) -> datetime | None:
    """Since when a channel is blind, None when it is not.

    Its oldest card that was never shown waits since ``waiting_since``, and the last call that reached it
    ended at ``sent_at``.
    """
    if waiting_since is None:
        return None
    since = waiting_since if sent_at is None else max(waiting_since, sent_at)
    return since if now - since >= BLIND else None


class Untold(msgspec.Struct, frozen=True):
    """An outage that goes on: its report may be tried again at ``rests_until``."""

    outage: Outage
    rests_until: datetime


class Unshown(msgspec.Struct, frozen=True):
    """Cards that were never shown and that no report tells of: the oldest, and since when it waits."""

    since: datetime
    first_card_id: int


class OutageTally(msgspec.Struct, frozen=True):
    """What fired, and the newest card there is."""

    fired: int
    still_open: int
    last_card_id: int
