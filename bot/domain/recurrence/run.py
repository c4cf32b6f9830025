"""Run: what a program did about an alert, told by itself.

Law: `TRANSITIONS` is all there is. Saying again what is known changes nothing; a run that is over stays so.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import msgspec
from msgspec.structs import replace

from bot.domain.errors import ConflictError

MAX_AGENT: Final = 100
MAX_KEY: Final = 200
MAX_OUTPUT: Final = 8_000


class RunState(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"

    @property
    def over(self) -> bool:
        """Whether nothing more comes of it."""
        return self in {RunState.SUCCEEDED, RunState.FAILED}


TRANSITIONS: Final[Mapping[RunState, frozenset[RunState]]] = MappingProxyType(
    {
        RunState.QUEUED: frozenset(RunState),
        RunState.RUNNING: frozenset({RunState.RUNNING, RunState.SUCCEEDED, RunState.FAILED}),
        RunState.SUCCEEDED: frozenset({RunState.SUCCEEDED}),
        RunState.FAILED: frozenset({RunState.FAILED}),
    }
)


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run of ``agent``; ``key`` is its own name for it.

    It may be about an event, an alert, a recurrence, an incident.

    ``output`` is what it says for people, redacted and bounded.
    """

    id: int
    project_id: int
    agent: str
    key: str
    state: RunState
    queued_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    output: str = ""
    event_id: int | None = None
    alert_id: int | None = None
    recurrence_id: int | None = None
    incident_id: int | None = None

    @property
    def ref(self) -> str:
        """How people name it: ``run 12``."""
        return f"run {self.id}"


def move(run: Run, state: RunState, now: datetime, output: str = "") -> Run:
    """The run after its agent reported ``state``; an empty ``output`` leaves the old one.

    Raises:
        ConflictError: that state cannot follow.
    """
    if state not in TRANSITIONS[run.state]:
        raise ConflictError(f"Run {run.key} of {run.agent} is {run.state}; it cannot become {state}.")
    started = run.started_at if run.started_at is not None or state is RunState.QUEUED else now
    ended = run.ended_at if run.ended_at is not None or not state.over else now
    return replace(run, state=state, started_at=started, ended_at=ended, output=output or run.output)
