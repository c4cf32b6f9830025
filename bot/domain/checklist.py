"""Checklist: what makes a desk complete, step by step."""

from enum import StrEnum

import msgspec


class SetupStep(StrEnum):
    """One thing that whoever sets a desk up has done or not, in the order in which it is done."""

    CHANNEL = "channel"
    WAKE = "wake"
    SOURCE = "source"
    SEEN = "seen"
    INCIDENTS = "incidents"
    BACKUP = "backup"


class SetupChecklist(msgspec.Struct, frozen=True):
    """Which steps are done."""

    done: frozenset[SetupStep] = frozenset()

    @property
    def missing(self) -> tuple[SetupStep, ...]:
        """What is left, in order."""
        return tuple(step for step in SetupStep if step not in self.done)
