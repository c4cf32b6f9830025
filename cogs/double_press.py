"""Double press: two taps on one spot are one.

Whoever changed something with a button and presses the same spot within `SPAN` has most likely tapped twice,
and what stands there now may mean something else. Kept in memory only: it is about two seconds.
"""

import asyncio
from collections import OrderedDict
from typing import Any, Final, TypeAlias

import discord

SPAN: Final = 2.0  # seconds
_KEPT: Final = 1_000

Slot: TypeAlias = tuple[int, int, int, int]


class _Press:
    """``ended`` is when it was over, None while it is under way."""

    def __init__(self) -> None:
        self.ended: float | None = None
        self.over = asyncio.Event()


class RecentPresses:
    """Which person pressed which slot of which message when."""

    def __init__(self) -> None:
        self._pressed: OrderedDict[Slot, _Press] = OrderedDict()

    def begin(self, slot: Slot, now: float) -> bool:
        """Whether this press counts; it is under way then until `end`."""
        last = self._pressed.get(slot)
        if last is not None and (last.ended is None or now - last.ended < SPAN):
            return False
        self._pressed[slot] = _Press()
        self._pressed.move_to_end(slot)
        if len(self._pressed) > _KEPT:
            _, oldest = self._pressed.popitem(last=False)
            oldest.over.set()
        return True

    def end(self, slot: Slot, now: float, *, changed: bool) -> None:
        """Note that a press was done, or (not ``changed``) refused: then another is as good as the first."""
        press = self._pressed.get(slot)
        if press is None:
            return
        press.ended = now
        press.over.set()
        if not changed:
            del self._pressed[slot]

    async def first(self, slot: Slot) -> None:
        """Return when the press that counted is over: only then is it known what it did."""
        press = self._pressed.get(slot)
        if press is not None:
            await press.over.wait()


def slot_of(interaction: discord.Interaction[Any], custom_id: str) -> Slot | None:
    """Where the pressed button stands, for this person; None when that cannot be told."""
    message = interaction.message
    for row, parts in enumerate(message.components if message is not None else ()):
        for place, part in enumerate(getattr(parts, "children", ())):
            if getattr(part, "custom_id", None) == custom_id and message is not None:
                return interaction.user.id, message.id, row, place
    return None
