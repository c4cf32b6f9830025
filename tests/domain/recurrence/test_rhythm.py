"""When something mostly happens, and when that is not said."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.recurrence.rhythm import LEAST, SHARE, Rhythm, find_rhythm

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
WEEK, DAY, HOUR = timedelta(weeks=1), timedelta(days=1), timedelta(hours=1)
moments = st.lists(
    st.integers(0, 60 * 24 * 30).map(lambda minute: MONDAY + timedelta(minutes=minute)), max_size=40
)


def test_two_hours_of_one_day_of_the_week_are_the_most_telling() -> None:
    found = find_rhythm([MONDAY + DAY + 2 * HOUR + week * WEEK + (week % 2) * HOUR for week in range(4)])
    assert str(found) == "Tue 02-04"


def test_two_hours_of_any_day_come_next() -> None:
    found = find_rhythm([MONDAY + day * DAY + 9 * HOUR for day in range(7)])
    assert (found, str(found)) == (Rhythm(None, 9), "09-11")


def test_a_day_of_the_week_comes_last() -> None:
    found = find_rhythm([MONDAY + week * WEEK + week * 5 * HOUR for week in range(4)])
    assert str(found) == "Mon"


def test_hours_may_reach_over_midnight() -> None:
    assert str(find_rhythm([MONDAY + day * DAY - (day % 2) * HOUR for day in range(1, 6)])) == "23-01"


def test_a_burst_is_no_rhythm() -> None:
    assert find_rhythm([MONDAY + timedelta(minutes=minute) for minute in range(60)]) is None


def test_few_moments_have_none() -> None:
    assert find_rhythm([MONDAY + week * WEEK for week in range(LEAST - 1)]) is None


@given(moments)
def test_most_moments_fit_what_is_said(at: list[datetime]) -> None:
    rhythm = find_rhythm(at)
    if rhythm is None:
        return
    assert (rhythm.day, rhythm.hour) != (None, None)
    assert sum(_fits(rhythm, moment) for moment in at) >= SHARE * len(at)


@given(moments, st.randoms(use_true_random=False))
def test_the_order_of_the_moments_does_not_matter(at: list[datetime], dice: object) -> None:
    shuffled = list(at)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis' random
    assert find_rhythm(shuffled) == find_rhythm(at)


def _fits(rhythm: Rhythm, moment: datetime) -> bool:
    if rhythm.hour is None:
        return moment.weekday() == rhythm.day
    starts = [rhythm.hour + 24 * (rhythm.day or 0)] if rhythm.day is not None else range(rhythm.hour, 168, 24)
    place = moment.weekday() * 24 + moment.hour
    return any((place - start) % 168 < 2 for start in starts)
