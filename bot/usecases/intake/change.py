"""Change: what followers are told of what senders said; repeats change nothing and cost nothing."""

from typing import Final

from bot.domain import actor as actors
from bot.domain.actor import Actor
from bot.domain.alert.alert import State
from bot.domain.alert.alert_change import AlertChange, AlertMark
from bot.domain.alert.signal import Severity
from bot.domain.alert.verdict import Verdict
from bot.usecases.intake.outcome import SignalOutcome
from bot.usecases.intake.submission import Submission
from bot.usecases.intake.track import standing_of

_CHANGES: Final = frozenset({Verdict.OPENED, Verdict.RAISED, Verdict.REOPENED, Verdict.RESOLVED})
_MARKS: Final = {
    (state.value, severity.value): AlertMark(state, severity) for state in State for severity in Severity
}


def changes_in(submissions: list[Submission], decided: list[list[SignalOutcome]]) -> list[AlertChange]:
    """The changes that these requests make; what begins has its number already."""
    changes: list[AlertChange] = []
    for submission, each in zip(submissions, decided, strict=True):
        told = [one for one in each if one.verdict in _CHANGES]
        if told:
            actor = actors.source(submission.source.name)
            changes += [_change(one, actor) for one in told]
    return changes


def _change(one: SignalOutcome, actor: Actor) -> AlertChange:
    assert one.track is not None  # noqa: S101 -- these verdicts have one
    return AlertChange(
        alert_id=standing_of(one.track).alert_id,
        name=one.item.signal.name,
        before=None if one.before is None or one.verdict is Verdict.OPENED else _MARKS[one.before],
        after=_MARKS[one.state, one.severity],
        actor=actor,
        action=one.verdict.value,
    )
