import re
import shlex
from pathlib import Path
from typing import Any

import pytest

import bot.providers
from bot.domain.alert.signal import Link, Signal
from bot.domain.errors import InvalidInputError
from bot.providers.generic import _KNOWN, Generic


def parse_one(**alert: Any) -> Signal:
    return Generic().parse({"title": "Backup failed"} | alert).signals[0][1]


def test_a_title_is_enough() -> None:
    signal = parse_one()
    assert (signal.status, signal.name, signal.severity) == ("firing", "Backup failed", "warning")
    assert (signal.summary, signal.fingerprint, signal.started_at) == ("", "", None)


def test_everything_that_can_be_said() -> None:
    signal = parse_one(
        status="recovered",
        severity="P1",
        message="borg exited with 2",
        details="connection closed",
        labels={"repo": "srv"},
        dedupe_key="backup/nas-01",
        service="backup",
        namespace="home",
        host="nas-01",
        links=[{"title": "Log", "url": "https://l.org/1"}, {"href": "https://l.org/2"}],
        url="https://l.org/3",
        runbook_url="https://r.org",
        started_at="2026-11-21T04:32:24+01:00",
        ended_at=1_795_235_545,
        group="nightly",
    )
    assert signal == Signal(
        status=signal.status,
        name="Backup failed",
        severity=signal.severity,
        severity_word="P1",
        summary="borg exited with 2",
        description="connection closed",
        labels={"repo": "srv"},
        links=(
            Link("Log", "https://l.org/1"),
            Link("Link", "https://l.org/2"),
            Link("Runbook", "https://r.org"),
            Link("Source", "https://l.org/3"),
        ),
        fingerprint="backup/nas-01",
        namespace="home",
        service="backup",
        target="nas-01",
        group_key="nightly",
        started_at=signal.started_at,
        ended_at=signal.ended_at,
    )
    assert (signal.status, signal.severity) == ("resolved", "critical")
    assert str(signal.started_at) == "2026-11-21 03:32:24+00:00"
    assert str(signal.ended_at) == "2026-11-21 04:32:25+00:00"


def test_one_alert_a_list_or_a_list_in_an_object() -> None:
    one = {"title": "a"}
    for payload in (one, [one], {"alerts": [one]}):
        assert [(index, signal.name) for index, signal in Generic().parse(payload).signals] == [(0, "a")]
    assert Generic().parse([]).signals == ()


def test_in_a_list_one_bad_alert_never_costs_the_good_ones() -> None:
    reading = Generic().parse([{"title": "a"}, {"title": 1}, {}, None, {"title": "b"}])
    assert [(index, signal.name) for index, signal in reading.signals] == [(0, "a"), (1, "1"), (4, "b")]
    assert [(bad.index, bad.reason) for bad in reading.rejected] == [
        (2, "title: is missing"),
        (3, "alert: must be an object"),
    ]


@pytest.mark.parametrize(
    ("alert", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "a", "status": "maybe"}, "status"),
        ({"title": "a", "state": 1}, "state"),
        (5, "body"),
        ({"alerts": 5}, "alerts"),
    ],
)
def test_what_is_no_alert_or_has_no_status_anybody_knows_is_named(alert: object, field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        Generic().parse(alert)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("field", "value", "read", "kept"),
    [
        ("message", 3, "summary", "3"),
        ("labels", ["x"], "labels", {"labels[0]": "x"}),
        ("labels", {"x": {}, "y": None, "z": [1, None]}, "labels", {"x": "{}", "z": "[1, null]"}),
        ("id", {"a": 1}, "fingerprint", '{"a": 1}'),
        ("host", 5, "target", "5"),
        ("url", 1, "links", ()),
        ("links", "https://x.org", "links", (Link("Link", "https://x.org"),)),
        ("links", ["https://x.org", 5, {"url": 1}], "links", (Link("Link", "https://x.org"),)),
        ("severity", [], "severity", "warning"),
        ("severity", [], "said", {"severity": "[]"}),
        ("started_at", "soon", "started_at", None),
        ("started_at", "soon", "said", {"started_at": "soon"}),
        ("started_at", "", "said", {}),
        ("timestamp", 1e300, "said", {"timestamp": "1e+300"}),
        ("extra", {"a": [1]}, "said", {"extra": '{"a": [1]}'}),
    ],
)
def test_a_detail_of_any_kind_never_costs_the_alert(
    field: str, value: object, read: str, kept: object
) -> None:
    assert getattr(parse_one(**{field: value}), read) == kept


@pytest.mark.parametrize(
    ("alert", "severity"),
    [
        ({"status": "CRITICAL"}, "critical"),
        ({"status": "warning"}, "warning"),
        ({"status": "down"}, "warning"),
        ({"status": "CRITICAL", "severity": "info"}, "info"),
        ({"priority": 1}, "critical"),
        ({"priority": "2"}, "critical"),
        ({"priority": "P3"}, "warning"),
        ({"priority": 4}, "info"),
        ({"priority": 5}, "info"),
        ({"labels": {"priority": "1"}}, "critical"),
    ],
)
def test_how_bad_it_is_may_stand_in_the_status_or_in_a_priority(alert: dict[str, Any], severity: str) -> None:
    signal = parse_one(**alert)
    assert (signal.status, signal.severity) == ("firing", severity)


def test_without_a_title_the_first_line_is_the_name() -> None:
    signal = Generic().parse({"message": "Disk full\non nas-01"}).signals[0][1]
    assert (signal.name, signal.summary) == ("Disk full", "Disk full\non nas-01")
    signal = Generic().parse({"message": "Disk full"}).signals[0][1]
    assert (signal.name, signal.summary) == ("Disk full", "")


def test_unknown_fields_are_labels_unless_they_are_no_scalars() -> None:
    signal = parse_one(
        region="eu", attempt=3, ok=False, extra={"a": 1}, tags=["a"], none=None, labels={"region": "us"}
    )
    assert signal.labels == {"region": "us", "attempt": "3", "ok": "false"}


def test_null_is_as_good_as_absent() -> None:
    assert (
        parse_one(status=None, severity=None, labels=None, links=None, id=None, started_at=None)
        == parse_one()
    )


def test_an_id_may_be_a_number_and_a_time_may_be_in_milliseconds() -> None:
    signal = parse_one(id=42, timestamp=1_795_235_545_165)
    assert signal.fingerprint == "42"
    assert str(signal.started_at) == "2026-11-21 04:32:25.165000+00:00"
    assert parse_one(started_at="0001-01-01T00:00:00Z").started_at is None


@pytest.mark.parametrize("word", ["resolved", "OK", " up ", "Closed", "success"])
def test_resolved_goes_by_many_names(word: str) -> None:
    assert parse_one(status=word).status == "resolved"


def test_the_receiver_is_a_command_that_a_shell_reads_back() -> None:
    words = shlex.split(Generic().receiver("https://t.org/v1/hooks/generic", "tok"))
    assert "https://t.org/v1/hooks/generic" in words
    assert "Authorization: Bearer tok" in words


def test_the_readme_names_every_field() -> None:
    readme = (Path(bot.providers.__path__[0]) / "README.md").read_text()
    table = readme.partition("## Generic JSON")[2].partition("## Severity")[0]
    assert set(re.findall(r"`(\w+)`", table)) >= _KNOWN
