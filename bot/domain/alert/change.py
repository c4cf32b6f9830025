"""Change: what somebody changed shortly before something broke: a deployment, a switch, a new configuration.

Theory: the first question about an alert is what was changed. A change belongs to the service it names, or to
all that its own source watches when it names none.
"""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from bot.domain.alert.signal import Link

BEFORE: Final = timedelta(hours=2)
"""So long before an alert a change may have been to be told on its card."""

SHOWN: Final = 3
OLDEST: Final = timedelta(days=7)
"""A change that is said to be older happened so long ago; one in the future, now."""


class Change(msgspec.Struct, frozen=True):
    """``place`` is where, in the sender's word; ``service`` is "" when it names none."""

    summary: str
    place: str
    service: str
    at: datetime
    links: tuple[Link, ...] = ()


def believable(at: datetime | None, now: datetime) -> datetime:
    """When it happened, if that can be true."""
    return now if at is None else min(max(at, now - OLDEST), now)
