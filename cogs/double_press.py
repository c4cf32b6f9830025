"""Double press: two taps on one spot are one.

Whoever changed something with a button and presses the same spot within `SPAN` has most likely tapped twice,
and what stands there now may mean something else. Kept in memory only: it is about two seconds.
"""

from collections import OrderedDict
from typing import Any, Final, TypeAlias

import discord

SPAN: Final = 2.0  # seconds
_KEPT: Final = 1_000

Slot: TypeAlias = tuple[int, int, int, int]


class RecentPresses:
    """Which person pressed which slot of which message when; under way means for now and always."""

    def __init__(self) -> None:
        self._pressed: OrderedDict[Slot, float | None] = OrderedDict()

    def begin(self, slot: Slot, now: float) -> bool:
        """Whether this press counts; it is under way then until `end`."""
        if slot in self._pressed:
            last = self._pressed[slot]
            if last is None or now - last < SPAN:
                return False
        self._pressed[slot] = None
        self._pressed.move_to_end(slot)
        while len(self._pressed) > _KEPT:
            self._pressed.popitem(last=False)
        return True

    def end(self, slot: Slot, now: float, *, changed: bool) -> None:
        """Note that a press was done, or (not ``changed``) refused: then another is as good as the first."""
        if changed:
            self._pressed[slot] = now
        else:
            self._pressed.pop(slot, None)


def slot_of(interaction: discord.Interaction[Any], custom_id: str) -> Slot | None:
    """Where the pressed button stands, for this person; None when that cannot be told."""
    message = interaction.message
    for row, parts in enumerate(message.components if message is not None else ()):
        for place, part in enumerate(getattr(parts, "children", ())):
            if getattr(part, "custom_id", None) == custom_id and message is not None:
                return interaction.user.id, message.id, row, place
    return None
