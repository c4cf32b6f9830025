"""A work item is what its facts make of it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.domain.actor import person
from bot.domain.alert.signal import Severity
from bot.domain.recurrence.run import RunState
from bot.domain.recurrence.work import (
    GAP,
    Facts,
    Handoff,
    HandoffKind,
    LastRun,
    NextStep,
    WorkMode,
    check,
    derive,
    plan,
)

NOW = datetime(2026, 11, 21, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANNA = person(1, "Anna")
CALM = Facts(recurrence_id=12, severity=Severity.WARNING, is_open=False, opened_at=NOW - 9 * HOUR)


def ran(state: RunState, facts: Facts = CALM, ago: timedelta = HOUR) -> Facts:
    last = LastRun(state, "fixer", NOW - ago, NOW - ago if state.over else None)
    return replace(facts, runs={**facts.runs, state: 1}, last_run=last)


def handed(kind: HandoffKind, facts: Facts = CALM, ago: timedelta = HOUR) -> Facts:
    return replace(facts, handoff=Handoff(id=1, recurrence_id=12, kind=kind, at=NOW - ago, by=ANNA))


OPEN = replace(CALM, is_open=True)


@pytest.mark.parametrize(
    ("facts", "mode", "step"),
    [
        (CALM, WorkMode.OBSERVE, NextStep.OPEN),
        (OPEN, WorkMode.OBSERVE, NextStep.OPEN),
        (replace(CALM, by_hand=1), WorkMode.MANUAL, NextStep.OPEN),
        (replace(CALM, by_hand=GAP), WorkMode.MANUAL, NextStep.AUTOMATION_GAP),
        (handed(HandoffKind.TICKET_PROPOSAL), WorkMode.MANUAL, NextStep.MANUAL_GATE),
        (handed(HandoffKind.MANUAL), WorkMode.MANUAL, NextStep.MANUAL_GATE),
        (ran(RunState.QUEUED), WorkMode.REPAIR, NextStep.OPEN),
        (ran(RunState.RUNNING, OPEN), WorkMode.REPAIR, NextStep.OPEN),
        (ran(RunState.FAILED), WorkMode.REPAIR, NextStep.FAILED_REPAIR),
        (ran(RunState.SUCCEEDED), WorkMode.AUTO, NextStep.VERIFIED_REPAIR),
        (ran(RunState.SUCCEEDED, OPEN), WorkMode.AUTO, NextStep.FAILED_REPAIR),
        (ran(RunState.SUCCEEDED, OPEN, 20 * HOUR), WorkMode.AUTO, NextStep.OPEN),
        (ran(RunState.FAILED, ran(RunState.SUCCEEDED)), WorkMode.REPAIR, NextStep.FAILED_REPAIR),
        (
            handed(HandoffKind.MANUAL, ran(RunState.FAILED, ago=2 * HOUR)),
            WorkMode.MANUAL,
            NextStep.MANUAL_GATE,
        ),
        (
            ran(RunState.SUCCEEDED, handed(HandoffKind.MANUAL, ago=2 * HOUR)),
            WorkMode.AUTO,
            NextStep.VERIFIED_REPAIR,
        ),
    ],
)
def test_mode_and_next_step_follow_from_the_facts(facts: Facts, mode: WorkMode, step: NextStep) -> None:
    item = derive(facts)
    assert (item.ref, item.mode, item.next_step) == ("W-12", mode, step)


facts = st.builds(
    Facts,
    recurrence_id=st.just(12),
    severity=st.sampled_from(Severity),
    is_open=st.booleans(),
    opened_at=st.just(NOW - 9 * HOUR),
    by_hand=st.integers(0, 9),
    runs=st.dictionaries(st.sampled_from(RunState), st.integers(1, 3)),
    last_run=st.none()
    | st.builds(LastRun, st.sampled_from(RunState), st.just("fixer"), st.just(NOW), st.none() | st.just(NOW)),
    handoff=st.none()
    | st.sampled_from(HandoffKind).map(
        lambda kind: Handoff(id=1, recurrence_id=12, kind=kind, at=NOW, by=ANNA)
    ),
    heard_at=st.none() | st.just(NOW),
    has_runbook=st.booleans(),
)


@given(facts)
def test_every_fact_leads_somewhere_with_a_plan_and_the_same_checks(given_facts: Facts) -> None:
    item = derive(given_facts)
    assert item == derive(given_facts)
    assert item.reason
    assert plan(item)
    checks = check(given_facts, NOW)
    assert [each.name for each in checks] == ["open", "idle", "free", "fresh", "runbook", "gate"]


def test_a_critical_waits_for_a_person() -> None:
    critical = replace(OPEN, severity=Severity.CRITICAL)
    assert not check(critical, NOW)[-1].passed
    assert check(handed(HandoffKind.MANUAL, critical), NOW)[-1].passed
