"""What intake decides: any order of signals keeps the laws."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alert.alert import State
from bot.domain.alert.signal import Severity, Signal, Status
from bot.domain.alert.verdict import Lane, Policy, SignatureStanding, Verdict, decide

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
POLICY = Policy(silence=timedelta(minutes=30), reopen_window=timedelta(minutes=10))


def signal(status: Status = Status.FIRING, severity: Severity = Severity.WARNING) -> Signal:
    return Signal(status=status, name="x", severity=severity)


def standing(
    state: State = State.NEW, severity: Severity = Severity.WARNING, **more: object
) -> SignatureStanding:
    values: dict[str, object] = {"occurrences": 1, "flaps": 0, "opened_at": NOW, "last_seen_at": NOW, **more}
    return SignatureStanding(alert_id=1, state=state, severity=severity, **values)  # type: ignore[arg-type]  # test sugar


def test_the_first_firing_opens() -> None:
    decision = decide(None, signal(severity=Severity.CRITICAL), POLICY, NOW)
    assert (decision.verdict, decision.lane) == (Verdict.OPENED, Lane.CRITICAL)


def test_a_resolve_of_something_never_seen_shows_nothing() -> None:
    decision = decide(None, signal(Status.RESOLVED), POLICY, NOW)
    assert (decision.verdict, decision.lane) == (Verdict.NEVER_SEEN, None)


@pytest.mark.parametrize("state", [State.NEW, State.PROCESSING, State.ACKED, State.FAILED])
def test_an_open_alert_absorbs_repeats_and_keeps_its_state(state: State) -> None:
    alert = standing(state, owned=True)
    decision = decide(alert, signal(), POLICY, NOW + timedelta(minutes=1))
    assert decision.verdict is Verdict.FOLDED
    assert (alert.state, alert.owned, alert.occurrences) == (state, True, 2)
    assert alert.last_seen_at == NOW + timedelta(minutes=1)
    assert alert.silent_after == NOW + timedelta(minutes=31)


def test_a_rise_takes_the_ack_away_and_remembers_from_where() -> None:
    alert = standing(State.ACKED, owned=True)
    decision = decide(alert, signal(severity=Severity.CRITICAL), POLICY, NOW)
    assert (decision.verdict, decision.lane) == (Verdict.RAISED, Lane.CRITICAL)
    assert (alert.state, alert.owned, alert.escalated_from) == (State.NEW, False, Severity.WARNING)


def test_a_fall_keeps_the_ack() -> None:
    alert = standing(State.ACKED, Severity.CRITICAL, owned=True)
    assert decide(alert, signal(), POLICY, NOW).verdict is Verdict.FOLDED
    assert (alert.state, alert.severity) == (State.ACKED, Severity.WARNING)


@pytest.mark.parametrize(
    ("minutes", "verdict"),
    [(0, Verdict.REOPENED), (10, Verdict.REOPENED), (10.01, Verdict.OPENED), (600, Verdict.OPENED)],
)
def test_a_refire_reopens_within_the_window_only(minutes: float, verdict: Verdict) -> None:
    alert = standing(State.RESOLVED, resolved_at=NOW)
    assert decide(alert, signal(), POLICY, NOW + timedelta(minutes=minutes)).verdict is verdict
    assert alert.flaps == (verdict is Verdict.REOPENED)
    assert alert.state is (State.NEW if verdict is Verdict.REOPENED else State.RESOLVED)


@given(
    st.lists(st.tuples(st.sampled_from(Status), st.sampled_from(Severity), st.integers(0, 20)), max_size=40)
)
def test_nothing_is_lost_in_any_order(story: list[tuple[Status, Severity, int]]) -> None:
    """Each firing counts once; openings and closings alternate; flaps never exceed resolves."""
    now, alert = NOW, None
    firings = counted = resolves = 0
    for status, severity, minutes in story:
        now += timedelta(minutes=minutes)
        was_open = alert is not None and alert.state.open
        decision = decide(alert, signal(status, severity), POLICY, now)
        firings += status is Status.FIRING
        if decision.verdict is Verdict.OPENED:
            assert not was_open
            counted += alert.occurrences if alert else 0
            alert = standing(severity=severity, opened_at=now)
        resolves += decision.verdict is Verdict.RESOLVED
        assert (decision.verdict is Verdict.RESOLVED) == (status is Status.RESOLVED and was_open)
        if status is Status.FIRING:
            assert alert is not None
            assert alert.state.open
            assert alert.severity is severity
    assert counted + (alert.occurrences if alert else 0) == firings
    assert (alert.flaps if alert else 0) <= resolves


def test_a_clock_that_goes_back_makes_nothing_older() -> None:
    alert = standing(last_seen_at=NOW + timedelta(minutes=5))
    decide(alert, signal(), POLICY, NOW)
    assert alert.last_seen_at == NOW + timedelta(minutes=5)
