"""Loss: requests that were refused although a sender meant alerts by them, and will not send them again.

Alertmanager never repeats what was answered with 413 or 400 within its flush, so somebody has to hear of it.
They are told while the last one is younger than `KEPT`.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

KEPT: Final = timedelta(hours=1)
MOST: Final = 20
"""Kinds of refusals that are remembered."""


class Losses:
    """One for each process; ``kind`` says who was refused and why, in words of ours."""

    def __init__(self) -> None:
        self._lost: OrderedDict[str, tuple[int, datetime]] = OrderedDict()

    def note(self, kind: str, now: datetime) -> None:
        """One more request of this kind."""
        count, at = self._lost.pop(kind, (0, now))
        self._lost[kind] = (1 if now - at > KEPT else count + 1, now)
        while len(self._lost) > MOST:
            self._lost.popitem(last=False)

    def told(self, now: datetime) -> tuple[str, ...]:
        """What has to be said now, the newest first."""
        return tuple(
            f"{count} request{'s' if count != 1 else ''} refused: {kind}"
            for kind, (count, at) in reversed(self._lost.items())
            if now - at <= KEPT
        )
