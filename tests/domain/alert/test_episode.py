"""Which life of an alert a signal belongs to."""

from datetime import UTC, datetime, timedelta

import msgspec

from bot.domain.alert.alert import State
from bot.domain.alert.episode import OLDEST, began
from bot.domain.alert.signal import Severity, Signal, Status
from bot.domain.alert.verdict import Policy, SignatureStanding, Verdict, decide, end_untold

T = datetime(2026, 10, 5, 12, tzinfo=UTC)
MIN = timedelta(minutes=1)
SENDS_RESOLVES = Policy(silence=None, reopen_window=10 * MIN)
SENDS_NONE = Policy(silence=30 * MIN, reopen_window=10 * MIN)


def firing(started_at: datetime | None = None, severity: Severity = Severity.WARNING) -> Signal:
    return Signal(status=Status.FIRING, name="x", severity=severity, started_at=started_at)


def over(started_at: datetime | None = None, ended_at: datetime | None = None, summary: str = "") -> Signal:
    return Signal(
        status=Status.RESOLVED,
        name="x",
        severity=Severity.WARNING,
        started_at=started_at,
        ended_at=ended_at,
        summary=summary,
    )


def standing(**changes: object) -> SignatureStanding:
    before = SignatureStanding(
        alert_id=7,
        state=State.NEW,
        severity=Severity.WARNING,
        occurrences=1,
        flaps=0,
        opened_at=T,
        started_at=T,
        last_seen_at=T,
    )
    return msgspec.structs.replace(before, **changes)


def test_a_group_that_is_sent_again_is_no_occurrence() -> None:
    held = standing()
    decision = decide(held, firing(T), SENDS_RESOLVES, T + 5 * MIN)
    assert (decision.verdict, held.occurrences, held.last_seen_at) == (Verdict.REPEATED, 1, T + 5 * MIN)
    assert decide(held, firing(T - MIN), SENDS_RESOLVES, T + 6 * MIN).verdict is Verdict.REPEATED
    assert decide(held, firing(), SENDS_RESOLVES, T + 7 * MIN).verdict is Verdict.FOLDED
    assert held.occurrences == 2
    assert decide(held, firing(T, Severity.CRITICAL), SENDS_RESOLVES, T + 8 * MIN).verdict is Verdict.RAISED


def test_a_new_start_after_a_lapse_is_a_new_episode_whoever_has_the_old_one() -> None:
    held = standing(state=State.ACKED, owned=True)
    again = firing(T + 24 * 60 * MIN)
    now = T + 24 * 60 * MIN + MIN
    assert decide(held, again, SENDS_RESOLVES, now).verdict is Verdict.OPENED
    end_untold(held, again, now)
    assert (held.state, held.resolved_at, held.ended_by_sender) == (State.RESOLVED, T, True)


def test_the_starts_of_two_replicas_are_one_episode() -> None:
    held = standing(last_seen_at=T + MIN)
    assert decide(held, firing(T + 40 * timedelta(seconds=1)), SENDS_RESOLVES, T + 2 * MIN).verdict is (
        Verdict.FOLDED
    )
    assert decide(held, firing(T), SENDS_RESOLVES, T + 3 * MIN).verdict is Verdict.REPEATED
    assert held.occurrences == 2


def test_a_sender_that_stamps_every_message_has_one_episode_until_it_is_silent() -> None:
    held = standing(silent_after=T + 30 * MIN)
    assert decide(held, firing(T + 20 * MIN), SENDS_NONE, T + 20 * MIN).verdict is Verdict.FOLDED
    assert decide(held, firing(T + 60 * MIN), SENDS_NONE, T + 60 * MIN).verdict is Verdict.OPENED


def test_silence_that_has_run_out_ends_the_episode_at_intake_too() -> None:
    late = T + 31 * MIN
    assert decide(standing(silent_after=T + 30 * MIN), firing(), SENDS_NONE, late).verdict is Verdict.OPENED
    acked = standing(silent_after=T + 30 * MIN, state=State.ACKED, owned=True)
    assert decide(acked, firing(), SENDS_NONE, late).verdict is Verdict.FOLDED
    critical = standing(silent_after=T + 30 * MIN, severity=Severity.CRITICAL)
    assert decide(critical, firing(), SENDS_NONE, late).verdict is Verdict.FOLDED


def test_the_second_firing_of_a_pair_reopens_nothing() -> None:
    held = standing()
    decide(held, over(T, T + MIN), SENDS_RESOLVES, T + 2 * MIN)
    assert decide(held, firing(T), SENDS_RESOLVES, T + 3 * MIN).verdict is Verdict.LATE
    assert (held.state, held.occurrences) == (State.RESOLVED, 1)
    assert decide(held, firing(T + 2 * MIN), SENDS_RESOLVES, T + 4 * MIN).verdict is Verdict.REOPENED


def test_what_a_person_ended_and_still_fires_is_taken_up_again() -> None:
    held = standing(state=State.RESOLVED, resolved_at=T + MIN)
    assert decide(held, firing(T), SENDS_RESOLVES, T + 3 * MIN).verdict is Verdict.REOPENED


def test_after_the_window_an_old_start_is_believed() -> None:
    held = standing(state=State.RESOLVED, resolved_at=T + MIN, ended_by_sender=True)
    assert decide(held, firing(T), SENDS_RESOLVES, T + 12 * MIN).verdict is Verdict.OPENED


def test_the_end_is_dated_by_the_sender_within_what_can_be_true() -> None:
    for said, dated in ((T + MIN, T + MIN), (T - MIN, T), (T + 9 * MIN, T + 5 * MIN), (None, T + 5 * MIN)):
        held = standing(started_at=None)
        decide(held, over(ended_at=said, summary="back to 60 %"), SENDS_RESOLVES, T + 5 * MIN)
        assert (held.resolved_at, held.ending) == (dated, "back to 60 %")


def test_the_end_of_an_earlier_episode_ends_nothing() -> None:
    held = standing()
    assert decide(held, over(T - 60 * MIN, T - 30 * MIN), SENDS_RESOLVES, T + MIN).verdict is (
        Verdict.ALREADY_RESOLVED
    )
    assert held.state is State.NEW
    assert decide(held, over(T, T - MIN), SENDS_RESOLVES, T + MIN).verdict is Verdict.RESOLVED


def test_a_start_in_the_future_is_no_start_to_be_earlier_than() -> None:
    held = standing(started_at=T + 5 * MIN)  # Alertmanager's, when it is told an end and no start
    assert decide(held, over(T + MIN, T + MIN), SENDS_RESOLVES, T + 2 * MIN).verdict is Verdict.RESOLVED


def test_an_episode_lasts_since_the_senders_word_if_that_can_be_true() -> None:
    assert began(firing(T - MIN), None, T) == T - MIN
    assert began(firing(T + MIN), None, T) == T
    assert began(firing(), None, T) == T
    assert began(firing(T - OLDEST - MIN), None, T) == T  # what is so old counts from its receipt
    assert began(firing(T - 5 * MIN), T - MIN, T) == T - MIN
