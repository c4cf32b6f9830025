"""Work: what is to be done about a recurrence, derived from what is known and stored nowhere.

Law: mode and next step are functions of `Facts`; whoever sees the same facts sees the same work item. A plan
is a list of words and checks: making one changes nothing, and a hand-over only writes down that it happened.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec
from msgspec.structs import replace

from bot.domain.actor import Actor
from bot.domain.alert.signal import Severity
from bot.domain.recurrence.recurrence import format_work_ref
from bot.domain.recurrence.run import RunState

GAP: Final = 3  # times that people did by hand what no program ever tried
QUIET: Final = timedelta(hours=24)  # a source that said nothing for longer may be broken


class WorkMode(StrEnum):
    """Who deals with it: a program that has shown it can, one that tries, people, or nobody needs to."""

    AUTO = "auto"
    REPAIR = "repair"
    MANUAL = "manual"
    OBSERVE = "observe"


class NextStep(StrEnum):
    """What it waits for."""

    VERIFIED_REPAIR = "verified_repair"
    OPEN = "open"
    MANUAL_GATE = "manual_gate"
    AUTOMATION_GAP = "automation_gap"
    FAILED_REPAIR = "failed_repair"


class HandoffKind(StrEnum):
    """What was handed over: a proposal for a ticket, or the work itself to a person."""

    TICKET_PROPOSAL = "ticket_proposal"
    MANUAL = "manual"


class Handoff(msgspec.Struct, frozen=True, kw_only=True):
    """One hand-over; ``assignee`` is who has it now, None for whoever reads the proposal."""

    id: int
    recurrence_id: int
    kind: HandoffKind
    at: datetime
    by: Actor
    assignee: Actor | None = None
    title: str = ""
    body: str = ""


class LastRun(msgspec.Struct, frozen=True, gc=False):
    """The newest run, as far as it matters here."""

    state: RunState
    agent: str
    queued_at: datetime
    ended_at: datetime | None


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All that a work item is made of.

    ``by_hand`` counts the episodes among the last ones that a person acknowledged or ended; ``heard_at`` is
    when its source last said anything.
    """

    recurrence_id: int
    severity: Severity
    is_open: bool
    opened_at: datetime
    resolved_at: datetime | None = None
    by_hand: int = 0
    runs: dict[RunState, int] = msgspec.field(default_factory=dict)
    last_run: LastRun | None = None
    handoff: Handoff | None = None
    heard_at: datetime | None = None
    has_runbook: bool = False

    def with_history(
        self, runs: dict[RunState, int], last_run: LastRun | None, handoff: Handoff | None
    ) -> "Facts":
        """The item with what programs did and what was handed over."""
        return replace(self, runs=runs, last_run=last_run, handoff=handoff)

    @property
    def runs_open(self) -> int:
        """Runs that are waiting or under way."""
        return self.runs.get(RunState.QUEUED, 0) + self.runs.get(RunState.RUNNING, 0)

    @property
    def handed_over(self) -> bool:
        """Whether a person was given it and no program has run since."""
        given = self.handoff
        if given is None or given.kind is not HandoffKind.MANUAL:
            return False
        return self.last_run is None or self.last_run.queued_at <= given.at


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """The work item: ``ref`` never changes for a recurrence."""

    ref: str
    mode: WorkMode
    next_step: NextStep
    reason: str


class Check(msgspec.Struct, frozen=True, gc=False):
    """One look before the leap."""

    name: str
    passed: bool
    detail: str


def derive(facts: Facts) -> Item:
    """The work item of these facts."""
    mode = _mode(facts)
    step, reason = _next_step(facts, mode)
    return Item(ref=format_work_ref(facts.recurrence_id), mode=mode, next_step=step, reason=reason)


def plan(item: Item) -> tuple[str, ...]:
    """What would be done, in the order in which it would be."""
    return _PLANS[item.next_step]


_PLANS: Final = {
    NextStep.VERIFIED_REPAIR: ("leave it to the program", "watch that it stays away"),
    NextStep.OPEN: ("watch the open episode", "hand it over if nobody takes it on"),
    NextStep.MANUAL_GATE: ("wait for the person who has it", "do what they decide", "note what helped"),
    NextStep.AUTOMATION_GAP: (
        "propose a ticket: let a program do what people repeat",
        "link the last notes of who did it",
        "report its runs, so that the repair can be verified",
    ),
    NextStep.FAILED_REPAIR: (
        "stop the program for this recurrence",
        "hand it over to a person",
        "read the output of the last run",
    ),
}


def check(facts: Facts, now: datetime) -> tuple[Check, ...]:
    """What should hold before anybody, or anything, goes to work on it."""
    heard = facts.heard_at is not None and now - facts.heard_at <= QUIET
    gate = facts.severity is not Severity.CRITICAL or facts.handed_over
    return (
        Check("open", facts.is_open, "an episode is open" if facts.is_open else "nothing is open now"),
        Check("idle", not facts.runs_open, f"{facts.runs_open} runs wait or are under way"),
        Check("free", not facts.handed_over, "a person has it" if facts.handed_over else "nobody has it yet"),
        Check("fresh", heard, "its source was heard today" if heard else "its source is silent"),
        Check("runbook", facts.has_runbook, "links a runbook" if facts.has_runbook else "links no runbook"),
        Check("gate", gate, "no approval needed" if gate else "critical: a person has to approve"),
    )


def _mode(facts: Facts) -> WorkMode:
    if facts.handed_over:
        return WorkMode.MANUAL
    if facts.last_run is not None:
        failed = facts.last_run.state is RunState.FAILED
        return WorkMode.AUTO if facts.runs.get(RunState.SUCCEEDED) and not failed else WorkMode.REPAIR
    return WorkMode.MANUAL if facts.by_hand or facts.handoff is not None else WorkMode.OBSERVE


def _next_step(facts: Facts, mode: WorkMode) -> tuple[NextStep, str]:
    if facts.handed_over:
        return NextStep.MANUAL_GATE, "a person was given it and has the next word"
    if facts.last_run is not None:
        return _judge(facts, facts.last_run)
    if mode is WorkMode.MANUAL and facts.by_hand >= GAP:
        return NextStep.AUTOMATION_GAP, f"people did it by hand {facts.by_hand} times, no program ever tried"
    if facts.handoff is not None:
        return NextStep.MANUAL_GATE, "a ticket was proposed and waits for a decision"
    return NextStep.OPEN, "an episode is open" if facts.is_open else "nothing is open"


def _judge(facts: Facts, run: LastRun) -> tuple[NextStep, str]:
    """What the last run was worth; that it calls itself a success does not make it one."""
    if run.state is RunState.FAILED:
        return NextStep.FAILED_REPAIR, f"the last run of {run.agent} failed"
    if run.ended_at is None:
        return NextStep.OPEN, f"{run.agent} is at it"
    if facts.opened_at > run.ended_at:
        return NextStep.OPEN, f"it came back after the last run of {run.agent}"
    if facts.is_open:
        return NextStep.FAILED_REPAIR, f"{run.agent} reported success, but it is still open"
    return NextStep.VERIFIED_REPAIR, f"it ended with the last run of {run.agent} and has not come back"


class CheckRun(msgspec.Struct, frozen=True, kw_only=True):
    """A dry run as it went."""

    id: int
    recurrence_id: int
    at: datetime
    by: Actor
    mode: WorkMode
    next_step: NextStep
    passed: bool
    checks: tuple[Check, ...]
