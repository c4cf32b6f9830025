from typing import Any

import pytest

from bot.domain.alert.signal import Signal
from bot.domain.errors import InvalidInputError
from bot.providers.grafana import Grafana


def parse_one(**alert: Any) -> Signal:
    reading = Grafana().parse({"version": "1", "alerts": [{"status": "firing", "labels": {}} | alert]})
    assert not reading.rejected
    return reading.signals[0][1]


def parse_old(**changes: Any) -> Signal:
    old = {
        "ruleId": 7,
        "ruleName": "High CPU",
        "orgId": 1,
        "state": "alerting",
        "message": "CPU is hot",
        "title": "[Alerting] High CPU",
        "ruleUrl": "https://g.org/d/1",
        "evalMatches": [{"metric": "cpu", "value": 97, "tags": None}],
        "tags": {"severity": "high"},
    }
    return Grafana().parse(old | changes).signals[0][1]


def test_private_names_are_left_out() -> None:
    labels = {"alertname": "x", "__alert_rule_uid__": "u", "__x": "stays"}
    assert parse_one(labels=labels).labels == {"alertname": "x", "__x": "stays"}
    assert parse_one(annotations={"__dashboardUid__": "u"}).name == "unnamed alert"


def test_what_was_measured_is_told_when_nobody_described_it() -> None:
    assert parse_one(valueString="[ var='A' value=3 ]", values={"A": 3}).description == "A = 3"
    assert parse_one(valueString="[ var='A' value=3 ]").description == "[ var='A' value=3 ]"
    assert parse_one(values={"B": 6.7123456789, "C": 1, "D": None}).description == "B = 6.71235, C = 1"
    assert parse_one(valueString="v", annotations={"description": "d"}).description == "d"
    assert parse_one(valueString=[1], values=[2]).description == ""


def test_a_rule_that_names_no_severity_is_a_warning() -> None:
    assert parse_one().severity == "warning"


def test_alerts_of_old_dashboards_are_read_too() -> None:
    signal = parse_old()
    assert (signal.status, signal.name, signal.summary) == ("firing", "High CPU", "CPU is hot")
    assert (signal.severity, signal.severity_word) == ("critical", "high")
    assert signal.description == "cpu = 97"
    assert signal.fingerprint == "rule:1:7"
    assert signal.links[0].url == "https://g.org/d/1"


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("alerting", "firing"),
        ("no_data", "firing"),
        ("pending", "firing"),
        ("ok", "resolved"),
        ("paused", "resolved"),
    ],
)
def test_old_states_are_one_of_two(state: str, status: str) -> None:
    assert parse_old(state=state).status == status


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ([], "body"),
        ({"message": "custom"}, "alerts"),
        ({"ruleId": 1, "state": "odd"}, "state"),
        ({"ruleId": 1}, "state"),
        ({"ruleId": "1", "state": "ok"}, "ruleId"),
        ({"ruleId": 1, "state": "ok", "tags": []}, None),
        ({"ruleId": 1, "state": "ok", "tags": [1]}, None),
    ],
)
def test_what_is_neither_shape_is_refused_by_field(payload: object, field: str | None) -> None:
    if field is None:
        assert Grafana().parse(payload).signals
        return
    with pytest.raises(InvalidInputError) as caught:
        Grafana().parse(payload)
    assert caught.value.field == field


def test_the_receiver_has_address_and_token() -> None:
    snippet = Grafana().receiver("https://t.org/v1/hooks/grafana", "tok")
    assert 'url: "https://t.org/v1/hooks/grafana"\n' in snippet
    assert 'authorization_credentials: "tok"\n' in snippet
