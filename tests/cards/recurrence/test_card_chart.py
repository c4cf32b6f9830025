"""The picture shows 30 days and a week, and says the same in words."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards.recurrence.chart import SPAN, Chart, describe, draw
from bot.domain.recurrence.rhythm import hour_of_week

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
hours = st.dictionaries(st.integers(0, 24 * SPAN - 13), st.integers(1, 99)).map(
    lambda ago: tuple(
        (NOW.replace(minute=0) - timedelta(hours=each), count) for each, count in sorted(ago.items())
    )
)


def chart(*fired: tuple[datetime, int], title: str = "R-12 HighErrorRate") -> Chart:
    return Chart(title=title, seen_at=NOW, hours=fired)


@given(hours)
def test_days_and_week_hold_every_occurrence_once(fired: tuple[tuple[datetime, int], ...]) -> None:
    drawn = chart(*fired)
    total = sum(count for _, count in fired)
    assert sum(count for _, count in drawn.days) == total
    assert sum(drawn.week) == total
    assert len(drawn.days) == SPAN
    assert drawn.days[-1][0] == NOW.date()
    for hour, count in fired:
        assert drawn.week[hour_of_week(hour)] >= count


def test_it_is_said_in_words_too() -> None:
    tuesday = datetime(2026, 11, 17, 2, tzinfo=UTC)
    assert describe(chart((tuesday, 7), (tuesday + timedelta(days=1), 2))) == (
        "R-12 HighErrorRate: fired 9 times in the last 30 days, on 2 of them. Most on 17 November (7). "
        "Busiest hour of the week: Tue 02:00 UTC (7)."
    )
    assert describe(chart()) == "R-12 HighErrorRate: did not fire in the last 30 days."


@pytest.mark.parametrize("title", ["R-12 HighErrorRate", "R-12 $x_1$ \\frac{ 100% # " + "long " * 40])
def test_it_is_a_png_whatever_the_title_says(title: str) -> None:
    pytest.importorskip("matplotlib")
    assert draw(chart((NOW.replace(minute=0), 3), title=title)).startswith(b"\x89PNG\r\n")


def test_nothing_at_all_can_be_drawn() -> None:
    pytest.importorskip("matplotlib")
    assert draw(chart()).startswith(b"\x89PNG\r\n")


def test_as_a_program_it_reads_json_and_writes_the_picture() -> None:
    pytest.importorskip("matplotlib")
    told = msgspec.json.encode(chart((NOW, 3)))
    drawn = subprocess.run(
        [sys.executable, "-m", "bot.cards.recurrence.chart"],
        input=told,
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert drawn.stdout.startswith(b"\x89PNG\r\n")
