"""What holds for every sender and whatever it sends."""

import json
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.access.redaction import redact, redact_body
from bot.domain.alert import signal as bounds
from bot.domain.alert.signal import Signal
from bot.domain.alert.signature import signature
from bot.domain.errors import InvalidInputError
from bot.domain.text import harmless
from bot.providers.body import decode
from bot.providers.registry import PROVIDERS
from bot.providers.sender import Request

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)

names = st.sampled_from(
    [
        *("alerts", "status", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint"),
        *("groupKey", "values", "valueString", "title", "message", "severity", "links", "url", "id", "state"),
        *(
            "ruleId",
            "orgId",
            "tags",
            "evalMatches",
            "alertname",
            "summary",
            "started_at",
            "host",
            "runbook_url",
        ),
    ]
)
words = st.text() | st.sampled_from(
    ["firing", "resolved", "https://x.org/a", "0001-01-01T00:00:00Z", "token=x1", "é" * 9_000]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names | st.text(), inner, max_size=5),
    max_leaves=12,
)
alerts = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["firing", "resolved"]),
        "title": words,
        "labels": st.dictionaries(names | words, words),
    },
    optional={
        "annotations": st.dictionaries(names, words) | values,
        "startsAt": words | st.datetimes().map(str),
        "links": st.lists(st.fixed_dictionaries({"url": words}) | values),
        "fingerprint": words | values,
        "generatorURL": words | values,
        "started_at": st.integers() | st.floats(),
    },
)
payloads = values | st.fixed_dictionaries(
    {"alerts": st.lists(alerts | values, max_size=4)}, optional={"groupKey": words}
)
providers = st.sampled_from(sorted(PROVIDERS))
BARE = {"apprise", "healthchecks", "monit"}
"""Those whose messages have no address in them."""
GROUPS = {"alertmanager", "grafana", "generic"}


def within_bounds(signal: Signal) -> bool:
    return (
        0 < len(signal.name) <= bounds.MAX_NAME
        and len(signal.summary) <= bounds.MAX_SUMMARY
        and len(signal.description) <= bounds.MAX_DESCRIPTION
        and len(signal.labels) <= bounds.MAX_LABELS
        and all(len(name) <= bounds.MAX_LABEL_NAME for name in signal.labels)
        and all(len(value) <= bounds.MAX_LABEL_VALUE for value in signal.labels.values())
        and len(signal.links) <= bounds.MAX_LINKS
        and all(len(link.url) <= bounds.MAX_URL for link in signal.links)
        and max(map(len, (signal.fingerprint, signal.group_key))) <= 512
        and max(map(len, (signal.namespace, signal.service, signal.target, signal.severity_word))) <= 256
    )


@settings(deadline=None, max_examples=300)
@given(providers, payloads)
def test_any_json_is_read_in_bounds_or_refused(provider: str, payload: object) -> None:
    raw = json.dumps(payload).encode()
    try:
        clean = redact_body(raw, decode(raw, "application/json")).value
        reading = PROVIDERS[provider].parse(clean)
    except InvalidInputError:
        return
    is_group = isinstance(clean, dict) and "alerts" in clean
    length = len(clean["alerts"]) if isinstance(clean, dict) and is_group and provider in GROUPS else None
    indices = sorted([index for index, _ in reading.signals] + [bad.index for bad in reading.rejected])
    assert indices == list(range(len(indices)))
    assert length is None or length == len(indices)
    for _, signal in reading.signals:
        assert within_bounds(signal)
        assert signal.started_at is None or signal.started_at.utcoffset() == NOW.utcoffset()
        text = repr(signal)
        assert text == harmless(text)
        assert len(signature(provider, "main", signal)) == 22


def nodes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths to everything inside."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inner:
        yield (*path, name)
        yield from nodes(each, (*path, name))


def put(value: Any, path: Any, new: object) -> None:
    for name in path[:-1]:
        value = value[name]
    value[path[-1]] = new


@pytest.mark.parametrize("name", sorted(PROVIDERS))
@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.data())
def test_an_example_gone_wrong_anywhere_is_read_or_refused(name: str, data: st.DataObject) -> None:
    provider = PROVIDERS[name]
    payload: Any = deepcopy(data.draw(st.sampled_from([provider.example(NOW), provider.recovery(NOW)])))
    if payload is None:
        return
    for path in data.draw(
        st.lists(st.sampled_from(sorted(nodes(payload), key=str)), max_size=3, unique=True)
    ):
        with suppress(KeyError, IndexError, TypeError):
            put(payload, path, data.draw(values))
    raw = json.dumps(payload).encode()
    try:
        reading = provider.parse(provider.gather(redact(decode(raw, "")).value, Request()))
    except InvalidInputError:
        return
    for _, signal in reading.signals:
        assert within_bounds(signal)
        assert len(signature(name, "main", signal)) == 22


@pytest.mark.parametrize("name", sorted(PROVIDERS))
@pytest.mark.parametrize("body", [[], {}, {"foo": 1}, 7, None, "", [1], {"title": None}], ids=str)
def test_what_is_no_shape_of_anybody_is_refused_or_told(name: str, body: object) -> None:
    with suppress(InvalidInputError):
        assert not PROVIDERS[name].parse(body).signals


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_firing_and_its_resolve_meet(name: str) -> None:
    provider = PROVIDERS[name]
    over = provider.recovery(NOW)
    if over is None:
        pytest.skip(f"{name} never says that something is over")
    (_, began), (_, ended) = (
        provider.parse(provider.gather(payload, Request())).signals[0]
        for payload in (provider.example(NOW), over)
    )
    assert (began.status, ended.status) == ("firing", "resolved")
    assert signature(name, "main", began) == signature(name, "main", ended)


@settings(deadline=None)
@given(providers, st.binary())
def test_any_bytes_are_read_or_refused(provider: str, body: bytes) -> None:
    with suppress(InvalidInputError):
        PROVIDERS[provider].parse(redact_body(body, decode(body, "")).value)


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_the_example_of_a_provider_is_one_alert_it_reads_itself_and_nothing_in_it_is_secret(
    name: str,
) -> None:
    provider = PROVIDERS[name]
    example = provider.example(NOW)
    assert redact(example).hits == 0
    reading = provider.parse(provider.gather(json.loads(json.dumps(example)), Request()))
    assert not reading.rejected
    ((_, signal),) = reading.signals
    assert signal.status == "firing"
    assert signal.started_at in (None, NOW)
    assert signal.summary
    assert signal.fingerprint
    assert signal.links or name in BARE


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_a_provider_goes_by_its_name_and_has_a_title(name: str) -> None:
    assert PROVIDERS[name].name == name
    assert name.isascii()
    assert name.islower()
    assert PROVIDERS[name].title
