"""Sight: into which channels somebody may look, and what can be asked for by name.

Who sees a channel sees what is shown there, and nobody else does: not in a list, nor by guessing a number.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import msgspec


class Subject(StrEnum):
    """What a person may ask for; each has a channel."""

    ALERT = "alert"
    GROUP = "group"
    INCIDENT = "incident"
    RECURRENCE = "recurrence"
    ACTION = "action item"
    SOURCE = "source"
    CHANNEL = "channel"


class SubjectRef(msgspec.Struct, frozen=True):
    """One subject: ``which`` is its number, or a source's name."""

    subject: Subject
    which: int | str


class Sight(msgspec.Struct, frozen=True):
    """Only ``channels``, or (``beyond``) all but them.

    The latter is for whoever looks after the desk: a channel that is gone hides nothing from them.
    """

    channels: frozenset[int] = frozenset()
    beyond: bool = True

    def sees(self, channel_id: int) -> bool:
        """Whether that channel may be looked into."""
        return (channel_id in self.channels) is not self.beyond

    def sees_any(self, channel_ids: Iterable[int]) -> bool:
        """Whether one of them may."""
        return any(self.sees(each) for each in channel_ids)


EVERYTHING: Final = Sight()
NOTHING: Final = Sight(beyond=False)
