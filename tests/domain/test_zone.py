"""Wall times in time zones, where clocks go forward and back."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.errors import InvalidInputError
from bot.domain.zone import instants, known_zone, last_at, next_at, read_zone, suggest_zones, words

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour
    "Pacific/Apia",  # left out a whole day
    "America/St_Johns",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "America/Sao_Paulo",  # at midnight
)
BEGIN = datetime(2005, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 13_000_000).map(lambda minutes: BEGIN + timedelta(minutes=minutes))
CLOCKS = st.builds(time, st.integers(0, 23), st.integers(0, 59))
BERLIN = read_zone("Europe/Berlin")
SPRING = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 25, 0, 15, tzinfo=UTC)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.sampled_from(ZONES), CLOCKS, MOMENTS)
@example("Europe/Berlin", time(2, 30), SPRING)
@example("Europe/Berlin", time(2, 30), AUTUMN)
@example("Europe/Berlin", time(2, 30), AUTUMN + timedelta(hours=1))
@example("Pacific/Apia", time(12), datetime(2011, 12, 30, 1, tzinfo=UTC))
def test_the_next_and_the_last_time_of_day_surround_now_and_nothing_lies_between(
    name: str, clock: time, now: datetime
) -> None:
    zone = read_zone(name)
    ahead, behind = next_at(clock, now, zone), last_at(clock, now, zone)
    assert behind <= now < ahead
    assert ahead - behind <= timedelta(hours=49)  # Apia's missing day
    for each in (ahead, behind):
        shown = each.astimezone(zone)
        exact = shown.replace(tzinfo=None).time() == clock
        skipped = not _exists(shown.replace(hour=clock.hour, minute=clock.minute, tzinfo=None), name)
        assert exact or skipped or name == "Pacific/Apia"
    between = ahead - timedelta(minutes=1)
    if between > now and between.astimezone(zone).time().replace(second=0, microsecond=0) == clock:
        raise AssertionError("it was so late before")


def _exists(wall: datetime, name: str) -> bool:
    zone = read_zone(name)
    return any(each.astimezone(zone).replace(tzinfo=None) == wall for each in instants(wall, zone))


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.sampled_from(ZONES), MOMENTS)
def test_what_a_clock_shows_means_the_moment_at_which_it_is_shown(name: str, now: datetime) -> None:
    zone = read_zone(name)
    wall = now.astimezone(zone).replace(tzinfo=None)
    found = instants(wall, zone)
    assert now in found
    assert all(each.astimezone(zone).replace(tzinfo=None) == wall for each in found)
    assert list(found) == sorted(set(found))


def test_a_time_that_does_not_exist_means_what_it_would_have_been() -> None:
    (found,) = instants(datetime.fromisoformat("2026-03-29 02:30"), BERLIN)
    assert found.astimezone(BERLIN).time() == time(3, 30)


def test_a_time_that_exists_twice_is_two() -> None:
    first, second = instants(datetime.fromisoformat("2026-10-25 02:30"), BERLIN)
    assert second - first == timedelta(hours=1)
    assert next_at(time(2, 30), first - timedelta(minutes=1), BERLIN) == first
    assert next_at(time(2, 30), first, BERLIN) == second
    assert last_at(time(2, 30), second, BERLIN) == second
    assert last_at(time(2, 30), second - timedelta(minutes=1), BERLIN) == first


@pytest.mark.parametrize("typed", ["europe/berlin", " Europe/Berlin ", "EUROPE/BERLIN"])
def test_a_zone_is_read_whatever_the_case(typed: str) -> None:
    assert read_zone(typed).key == "Europe/Berlin"
    assert read_zone("America/new york").key == "America/New_York"


@pytest.mark.parametrize("typed", ["", "Mars/Base", "../../etc/passwd", "/etc/localtime", "+02:00", "\0"])
def test_what_is_no_zone_is_explained(typed: str) -> None:
    with pytest.raises(InvalidInputError, match="is no time zone; they look like Europe/Berlin"):
        read_zone(typed)


def test_a_zone_that_is_gone_is_utc() -> None:
    assert known_zone("Europe/Atlantis").key == "UTC"
    assert known_zone("../../etc/passwd").key == "UTC"


def test_zones_are_suggested_by_what_begins_so_first() -> None:
    assert suggest_zones("berlin", 5) == ["Europe/Berlin"]
    assert suggest_zones("new y", 5)[0] == "America/New_York"
    assert len(suggest_zones("", 25)) == 25
    assert suggest_zones("nowhere", 5) == []


def test_the_zone_is_said() -> None:
    at = datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert words(at, BERLIN) == "2026-07-01 14:00 (Europe/Berlin)"
    assert words(at, read_zone("UTC")) == "2026-07-01 12:00 UTC"
