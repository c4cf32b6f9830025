"""What real senders sent, against what a correct reading yields."""

from collections.abc import Callable

import pytest

from bot.domain.alert.signal import Reading

Way = Callable[[str, bytes], Reading]

CASES = [
    ("alertmanager-firing-group2", ["firing critical ac7b6895e3f5f4dc", "firing critical f444b9de25a42786"]),
    ("alertmanager-mixed-group2", ["resolved critical ac7b6895e3f5f4dc", "firing critical f444b9de25a42786"]),
    (
        "alertmanager-resolved-group2",
        ["resolved critical ac7b6895e3f5f4dc", "resolved critical f444b9de25a42786"],
    ),
    ("alertmanager-repeat-1", ["firing critical 2dfc6bf8f8a8f130"]),
    ("alertmanager-kube", ["firing warning 2beafd97a6902885"]),
    ("grafana-firing", ["firing critical 96704a3245b6ac69", "firing critical cf37769b3e39285c"]),
    ("grafana-resolved", ["resolved critical 96704a3245b6ac69", "resolved critical cf37769b3e39285c"]),
    ("grafana-hmac", ["firing critical 96704a3245b6ac69"]),
    ("grafana-test", ["firing warning 57c6d9296de2ad39"]),
]


@pytest.mark.parametrize(("case", "expected"), CASES)
def test_a_recorded_request_is_read_as_it_was_meant(
    case: str, expected: list[str], recorded: Callable[[str], bytes], read: Way
) -> None:
    reading = read(case.partition("-")[0], recorded(case))
    assert not reading.rejected
    assert [index for index, _ in reading.signals] == list(range(len(expected)))
    assert [
        f"{signal.status} {signal.severity} {signal.fingerprint}" for _, signal in reading.signals
    ] == expected


def test_an_alert_of_alertmanager_in_full(recorded: Callable[[str], bytes], read: Way) -> None:
    signal = read("alertmanager", recorded("alertmanager-mixed-group2")).signals[0][1]
    assert signal.name == "HighErrorRate"
    assert signal.summary == "cart error ratio is 9%"
    assert signal.description == "5xx ratio on 127.0.0.1:19101 (env prod) above 5% for 2s. Value 0.09."
    assert (signal.namespace, signal.service, signal.target) == (
        "shop",
        "cart",
        "cart · 127.0.0.1:19101",
    )
    assert signal.labels["team"] == "payments"
    assert signal.group_key == '{}:{alertname="HighErrorRate", namespace="shop"}'
    assert [link.title for link in signal.links] == ["Runbook", "Dashboard", "Source"]
    assert signal.links[2].url.endswith("graph?g0.expr=shop_error_ratio+%3E+0.05&g0.tab=1")
    assert str(signal.started_at) == "2026-11-21 04:32:24.160000+00:00"
    assert str(signal.ended_at) == "2026-11-21 04:32:34.160000+00:00"


def test_an_alert_that_says_page_and_nothing_else(recorded: Callable[[str], bytes], read: Way) -> None:
    signal = read("alertmanager", recorded("alertmanager-repeat-1")).signals[0][1]
    assert (signal.severity, signal.severity_word) == ("critical", "page")
    assert (signal.summary, signal.description, signal.ended_at) == ("", "", None)


def test_an_alert_of_grafana_in_full(recorded: Callable[[str], bytes], read: Way) -> None:
    signal = read("grafana", recorded("grafana-firing")).signals[0][1]
    assert (signal.name, signal.target, signal.namespace) == ("High CPU", "web-01", "shop")
    assert signal.labels["grafana_folder"] == "Infra / Прод"
    assert [link.title for link in signal.links] == ["Runbook", "Dashboard", "Panel", "Source", "Silence"]
    assert str(signal.started_at) == "2026-11-21 05:05:18.682415+00:00"


def test_the_test_button_of_grafana(recorded: Callable[[str], bytes], read: Way) -> None:
    signal = read("grafana", recorded("grafana-test")).signals[0][1]
    assert (signal.name, signal.summary) == ("TestAlert", "Notification test")
    assert [link.title for link in signal.links] == ["Silence"]  # its source is a bare ?orgId=1
