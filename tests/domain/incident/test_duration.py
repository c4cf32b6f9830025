"""Durations are honest: counted from what people know, and times keep their order."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import InvalidInputError
from bot.domain.incident.duration import Moment, Times, correct, durations

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
moments = st.integers(-600, 60).map(lambda minutes: NOW + minutes * MINUTE)


def test_each_counts_from_its_own_beginning() -> None:
    times = Times(
        impact_started_at=NOW,
        detected_at=NOW + 5 * MINUTE,
        acked_at=NOW + 7 * MINUTE,
        mitigated_at=NOW + 20 * MINUTE,
        resolved_at=NOW + 60 * MINUTE,
    )
    took = durations(times)
    assert (took.acknowledge, took.mitigate, took.resolve) == (2 * MINUTE, 20 * MINUTE, 60 * MINUTE)


def test_without_a_known_beginning_detection_is_it_and_what_did_not_happen_takes_no_time() -> None:
    took = durations(Times(detected_at=NOW, resolved_at=NOW + MINUTE))
    assert (took.acknowledge, took.mitigate, took.resolve) == (None, None, MINUTE)


@given(st.sampled_from(Moment), moments, moments, st.none() | moments, st.none() | moments)
def test_a_correction_keeps_the_order_or_changes_nothing(
    which: Moment, at: datetime, detected: datetime, started: datetime | None, ended: datetime | None
) -> None:
    started = None if started is None else min(started, detected)
    ended = None if ended is None else max(ended, detected)
    times = Times(detected_at=detected, impact_started_at=started, resolved_at=ended)
    try:
        changed = correct(times, which, at, NOW)
    except InvalidInputError as error:
        assert error.field == which.value  # noqa: PT017 -- both ways are right, each in its own words
        return
    known = [value for each in Moment if (value := getattr(changed, each.value)) is not None]
    assert all(one <= other for one, other in pairwise(known))
    assert getattr(changed, which.value) == at <= NOW


@pytest.mark.parametrize(
    ("which", "at", "words"),
    [
        (Moment.IMPACT_STARTED, NOW + MINUTE, "impact_started_at: would be after detected"),
        (Moment.RESOLVED, NOW - MINUTE, "resolved_at: would be before detected"),
        (Moment.DETECTED, NOW + 61 * MINUTE, "detected_at: lies in the future"),
        (Moment.DETECTED, None, "detected_at: has to be known"),
    ],
)
def test_a_wrong_time_is_refused_by_name(which: Moment, at: datetime | None, words: str) -> None:
    times = Times(detected_at=NOW)
    with pytest.raises(InvalidInputError, match=words):
        correct(times, which, at, NOW + 60 * MINUTE)


def test_what_nobody_knows_after_all_is_taken_back() -> None:
    times = Times(detected_at=NOW, impact_started_at=NOW - MINUTE)
    assert correct(times, Moment.IMPACT_STARTED, None, NOW).impact_started_at is None
