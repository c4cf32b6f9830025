"""Times as people type them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import InvalidInputError
from bot.domain.zone import read_zone
from cogs.time_input import read_due, read_past, snooze_end

NOW = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
TOKYO = read_zone("Asia/Tokyo")  # 21:00 there
BERLIN = read_zone("Europe/Berlin")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("now", NOW),
        ("11:30", NOW - timedelta(minutes=30)),
        ("9:05:07", NOW.replace(hour=9, minute=5, second=7)),
        ("14:05", NOW.replace(day=30, hour=14, minute=5)),
        ("20 min ago", NOW - timedelta(minutes=20)),
        ("20m", NOW - timedelta(minutes=20)),
        ("3 hours ago", NOW - timedelta(hours=3)),
        ("2026-03-30 14:05", NOW.replace(day=30, hour=14, minute=5)),
        ("2026-03-31T13:00+02:00", NOW - timedelta(hours=1)),
        (f"<t:{int(NOW.timestamp())}:R>", NOW),
        ("none", None),
    ],
)
def test_a_time_of_the_past(typed: str, expected: datetime | None) -> None:
    assert read_past(typed, NOW) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("3 days", NOW + timedelta(days=3)),
        ("in 12 h", NOW + timedelta(hours=12)),
        ("2w", NOW + timedelta(weeks=2)),
        ("2026-04-02", datetime(2026, 4, 2, 17, tzinfo=UTC)),
        ("2026-04-02 09:00", datetime(2026, 4, 2, 9, tzinfo=UTC)),
        ("none", None),
    ],
)
def test_a_date_to_come(typed: str, expected: datetime | None) -> None:
    assert read_due(typed, NOW) == expected


@pytest.mark.parametrize("typed", ["", "soon", "25:00", "2026-13-01", "1:2:3", "99999999999999"])
def test_what_is_no_time_is_explained(typed: str) -> None:
    with pytest.raises(InvalidInputError, match="no time"):
        read_past(typed, NOW)


@pytest.mark.parametrize("typed", ["2026-03-30", "yesterday", "3 days ago"])
def test_what_is_over_or_no_date_cannot_be_due(typed: str) -> None:
    with pytest.raises(InvalidInputError, match="due"):
        read_due(typed, NOW)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("22:00", NOW + timedelta(hours=1)),
        ("20:00", NOW + timedelta(hours=23)),
        ("today 22:00", NOW + timedelta(hours=1)),
        ("Tomorrow at 9:00", NOW + timedelta(hours=12)),
        ("tomorrow", NOW + timedelta(hours=20)),
        ("2026-04-01 09:00", NOW + timedelta(hours=12)),
        ("in 2h", NOW + timedelta(hours=2)),
        ("2026-03-31T13:00Z", NOW + timedelta(hours=1)),
    ],
)
def test_a_time_to_come_is_in_the_persons_zone(typed: str, expected: datetime) -> None:
    assert read_due(typed, NOW, TOKYO) == expected
    assert snooze_end(typed, NOW, TOKYO) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("20:00", NOW - timedelta(hours=1)),
        ("22:00", NOW - timedelta(hours=23)),
        ("today 20:00", NOW - timedelta(hours=1)),
        ("yesterday 21:00", NOW - timedelta(days=1)),
        ("2026-03-31 20:30", NOW - timedelta(minutes=30)),
    ],
)
def test_a_time_of_the_past_is_in_the_persons_zone(typed: str, expected: datetime) -> None:
    assert read_past(typed, NOW, TOKYO) == expected


def test_of_a_date_that_exists_twice_the_one_that_is_still_to_come_is_meant() -> None:
    between = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)
    assert read_due("2026-10-25 02:30", between, BERLIN) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert read_past("2026-10-25 02:30", between, BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_the_morning_is_nine_where_the_person_is() -> None:
    assert snooze_end("morning", NOW, TOKYO) == NOW + timedelta(hours=12)
    assert snooze_end("worse", NOW, TOKYO) is None


@pytest.mark.parametrize("typed", ["yesterday", "today 20:00", "none", "25:00", "soon", "today 25:00"])
def test_a_snooze_that_is_over_or_has_no_end_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInputError):
        snooze_end(typed, NOW, TOKYO)


@given(st.text())
def test_whatever_is_typed_is_a_time_or_refused(typed: str) -> None:
    for read in (read_past, read_due, snooze_end):
        try:
            found = read(typed, NOW)
        except InvalidInputError:
            continue
        assert found is None or found.tzinfo is not None
