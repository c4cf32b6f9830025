"""What real programs sent to the products that Tocsin answers for, against what the index beside it says."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
import yarl

from bot.clock import ManualClock
from bot.domain.alert.alert import Alert
from bot.domain.alert.search import AlertFilter
from bot.providers.registry import SENDERS
from bot.usecases.alert import query as alert_query
from tests.ingress.door import Answer, Door
from tests.providers.sample import folder, load

PLACE = folder()
DROPPED = {"host", "content-length", "accept-encoding", "connection", "authorization"}
CASES: dict[str, tuple[str, str, list[int], list[tuple[str, str]]]] = {
    "prometheus-v2-firing": ("alertmanager-api", "", [200], [("new", "critical"), ("new", "critical")]),
    "vmalert-v2-firing": ("alertmanager-api", "", [200], [("new", "critical")]),
    "amtool-silence-add": ("alertmanager-api", "", [200], []),
    "amtool-status": ("alertmanager-api", "", [200], []),
    "pagerduty-trigger": ("pagerduty", "", [202], [("new", "critical")]),
    "pagerduty-resolve": ("pagerduty", "pagerduty-trigger", [202, 202], [("resolved", "critical")]),
    "zabbix-pagerduty-trigger": ("pagerduty", "", [202], [("new", "critical")]),
    "opsgenie-create": ("opsgenie", "", [202], [("new", "critical")]),
    "opsgenie-close": ("opsgenie", "opsgenie-create", [202, 202], [("resolved", "critical")]),
    "zabbix-discord-problem": ("discord", "", [200], [("new", "")]),
    "zabbix-discord-recovery": ("discord", "zabbix-discord-problem", [200, 200], [("resolved", "")]),
    "netdata-discord-critical": ("slack", "", [200], [("new", "critical")]),
    "kuma-slack-down": ("slack", "", [200], [("new", "")]),
    "healthchecks-slack-down": ("slack", "", [200], [("new", "")]),
    "elastalert-http": ("generic", "", [202], [("new", "")]),
}
PATHS = ("/api/v2/", "/v2/enqueue", "/v2/alerts")


async def repeat(door: Door, case: str, address: str, token: str) -> Answer:
    """The request again, at Tocsin's address and with a credential of its own."""
    assert PLACE is not None
    asked: dict[str, Any] = load(PLACE / f"{case}.json")["request"]
    headers = {name: value for name, value in asked["headers"] if name.lower() not in DROPPED}
    body = asked["body"]
    given = dict(asked["headers"]).get("Authorization", "")
    if given.startswith("Basic"):
        headers["Authorization"] = "Basic " + base64.b64encode(f"any:{token}".encode()).decode()
    else:
        headers["Authorization"] = f"{given.partition(' ')[0] or 'Bearer'} {token}"
    if "routing_key" in body:
        body = json.dumps({**json.loads(body), "routing_key": token}, ensure_ascii=False)
        del headers["Authorization"]
    part = next((part for part in PATHS if part in asked["path"]), "")
    url = address + asked["path"][asked["path"].index(part) :] if part else address
    if "wait=" in asked["path"]:
        url = address.replace("/api/", "/api/v7/") + "?wait=True"
        del headers["Authorization"]
    target = yarl.URL(url, encoded=True)
    async with door.session.request(
        asked["method"], target, data=body.encode(), headers=headers, skip_auto_headers=["Content-Type"]
    ) as response:
        return Answer(response.status, dict(response.headers), await response.read())


async def alerts(door: Door) -> list[Alert]:
    return [line.alert for line in (await alert_query.listing(door.desk, AlertFilter())).lines]


@pytest.mark.parametrize("case", CASES)
async def test_a_recorded_request_gives_what_its_index_says(
    door: Door, clock: ManualClock, case: str
) -> None:
    if PLACE is None or not (PLACE / f"{case}.json").exists():
        pytest.skip("there are no recorded requests beside this repository")
    provider, before, statuses, expected = CASES[case]
    at = datetime.fromtimestamp(load(PLACE / f"{case}.json")["captured_at"], UTC)
    clock.advance(max(at - clock.now(), at - at))
    issued = await door.add("it", provider)
    address = SENDERS[provider].address(door.url, issued.source.id, issued.token)
    answers = [await repeat(door, each, address, issued.token) for each in filter(None, (before, case))]
    assert [answer.status for answer in answers] == statuses, answers[-1].body
    found = await alerts(door)
    assert [str(alert.state) for alert in found] == [state for state, _ in expected]
    assert all(
        not wanted or str(alert.severity) == wanted
        for alert, (_, wanted) in zip(found, expected, strict=True)
    )
    if provider == "pagerduty":
        assert answers[-1].json["dedup_key"]
    if "wait" in case or case.startswith("zabbix-discord"):
        assert answers[-1].json["id"].isdigit()
    if provider == "slack":
        assert answers[-1].body == b"ok"
    if case == "amtool-silence-add":
        assert answers[-1].json["silenceID"]
