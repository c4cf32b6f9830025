"""Replay: signed requests that were taken in, so that whoever recorded one cannot have it done again.

A signature is believed for five minutes around its time. What was taken in during them is remembered, and its
answer with it; a repetition is answered alike and changes nothing. What was taken in before the process
began is found by its body (`usecases.intake.replay`). A request that failed is forgotten, so that its sender
may send it again.
"""

import asyncio
from collections import OrderedDict
from datetime import datetime
from typing import Final

from bot.ingress.scheme import REPLAY_WINDOW, Signed

MOST: Final = 200_000
"""Requests that are remembered; beyond that the oldest is forgotten first."""

_LARGEST: Final = 2_048  # bytes of an answer that are kept

Key = tuple[int, bytes, bytes]


class Replays:
    """What was taken in and may still be believed."""

    def __init__(self, started_at: datetime) -> None:
        self._started_at = started_at.timestamp()
        self._taken: OrderedDict[Key, tuple[float, bytes]] = OrderedDict()
        self._under_way: dict[Key, asyncio.Future[None]] = {}

    def is_older_than_us(self, signed: Signed) -> bool:
        """Whether it was made before this process began: another may have taken it in."""
        return signed.at < self._started_at

    async def begin(self, key: Key, now: datetime) -> bytes | None:
        """The answer that was given already, None for what is new; the same at the same time waits."""
        self._forget(now.timestamp())
        while (busy := self._under_way.get(key)) is not None:
            await asyncio.wait({busy})
        found = self._taken.get(key)
        if found is not None:
            return found[1]
        self._under_way[key] = asyncio.get_running_loop().create_future()
        return None

    def end(self, key: Key, signed: Signed, answer: bytes | None) -> None:
        """Note how the request was answered; None when it failed."""
        self._under_way.pop(key).set_result(None)
        if answer is not None:
            until = signed.at + REPLAY_WINDOW.total_seconds()
            self._taken[key] = (until, answer if len(answer) <= _LARGEST else b"")
            if len(self._taken) > MOST:
                self._taken.popitem(last=False)

    def _forget(self, now: float) -> None:
        """Forget requests too old to be believed; a few each time, in the order in which they came."""
        for _ in range(2):
            oldest = next(iter(self._taken), None)
            if oldest is None or self._taken[oldest][0] >= now:
                return
            del self._taken[oldest]


def key_of(source_id: int, signed: Signed) -> Key:
    """What makes a signed request the same: its sender, its time (and id) and its signature."""
    return source_id, signed.prefix, signed.macs[0]
