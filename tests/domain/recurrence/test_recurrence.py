"""What is remembered when an alert fires."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.actor import Actor, job, person, source
from bot.domain.errors import InvalidInputError
from bot.domain.recurrence.recurrence import (
    BOUND,
    SPAN,
    Episode,
    Fix,
    find_medians,
    format_ref,
    format_work_ref,
    parse_ref,
    remember,
)

TUESDAY = datetime(2026, 11, 17, 2, 30, tzinfo=UTC)
WEEK, DAY, MINUTE = timedelta(weeks=1), timedelta(days=1), timedelta(minutes=1)
ANNA, SOURCE, SILENCE = person(1, "Anna"), source("prod"), job("silence")


def episode(
    ago: timedelta, lasted: timedelta | None = 5 * MINUTE, by: Actor = SOURCE, **more: object
) -> Episode:
    opened = TUESDAY - ago
    resolved = None if lasted is None else opened + lasted
    values = {"alert_id": 1, "resolved_by": by if resolved else None, **more}
    return Episode(opened_at=opened, resolved_at=resolved, **values)  # type: ignore[arg-type]  # test sugar


def test_the_first_time_there_is_nothing_to_remember() -> None:
    memory = remember(TUESDAY, [])
    assert (memory.episodes, memory.previous_at, memory.gap, memory.remedy) == (1, None, None, None)


def test_the_line_of_a_card_has_all_its_numbers() -> None:
    earlier = [
        episode(WEEK, 8 * MINUTE),
        episode(2 * WEEK, 3 * MINUTE, SILENCE),
        episode(3 * WEEK, 60 * MINUTE, owner=ANNA, note="restarted consumer", note_by=ANNA),
        episode(4 * WEEK, 4 * MINUTE),
        episode(5 * WEEK, 2 * MINUTE),
    ]
    memory = remember(TUESDAY, earlier)
    assert (memory.episodes, memory.gap, str(memory.rhythm)) == (5, WEEK, "Tue 02-04")
    assert (memory.ended, memory.self_resolved, memory.self_resolved_within) == (3, 2, 8 * MINUTE)
    assert memory.remedy is not None
    assert (memory.remedy.who, memory.remedy.note, memory.remedy.by_hand) == (
        ANNA,
        "restarted consumer",
        True,
    )


def test_what_is_older_than_30_days_counts_for_nothing_but_the_remedy() -> None:
    memory = remember(TUESDAY, [episode(SPAN + MINUTE, owner=ANNA)])
    assert (memory.episodes, memory.ended, memory.gap) == (1, 0, None)
    assert memory.previous_at == TUESDAY - SPAN - MINUTE
    assert memory.remedy is not None
    assert not memory.remedy.by_hand


def test_exactly_30_days_ago_still_counts() -> None:
    assert remember(TUESDAY, [episode(SPAN)]).episodes == 2


@pytest.mark.parametrize(
    ("resolved_by", "owner", "alone"),
    [
        (SOURCE, None, True),
        (SILENCE, None, False),
        (SOURCE, ANNA, False),
        (ANNA, None, False),
        (None, None, False),
    ],
)
def test_only_what_nobody_had_resolved_itself(
    resolved_by: Actor | None, owner: Actor | None, alone: bool
) -> None:
    ended = episode(DAY, owner=owner)
    assert msgspec.structs.replace(ended, resolved_by=resolved_by).self_resolved is alone


def test_words_weigh_more_than_hands_and_the_newest_of_each_wins() -> None:
    told = episode(3 * DAY, note="old words", note_by=ANNA, alert_id=3)
    ended = episode(2 * DAY, by=ANNA, alert_id=2)
    acked = episode(DAY, owner=ANNA, alert_id=1)
    for earlier, expected in (([acked, ended, told], 3), ([acked, ended], 1), ([ended], 2)):
        remedy = remember(TUESDAY, earlier).remedy
        assert remedy is not None
        assert remedy.alert_id == expected


def test_what_a_source_or_a_job_did_is_no_remedy() -> None:
    assert remember(TUESDAY, [episode(DAY), episode(2 * DAY, by=SILENCE)]).remedy is None


def test_more_than_the_bound_is_said_to_be_more() -> None:
    memory = remember(TUESDAY, [episode(n * 15 * MINUTE) for n in range(1, BOUND + 1)])
    assert (memory.episodes, memory.more) == (BOUND + 1, True)


@given(st.lists(st.integers(1, 60 * 24 * 29), unique=True, max_size=20))
def test_the_median_gap_lies_between_the_shortest_and_the_longest(minutes: list[int]) -> None:
    earlier = [episode(minute * MINUTE) for minute in sorted(minutes)]
    memory = remember(TUESDAY, earlier)
    starts = sorted([TUESDAY, *(each.opened_at for each in earlier)])
    gaps = [later - sooner for sooner, later in pairwise(starts)]
    if not gaps:
        assert memory.gap is None
    else:
        assert memory.gap is not None
        assert min(gaps) <= memory.gap <= max(gaps)
        assert sum(gap < memory.gap for gap in gaps) <= len(gaps) / 2
        assert sum(gap > memory.gap for gap in gaps) <= len(gaps) / 2


def test_medians_leave_out_what_never_happened() -> None:
    medians = find_medians([episode(DAY, None), episode(2 * DAY, 4 * MINUTE)])
    assert (medians.to_ack, medians.to_resolve, medians.gap) == (None, 4 * MINUTE, DAY)


def test_a_fix_speaks_up_from_the_alert_that_broke_it() -> None:
    fix = Fix(at=TUESDAY, by=ANNA, owner=ANNA, note="more memory")
    assert fix.regression(7) is None
    broken = Fix(at=TUESDAY, by=ANNA, owner=ANNA, regressed_at=TUESDAY + DAY, regressed_alert_id=7)
    assert broken.regression(6) is None
    regression = broken.regression(8)
    assert regression is not None
    assert regression.owner == ANNA


@pytest.mark.parametrize("text", ["R-12", "w-12", " r12 ", "12", format_ref(12), format_work_ref(12)])
def test_people_may_write_a_ref_as_they_like(text: str) -> None:
    assert parse_ref(text) == 12


@pytest.mark.parametrize("text", ["", "A-12", "R-", "R-1x", "-1", "R--1", "1" * 19])
def test_what_is_no_ref_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        parse_ref(text)
