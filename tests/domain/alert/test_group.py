"""Which alerts belong together, and which of them wake people."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alert.group import Group, admits, cause_of, join, lane_of, rise
from bot.domain.alert.signal import Severity, Signal, Status
from bot.domain.alert.verdict import Lane

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
WINDOW = timedelta(minutes=30)


def group(severity: Severity = Severity.WARNING, joined_at: datetime = NOW) -> Group:
    return Group(
        id=7,
        project_id=1,
        source_id=1,
        cause="c",
        name="x",
        service="",
        severity=severity,
        opened_at=NOW,
        joined_at=joined_at,
    )


def signal(name: str = "x", service: str = "", key: str = "") -> Signal:
    return Signal(status=Status.FIRING, name=name, severity=Severity.INFO, service=service, group_key=key)


words = st.tuples(*(st.sampled_from(["", "a", "b"]) for _ in range(3)))


@given(words, words)
def test_the_senders_key_decides_and_without_one_name_and_service(
    these: tuple[str, str, str], those: tuple[str, str, str]
) -> None:
    one, other = signal(*these), signal(*those)
    if one.group_key or other.group_key:
        expected = one.group_key == other.group_key
    else:
        expected = (one.name, one.service) == (other.name, other.service)
    assert (cause_of(1, 5, one) == cause_of(1, 5, other)) == expected
    assert len({cause_of(1, 5, one), cause_of(2, 5, one), cause_of(1, 6, one), cause_of(1, None, one)}) == 4


def test_a_group_takes_in_what_comes_within_a_window_of_its_newest() -> None:
    assert admits(group(), NOW + WINDOW, WINDOW)
    assert not admits(group(), NOW + WINDOW + timedelta(seconds=1), WINDOW)


members = st.lists(st.tuples(st.sampled_from(Severity), st.booleans()), max_size=12)


@given(st.sampled_from(Severity), members)
def test_people_are_woken_once_for_each_severity_until_all_is_over(
    first: Severity, story: list[tuple[Severity, bool]]
) -> None:
    found, told = group(first), first.rank
    for severity, is_over in story:
        joined = join(found, severity, NOW, is_over=is_over)
        assert joined.wakes == (is_over or severity.rank > told)
        told = severity.rank if joined.wakes else told
        found = joined.group
        assert found.severity.rank == told
        again = rise(found, severity)
        assert not again.wakes


def test_only_news_and_peoples_acts_hurry_a_groups_card() -> None:
    assert [lane_of(lane, wakes=False) for lane in Lane] == [
        Lane.WARNING,
        Lane.PERSON,
        Lane.WARNING,
        Lane.WARNING,
        Lane.INFO,
        Lane.COUNT,
    ]
    assert [lane_of(lane, wakes=True) for lane in Lane] == list(Lane)
