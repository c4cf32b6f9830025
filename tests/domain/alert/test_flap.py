"""An alert that goes up and down is held quiet, and never for longer than it deserves."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alert.alert import State
from bot.domain.alert.flap import CALM, MOST, Flapping, Hush, flap
from bot.domain.alert.signal import Severity, Signal, Status
from bot.domain.alert.verdict import Lane, Policy, SignatureStanding, Verdict, decide

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
WINDOW = timedelta(minutes=20)
POLICY = Policy(silence=None, reopen_window=timedelta(minutes=10), flap_limit=3, flap_window=WINDOW)
MINUTE = timedelta(minutes=1)

gaps = st.lists(st.integers(0, 30).map(lambda minutes: minutes * MINUTE), max_size=60)


def standing(state: State = State.RESOLVED, **more: object) -> SignatureStanding:
    values: dict[str, object] = {"occurrences": 1, "flaps": 0, "opened_at": NOW, "last_seen_at": NOW, **more}
    values.setdefault("resolved_at", NOW)
    return SignatureStanding(alert_id=1, state=state, severity=Severity.WARNING, **values)  # type: ignore[arg-type]  # test sugar


def signal(status: Status = Status.FIRING, severity: Severity = Severity.WARNING) -> Signal:
    return Signal(status=status, name="x", severity=severity)


@given(gaps, st.integers(0, 5))
def test_quiet_begins_with_enough_flaps_in_a_window_and_ends_with_a_window_without(
    story: list[timedelta], limit: int
) -> None:
    """Told the slow way: by the times of all flaps."""
    now, flapping, is_quiet = NOW, CALM, False
    times: list[datetime] = []
    for gap in story:
        was_calm = bool(times) and gap >= WINDOW
        now += gap
        assert flapping.holds(now) == (is_quiet and not was_calm)
        times.append(now)
        enough = len([at for at in times if now - at < WINDOW]) >= limit > 0
        is_quiet = enough or (is_quiet and not was_calm)
        flapping = flap(flapping, now, limit=limit, window=WINDOW)
        assert flapping.holds(now) == is_quiet
        assert len(flapping.flapped_at) <= MOST


def test_flaps_are_counted_over_the_time_they_took() -> None:
    flapping = CALM
    for minute in (0, 5, 12):
        flapping = flap(flapping, NOW + minute * MINUTE, limit=3, window=WINDOW)
    assert (len(flapping.flapped_at), flapping.lasts) == (3, 12 * MINUTE)
    assert flapping.quiet_until == NOW + 32 * MINUTE


def test_what_flaps_is_shown_late_and_calls_nobody() -> None:
    alert, now = standing(State.NEW, resolved_at=None), NOW
    seen = []
    for _ in range(4):
        now += MINUTE
        up = decide(alert, signal(Status.RESOLVED), POLICY, now)
        now += MINUTE
        down = decide(alert, signal(), POLICY, now)
        seen.append((up.lane, up.hush, down.verdict, down.lane, down.hush))
    news = (Lane.RESOLVE, Hush.NONE, Verdict.REOPENED, Lane.WARNING, Hush.NONE)
    quiet = (Verdict.REOPENED, Lane.COUNT, Hush.FLAPPING)
    assert seen == [news, news, (Lane.RESOLVE, Hush.NONE, *quiet), (Lane.COUNT, Hush.FLAPPING, *quiet)]


def test_what_flaps_keeps_its_episode_until_it_is_calm() -> None:
    quiet = Flapping((NOW,), NOW + WINDOW)
    early = decide(standing(flapping=quiet), signal(), POLICY, NOW + WINDOW - MINUTE)
    late = decide(standing(flapping=quiet), signal(), POLICY, NOW + WINDOW)
    assert (early.verdict, late.verdict) == (Verdict.REOPENED, Verdict.OPENED)


def test_quiet_hides_nothing_that_is_worse() -> None:
    quiet = Flapping((NOW,), NOW + WINDOW)
    refired, risen = standing(flapping=quiet), standing(State.NEW, flapping=quiet, resolved_at=None)
    for alert, verdict in ((refired, Verdict.REOPENED), (risen, Verdict.RAISED)):
        decision = decide(alert, signal(severity=Severity.CRITICAL), POLICY, NOW + MINUTE)
        assert (decision.verdict, decision.lane, decision.hush) == (verdict, Lane.CRITICAL, Hush.NONE)
        assert alert.flapping == CALM
