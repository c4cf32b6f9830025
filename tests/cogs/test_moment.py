"""Times as people type them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import InvalidInputError
from cogs.time_input import read_due, read_past

NOW = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)


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


@given(st.text())
def test_whatever_is_typed_is_a_time_or_refused(typed: str) -> None:
    for read in (read_past, read_due):
        try:
            found = read(typed, NOW)
        except InvalidInputError:
            continue
        assert found is None or found.tzinfo is not None
