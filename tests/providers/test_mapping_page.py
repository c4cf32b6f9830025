"""The mappings on the page of generic JSON read what those programs send."""

import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.domain.alert.mapping import read_field_map
from bot.providers.delivery import read_delivery
from bot.providers.registry import PROVIDERS
from bot.providers.sender import Request

PAGE = Path(__file__).parents[2] / "docs" / "senders" / "generic.md"
MAPPINGS = {
    name: table
    for block in re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    for name, table in tomllib.loads(block)["senders"]["mapping"].items()
}
ROBOT = {"monitorID": "95987545252", "monitorURL": "https://shop.example.org", "monitorFriendlyName": "Shop"}
INCIDENT = {"id": "jqlp0", "name": "API is slow", "shortlink": "https://stspg.io/x", "impact": "minor"}
NMS = {"title": "sw1 is down", "severity": "critical", "id": "7", "host": "sw1", "rule": "Device down"}
CASES: list[tuple[str, dict[str, Any], str, str, str]] = [
    (
        "uptimerobot",
        {**ROBOT, "alertType": "1", "alertDetails": "HTTP 500"},
        "firing",
        "critical",
        "95987545252",
    ),
    ("uptimerobot", {**ROBOT, "alertType": 2, "alertDuration": "60"}, "resolved", "info", "95987545252"),
    (
        "uptimerobot",
        {**ROBOT, "alertType": "3", "sslExpiryDaysLeft": "7"},
        "firing",
        "warning",
        "95987545252",
    ),
    ("statuspage", {"incident": {**INCIDENT, "status": "investigating"}}, "firing", "warning", "jqlp0"),
    ("statuspage", {"incident": {**INCIDENT, "status": "resolved"}}, "resolved", "warning", "jqlp0"),
    ("librenms", {**NMS, "state": "1"}, "firing", "critical", "sw1/Device down"),
    ("librenms", {**NMS, "state": "0"}, "resolved", "critical", "sw1/Device down"),
]


@pytest.mark.parametrize(("name", "body", "status", "severity", "key"), CASES)
def test_a_mapping_of_the_page_reads_its_program(
    name: str, body: dict[str, Any], status: str, severity: str, key: str
) -> None:
    mapping = read_field_map(MAPPINGS[name], name)
    read = read_delivery(PROVIDERS["generic"], Request(), msgspec.json.encode(body), mapping=mapping)
    ((_, signal),) = read.reading.signals
    assert (signal.status, signal.severity, signal.fingerprint) == (status, severity, key)
    assert signal.name


def test_every_mapping_of_the_page_is_understood() -> None:
    assert set(MAPPINGS) == {"backups", "uptimerobot", "statuspage", "librenms"}
    for name, table in MAPPINGS.items():
        read_field_map(table, name)
