"""Whatever happens to an episode, the sums hold what it weighs in the end."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alert.alert import State
from bot.domain.alert.signal import Severity
from bot.domain.alert.verdict import SignatureStanding
from bot.domain.recurrence.settlement import (
    LONGEST,
    NOTHING,
    EpisodeState,
    StatsDelta,
    settle,
    settle_standing,
)

START = datetime(2026, 11, 21, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def course(state: State, at: datetime, alone: bool = False) -> EpisodeState:
    acked_at = at if state is State.ACKED else None
    resolved_at = at if state is State.RESOLVED else None
    return EpisodeState(state, START, acked_at, resolved_at, alone and state is State.RESOLVED)


steps = st.lists(
    st.tuples(st.sampled_from(State), st.integers(1, 600), st.booleans()), min_size=1, max_size=12
)


@given(steps)
def test_the_sums_are_those_of_the_last_state_and_attention_only_grows(
    happening: list[tuple[State, int, bool]],
) -> None:
    now, before = START, course(State.NEW, START)
    total = settle(None, before, now)
    for state, minutes, alone in happening:
        now += minutes * MINUTE
        after = course(state, now, alone)
        change = settle(before, after, now)
        assert timedelta(0) <= change.attention <= LONGEST
        total = StatsDelta(
            total.resolves + change.resolves,
            total.resolve_time + change.resolve_time,
            total.self_resolves + change.self_resolves,
        )
        before = after
    is_over = before.state is State.RESOLVED
    assert total.resolves == is_over
    assert total.self_resolves == (is_over and before.self_resolved)
    assert total.resolve_time == (now - START if is_over else timedelta(0))


def test_attention_is_from_the_ack_to_its_end_however_it_ends() -> None:
    acked = course(State.ACKED, START)
    for state in (State.NEW, State.RESOLVED):
        later = START + 7 * MINUTE
        assert settle(acked, course(state, later), later).attention == 7 * MINUTE
    weekend = START + timedelta(days=2)
    assert settle(acked, course(State.RESOLVED, weekend), weekend).attention == LONGEST


def test_what_intake_only_counts_up_settles_nothing() -> None:
    standing = SignatureStanding(
        alert_id=1,
        state=State.NEW,
        severity=Severity.INFO,
        occurrences=9,
        flaps=0,
        opened_at=START,
        last_seen_at=START,
    )
    assert settle_standing(course(State.NEW, START), standing, START + MINUTE) is NOTHING
    assert not NOTHING
