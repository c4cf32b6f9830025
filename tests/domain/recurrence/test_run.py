"""A run moves forward only, and saying a thing again changes nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import ConflictError
from bot.domain.recurrence.run import TRANSITIONS, Run, RunState, move

START = datetime(2026, 11, 21, tzinfo=UTC)
LATER = START + timedelta(minutes=1)


def run(state: RunState = RunState.QUEUED) -> Run:
    return Run(id=1, project_id=1, agent="bot", key="k", state=state, queued_at=START)


@pytest.mark.parametrize("before", RunState)
@pytest.mark.parametrize("after", RunState)
def test_the_table_is_all_there_is(before: RunState, after: RunState) -> None:
    if after in TRANSITIONS[before]:
        assert move(run(before), after, LATER).state is after
    else:
        with pytest.raises(ConflictError, match=f"it cannot become {after}"):
            move(run(before), after, LATER)


@given(st.lists(st.sampled_from(RunState), max_size=8))
def test_times_are_set_once_and_in_order(reports: list[RunState]) -> None:
    moved = run()
    for step, state in enumerate(reports, 1):
        now = START + timedelta(minutes=step)
        if state not in TRANSITIONS[moved.state]:
            continue
        again = move(move(moved, state, now), state, now + timedelta(minutes=1))
        moved = move(moved, state, now)
        assert again == moved
    assert (moved.ended_at is not None) == moved.state.over
    if moved.started_at is not None and moved.ended_at is not None:
        assert moved.started_at <= moved.ended_at


def test_silence_does_not_wipe_what_was_said() -> None:
    told = move(run(), RunState.RUNNING, LATER, "half way")
    assert move(told, RunState.SUCCEEDED, LATER).output == "half way"
