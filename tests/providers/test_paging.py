"""Events of PagerDuty and alerts of Opsgenie: keys, severities, and what is refused."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.alert.signal import Severity, Status
from bot.domain.errors import InvalidInputError
from bot.providers import opsgenie, pagerduty
from bot.providers.pagerduty import EventAction

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
TRIGGER = {
    "event_action": "trigger",
    "dedup_key": "db/replication",
    "payload": {
        "summary": "DB down",
        "source": "db-1",
        "severity": "error",
        "component": "postgres",
        "custom_details": {"lag": 400, "nested": {"a": [1]}},
        "timestamp": "2026-11-21T04:00:00+02:00",
    },
    "links": [{"href": "https://runbook.example/db", "text": "Runbook"}],
    "client": "Zabbix",
    "client_url": "https://zabbix.example/",
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                re.findall(
                    r"\w+",
                    "event_action event_type dedup_key incident_key payload summary source severity links "
                    "images details description message alias tags priority custom_details",
                )
            ),
            inner | st.sampled_from(["trigger", "resolve", "P1"]),
            max_size=6,
        )
    ),
    max_leaves=20,
)


def test_a_trigger() -> None:
    event = pagerduty.read_event(TRIGGER, "fresh")
    signal = event.signal
    assert (event.action, event.key, signal.fingerprint) == (
        EventAction.TRIGGER,
        "db/replication",
        "db/replication",
    )
    assert (signal.name, signal.severity, signal.target, signal.service) == (
        "DB down",
        Severity.CRITICAL,
        "db-1",
        "postgres",
    )
    assert [link.title for link in signal.links] == ["Runbook", "Zabbix"]
    assert 'nested: {"a":[1]}' in signal.description
    assert pagerduty.read_event({**TRIGGER, "dedup_key": None}, "fresh").key == "fresh"


def test_a_resolve_needs_its_key_alone() -> None:
    event = pagerduty.read_event({"event_action": "resolve", "dedup_key": "k"}, "fresh")
    assert (event.signal.status, event.signal.fingerprint) == (Status.RESOLVED, "k")
    v1 = {"event_type": "resolve", "incident_key": "k", "service_key": "x"}
    assert pagerduty.read_event_v1(v1, "fresh").signal.fingerprint == "k"
    with pytest.raises(InvalidInputError, match="dedup_key"):
        pagerduty.read_event({"event_action": "acknowledge"}, "fresh")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], "body"),
        ({"event_action": "open"}, "event_action"),
        ({"event_action": "trigger"}, "payload"),
        ({"event_action": "trigger", "payload": {"summary": " "}}, "payload.summary"),
        ({**TRIGGER, "dedup_key": "x" * 256}, "dedup_key"),
    ],
)
def test_what_is_wrong_is_named(body: object, field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        pagerduty.read_event(body, "fresh")
    assert refused.value.field == field


def test_a_change() -> None:
    change = pagerduty.read_change({"payload": {"summary": "Deployed 1.2", "source": "ci"}}, NOW)
    assert (change.summary, change.place, change.at) == ("Deployed 1.2", "ci", NOW)
    with pytest.raises(InvalidInputError):
        pagerduty.read_change({"payload": {}}, NOW)


def test_an_opsgenie_alert() -> None:
    body = {
        "message": "Disk full on nas-01",
        "alias": "disk/nas-01",
        "priority": "P2",
        "entity": "nas-01",
        "tags": ["disk", "prod"],
        "details": {"region": "eu", "count": 3, "deep": {}},
    }
    alias, signal = opsgenie.read_create(body, "fresh")
    assert (alias, signal.fingerprint, signal.severity, signal.target) == (
        "disk/nas-01",
        "disk/nas-01",
        Severity.CRITICAL,
        "nas-01",
    )
    assert signal.labels == {
        "region": "eu",
        "count": "3",
        "tags": "disk, prod",
        "alias": "disk/nas-01",
        "entity": "nas-01",
    }
    assert opsgenie.read_create({"message": "x"}, "fresh")[0] == "fresh"
    assert opsgenie.read_create({"message": "x"}, "fresh")[1].severity is Severity.WARNING
    refused: tuple[object, ...] = ({}, {"message": ""}, {"message": "x", "alias": "y" * 513}, [])
    for bad in refused:
        with pytest.raises(InvalidInputError):
            opsgenie.read_create(bad, "fresh")


@settings(derandomize=True, max_examples=60)
@given(JSON)
def test_any_json_is_read_or_refused(body: object) -> None:
    for read in (
        lambda: pagerduty.read_event(body, "k"),
        lambda: pagerduty.read_event_v1(body, "k"),
        lambda: pagerduty.read_change(body, NOW),
        lambda: opsgenie.read_create(body, "k"),
        lambda: opsgenie.read_note(body),
    ):
        try:
            read()
        except InvalidInputError:
            continue
