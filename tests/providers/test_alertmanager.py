from typing import Any

import pytest

from bot.domain.alert.signal import MAX_LABELS, MAX_NAME, MAX_SUMMARY, Signal
from bot.domain.errors import InvalidInputError
from bot.providers.alertmanager import Alertmanager


def alert(**changes: Any) -> dict[str, Any]:
    return {
        "status": "firing",
        "labels": {"alertname": "DiskFull", "severity": "warning"},
        "annotations": {},
        "startsAt": "2026-11-21T04:32:24.16Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": "ac7b6895e3f5f4dc",
    } | changes


def parse_one(**changes: Any) -> Signal:
    reading = Alertmanager().parse({"alerts": [alert(**changes)]})
    assert not reading.rejected
    return reading.signals[0][1]


def reason(**changes: Any) -> str:
    reading = Alertmanager().parse({"alerts": [alert(**changes)]})
    assert not reading.signals
    return reading.rejected[0].reason


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        (None, "body"),
        ([], "body"),
        ("text", "body"),
        ({}, "alerts"),
        ({"alerts": {}}, "alerts"),
        ({"alerts": None}, "alerts"),
        ({"alerts": [{}] * 20_001}, "alerts"),
    ],
)
def test_what_is_not_its_shape_is_refused_by_field(payload: object, field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        Alertmanager().parse(payload)
    assert caught.value.field == field


def test_one_bad_alert_never_costs_the_good_ones() -> None:
    reading = Alertmanager().parse({"alerts": [alert(), alert(status="on"), 7, alert(labels=None), alert()]})
    assert [index for index, _ in reading.signals] == [0, 3, 4]
    assert [(bad.index, bad.reason) for bad in reading.rejected] == [
        (1, "status: must be firing or resolved"),
        (2, "alert: must be an object"),
    ]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"status": None}, "status: must be firing or resolved"),
        ({"status": ["firing"]}, "status: must be firing or resolved"),
    ],
)
def test_a_rejected_alert_says_which_field(changes: dict[str, Any], why: str) -> None:
    assert reason(**changes) == why


def test_the_status_decides_and_never_the_end() -> None:
    assert parse_one(endsAt="2026-11-21T09:00:00Z").status == "firing"
    assert parse_one(endsAt="2026-11-21T09:00:00Z").ended_at is None
    assert parse_one(status="resolved", endsAt="2026-11-21T09:00:00Z").ended_at is not None
    assert parse_one(status="resolved").ended_at is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-21T04:32:24.123456789Z", "2026-11-21 04:32:24.123456+00:00"),
        ("1999-12-31T23:59:59.999999999+05:30", "1999-12-31 18:29:59.999999+00:00"),
        ("2099-01-01T00:00:00Z", "2099-01-01 00:00:00+00:00"),
        ("0001-01-01T00:00:00Z", "None"),
        ("0001-01-01T00:00:00+05:30", "None"),
        ("9999-12-31T23:59:59-05:30", "None"),
        ("yesterday", "None"),
        (17, "None"),
        ("", "None"),
        ("2026-11-21t04:32:24z", "2026-11-21 04:32:24+00:00"),
        ("2026-12-31T23:59:60Z", "2026-12-31 23:59:59+00:00"),
        ("1795235545", "2026-11-21 04:32:25+00:00"),
        ("1795235545.165", "2026-11-21 04:32:25.165000+00:00"),
        (1_795_235_545_165_000, "2026-11-21 04:32:25.165000+00:00"),
        (1_795_235_545_165_000_000, "2026-11-21 04:32:25.165000+00:00"),
        (True, "None"),
        ({}, "None"),
        (None, "None"),
    ],
)
def test_times_of_any_precision_and_offset(written: object, meant: str) -> None:
    assert str(parse_one(startsAt=written).started_at) == meant


def test_a_nameless_alert_takes_its_first_words() -> None:
    assert parse_one(labels={}, annotations={"a": "", "b": "says\nthis"}).name == "says this"
    assert parse_one(labels={}, annotations=None).name == "unnamed alert"


def test_details_of_any_kind_never_cost_the_alert() -> None:
    assert parse_one(labels="a=b").labels == {"labels": "a=b"}
    assert parse_one(labels=None).labels == {}
    assert parse_one(labels=["team=ops", {"name": "zone", "value": 3}, {"x": 1}]).labels == {
        "team": "ops",
        "zone": "3",
        "labels[2]": '{"x": 1}',
    }
    assert parse_one(labels={"alertname": "x", "teams": ["a", "b"]}).labels["teams"] == '["a", "b"]'
    assert parse_one(annotations={"summary": {"a": None}}).summary == '{"a": null}'
    assert parse_one(annotations=[1]).said == {"annotations[0]": "1"}


def test_what_has_no_role_is_kept_and_so_is_a_time_that_is_none() -> None:
    signal = parse_one(
        startsAt="yesterday",
        annotations={"summary": "s", "impact": "shop is down", "runbook_url": "https://r.org", "value": "7"},
    )
    assert signal.said == {"startsAt": "yesterday", "impact": "shop is down", "value": "7"}
    assert signal.started_at is None


def test_alerts_that_the_sender_left_out_are_told_with_each_that_came() -> None:
    reading = Alertmanager().parse({"truncatedAlerts": 12, "alerts": [alert()]})
    assert reading.signals[0][1].said == {"truncatedAlerts": "12"}


def test_the_name_may_stand_in_the_labels_that_all_share() -> None:
    reading = Alertmanager().parse({"commonLabels": {"alertname": "Disk"}, "alerts": [alert(labels={})]})
    assert reading.signals[0][1].name == "Disk"


@pytest.mark.parametrize(
    ("labels", "severity"),
    [
        ({"priority": "1"}, "critical"),
        ({"priority": "P2"}, "critical"),
        ({"priority": "3"}, "warning"),
        ({"priority": 5}, "info"),
        ({"severity": "warning", "priority": "1"}, "warning"),
        ({}, "warning"),
    ],
)
def test_a_priority_counts_where_there_is_no_severity(labels: dict[str, object], severity: str) -> None:
    assert parse_one(labels=labels).severity == severity


def test_grafanas_own_alert_about_a_rule_says_so_with_the_error() -> None:
    labels = {"alertname": "DatasourceError", "rulename": "High CPU"}
    signal = parse_one(labels=labels, annotations={"Error": "dial tcp: refused", "summary": "CPU is high"})
    assert (signal.name, signal.summary) == (
        "Data source error: High CPU",
        "Data source error: dial tcp: refused",
    )
    assert (signal.description, signal.said) == ("", {"summary": "CPU is high"})
    assert parse_one(labels=labels | {"alertname": "DatasourceNoData"}).name == "No data: High CPU"


def test_only_pages_become_links_and_each_but_once() -> None:
    signal = parse_one(
        generatorURL="javascript:alert(1)",
        annotations={
            "runbook_url": "https://r.org/a b|c?x=[redacted]",
            "dashboard_url": "ftp://x",
            "summary": "x",
        },
        dashboardURL="http://[redacted]@g.org/d",
        panelURL="http://g.org/d",
    )
    assert [(link.title, link.url) for link in signal.links] == [
        ("Runbook", "https://r.org/a%20b%7Cc?x=%5Bredacted%5D"),
        ("Dashboard", "http://g.org/d"),
    ]


def test_scalars_in_labels_are_written_out_and_null_is_absent() -> None:
    labels = {"alertname": "x", "shard": 3, "canary": True, "ratio": 0.5, "zone": None}
    assert parse_one(labels=labels).labels == {
        "alertname": "x",
        "shard": "3",
        "canary": "true",
        "ratio": "0.5",
    }


def test_a_signal_is_bounded_whatever_was_sent() -> None:
    labels = {"alertname": "n" * 9_999} | {f"l{i}" * 200: "v" * 9_999 for i in range(500)}
    signal = parse_one(labels=labels, annotations={"summary": "s" * 99_999}, fingerprint="f" * 9_999)
    assert len(signal.name) == MAX_NAME
    assert len(signal.summary) == MAX_SUMMARY
    assert len(signal.labels) == MAX_LABELS
    assert signal.fingerprint.startswith("blake2b:")
    assert signal.fingerprint != parse_one(fingerprint="f" * 9_998).fingerprint


def test_the_first_place_that_is_named_counts() -> None:
    signal = parse_one(
        labels={"host": "h", "instance": "i", "app": "a", "k8s.namespace.name": "n", "service": ""}
    )
    assert (signal.target, signal.service, signal.namespace) == ("h", "a", "n")
    assert signal.identity == ("n", "a", "i")  # as it always was: an alert stays the same over an upgrade


def test_the_receiver_has_address_and_token() -> None:
    snippet = Alertmanager().receiver("https://t.org/v1/hooks/alertmanager", "tok")
    assert '      - url: "https://t.org/v1/hooks/alertmanager"\n' in snippet
    assert '            credentials: "tok"\n' in snippet
