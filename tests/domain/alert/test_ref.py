"""Where an alert comes from is read off addresses and labels, and nothing is made up."""

import pytest

from bot.domain.alert.ref import MAX_REFS, SourceRef, correlation, find_refs
from bot.domain.alert.signal import Link


@pytest.mark.parametrize(
    ("url", "kind", "ident"),
    [
        ("https://sentry.io/organizations/acme/issues/4508/?project=1", "sentry", "4508"),
        ("https://acme.sentry.io/issues/77/", "sentry", "77"),
        ("https://signoz.example.org/alerts/edit?ruleId=12", "signoz", "12"),
        ("https://signoz.example.org/logs", "signoz", ""),
        ("https://grafana.example.org/alerting/grafana/abc-1/view", "grafana", "abc-1"),
        ("https://mon.example.org/d/xY_z/cpu?viewPanel=2", "grafana", "xY_z"),
        ("http://alertmanager:9093", "alertmanager", ""),
        ("https://am.example.org/#/alerts?receiver=x", "alertmanager", ""),
        ("http://prom:9090/graph?g0.expr=up&g0.tab=1", "prometheus", ""),
    ],
)
def test_an_address_names_its_tool(url: str, kind: str, ident: str) -> None:
    assert find_refs([Link("Source", url)], {}) == (SourceRef(kind, ident, url),)


def test_labels_hold_ids_and_the_rest_is_nothing() -> None:
    labels = {"traceId": "4bf9", "request_id": "r-1", "issue_id": "9", "pod": "a", "span_id": ""}
    refs = find_refs([Link("Runbook", "https://wiki.example.org/x")], labels, {"run_id": "7"})
    assert [(ref.kind, ref.id) for ref in refs] == [
        ("trace_id", "4bf9"),
        ("request_id", "r-1"),
        ("sentry", "9"),
        ("run_id", "7"),
    ]
    assert correlation(refs) == {"trace_id": "4bf9", "request_id": "r-1", "run_id": "7"}


def test_there_is_a_bound() -> None:
    links = [Link("S", f"https://sentry.io/organizations/a/issues/{each}") for each in range(99)]
    assert len(find_refs(links, {})) == MAX_REFS
    assert len(find_refs([], {"trace_id": "x" * 9_999})[0].id) == 200
