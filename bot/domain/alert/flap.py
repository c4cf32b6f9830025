"""Flap: when an alert that goes up and down is held quiet.

Law: quiet begins with the ``limit``-th flap within a window, and ends when a window has passed without one.
It hides nothing that is worse than what was told before: a rise in severity ends it at once.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

MOST: Final = 50  # flaps remembered of one alert
DEFAULT_LIMIT: Final = 3
DEFAULT_WINDOW: Final = timedelta(minutes=30)


class Hush(StrEnum):
    """Why nobody is called for a change."""

    NONE = "none"
    FLAPPING = "flapping"


class Flapping(msgspec.Struct, frozen=True, gc=False):
    """The flaps of the window before the last one, oldest first; ``quiet_until`` is None while it is calm."""

    flapped_at: tuple[datetime, ...] = ()
    quiet_until: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether the alert is held quiet."""
        return self.quiet_until is not None and now < self.quiet_until

    @property
    def lasts(self) -> timedelta:
        """From the first to the last of the flaps."""
        return self.flapped_at[-1] - self.flapped_at[0] if self.flapped_at else timedelta(0)


CALM: Final = Flapping()


def flap(before: Flapping, now: datetime, *, limit: int, window: timedelta) -> Flapping:
    """Count that the alert came back at ``now``; a ``limit`` of 0 holds nothing quiet."""
    recent = (*(at for at in before.flapped_at if now - at < window), now)[-MOST:]
    is_quiet = before.holds(now) or 0 < limit <= len(recent)
    return Flapping(recent, now + window if is_quiet else None)
