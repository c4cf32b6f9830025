"""Matchers speak Alertmanager's language, and no pattern can make them slow."""

import pytest

from bot.domain.errors import InvalidInputError
from bot.domain.silence.matcher import MAX_MATCHERS, MAX_VALUE, Matcher, demand_some, matcher, parse_matchers

LABELS = {"alertname": "HighErrorRate", "severity": "critical", "path": 'a"b'}


@pytest.mark.parametrize(
    ("written", "fits"),
    [
        ('alertname="HighErrorRate"', True),
        ("alertname=HighErrorRate", True),
        ("{alertname=HighErrorRate,severity=critical}", True),
        ('alertname=HighErrorRate, severity="warning"', False),
        ('severity!="warning"', True),
        ("severity=~crit.*", True),
        ("severity=~crit", False),
        ('severity=~"warning|critical"', True),
        ('severity!~"warning|info"', True),
        ('path="a\\"b"', True),
        ('team="",alertname=~".+"', True),
        ('alertname=~"(?i)higherrorrate"', True),
    ],
)
def test_what_people_write(written: str, fits: bool) -> None:
    assert all(each.fits(LABELS) for each in parse_matchers(written)) is fits


@pytest.mark.parametrize(
    "written",
    ["", "{}", "alertname", "=x", "alertname=~(", 'a="b" c="d"', 'team=""', "a=~.*", "a!=b", "a=b,,c=d"],
)
def test_what_is_no_matcher_or_means_everything_is_refused(written: str) -> None:
    with pytest.raises(InvalidInputError, match="matchers"):
        demand_some(parse_matchers(written))


def test_what_is_written_is_read_back() -> None:
    for each in (Matcher("a", 'b"\\c\nd'), Matcher("a", "b|c", is_regex=True, is_equal=False)):
        assert parse_matchers(str(each)) == (each,)


def test_bounds() -> None:
    with pytest.raises(InvalidInputError):
        matcher("a", "x" * (MAX_VALUE + 1))
    with pytest.raises(InvalidInputError):
        matcher("", "x")
    with pytest.raises(InvalidInputError):
        demand_some([Matcher("a", "b")] * (MAX_MATCHERS + 1))
    assert len(demand_some([Matcher("a", "b")] * MAX_MATCHERS)) == MAX_MATCHERS


@pytest.mark.parametrize("pattern", ["(x+x+)+y", "(a*)*b", "(.*)(.*)(.*)(.*)z", "(a|aa)+$"])
def test_no_pattern_explodes(pattern: str) -> None:
    """With a matcher that tries every way each of these would outlive the universe."""
    one = matcher("a", pattern, is_regex=True)
    assert not one.fits({"a": "x" * 2_000 + "!"})
    assert not one.fits({"a": "a" * 2_000 + "!"})


@pytest.mark.parametrize("pattern", ["(a{1,1000}){1,1000}", "(?=a)", "\\1", "(?<n>a)(?P=n)"])
def test_what_would_need_more_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidInputError, match="RE2"):
        matcher("a", pattern, is_regex=True)
