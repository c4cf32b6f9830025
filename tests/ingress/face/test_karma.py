"""What karma asks of an Alertmanager, in its order and with its credentials, by its source (mapper/v017)."""

import base64
from datetime import datetime, timedelta

from tests.ingress.door import Door


def is_time(text: str) -> bool:
    return datetime.fromisoformat(text).tzinfo is not None


async def test_a_pull_of_karma_and_a_silence_made_in_it(door: Door) -> None:
    issued = await door.add("prom", "alertmanager-api")
    basic = base64.b64encode(f"tocsin:{issued.token}".encode()).decode()  # of http://tocsin:TOKEN@host
    headers = {"Authorization": f"Basic {basic}", "Accept": "application/json"}
    alert = {"labels": {"alertname": "Disk", "severity": "warning"}, "annotations": {"summary": "92%"}}
    await door.ask("POST", "/api/v2/alerts", json=[alert], headers=headers)

    probe = await door.ask("GET", "/metrics", headers={**headers, "X-Forwarded-For": "203.0.113.7"})
    assert (probe.status, b"alertmanager_build_info" in probe.body) == (
        200,
        False,
    )  # then it takes its newest

    status = (await door.ask("GET", "/api/v2/status", headers=headers)).json
    assert status["cluster"]["status"] in ("ready", "settling", "disabled")
    assert isinstance(status["versionInfo"]["version"], str)
    assert is_time(status["uptime"])
    assert status["config"]["original"]

    assert (await door.ask("GET", "/api/v2/silences", headers=headers)).json == []
    (group,) = (await door.ask("GET", "/api/v2/alerts/groups", headers=headers)).json
    (shown,) = group["alerts"]
    assert (group["receiver"], group["labels"]) == ({"name": "prom"}, {"alertname": "Disk"})
    assert shown["status"] == {"state": "active", "silencedBy": [], "inhibitedBy": [], "mutedBy": []}
    assert all(is_time(shown[name]) for name in ("startsAt", "endsAt", "updatedAt"))
    assert isinstance(shown["generatorURL"], str)
    assert len(shown["fingerprint"]) == 16

    now = door.desk.clock.now()
    wish = {
        "matchers": [{"name": "alertname", "value": "Disk|Fan", "isRegex": True, "isEqual": True}],
        "startsAt": now.isoformat().replace("+00:00", "Z"),
        "endsAt": (now + timedelta(hours=1)).isoformat().replace("+00:00", "Z"),
        "createdBy": "anna@example.org",
        "comment": "deploy",
    }
    made = await door.ask("POST", "/api/v2/silences", json=wish, headers=headers)
    ident = made.json["silenceID"]
    again = await door.ask("POST", "/api/v2/silences", json={**wish, "id": ident}, headers=headers)
    assert again.json == {"silenceID": ident}
    (silence,) = (await door.ask("GET", "/api/v2/silences", headers=headers)).json
    assert (silence["id"], silence["status"], silence["matchers"]) == (
        ident,
        {"state": "active"},
        wish["matchers"],
    )
    assert all(is_time(silence[name]) for name in ("startsAt", "endsAt", "updatedAt"))
    (group,) = (await door.ask("GET", "/api/v2/alerts/groups", headers=headers)).json
    assert group["alerts"][0]["status"]["silencedBy"] == [ident]
    assert (await door.ask("DELETE", f"/api/v2/silence/{ident}", headers=headers)).status == 200
    (silence,) = (await door.ask("GET", "/api/v2/silences", headers=headers)).json
    assert silence["status"] == {"state": "expired"}
