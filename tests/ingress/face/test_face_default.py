"""An alert that names no severity is what its source says, by every face; a word nobody knows is info."""

from typing import Any

import msgspec
import pytest

from bot.domain.actor import Method
from bot.domain.alert.search import AlertFilter
from bot.domain.alert.signal import Severity
from bot.usecases.admin import expectation
from bot.usecases.alert import query as alert_query
from tests.conftest import START
from tests.ingress.door import SETUP, Answer, Door, signed


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One engine is enough: nothing here is about rows."""
    return sqlite_url


async def push(door: Door, provider: str, token: str, severity: str) -> Answer:
    given = {"severity": severity} if severity else {}
    bearer = {"Authorization": f"Bearer {token}"}
    requests: dict[str, tuple[str, Any, dict[str, str]]] = {
        "alertmanager-api": (
            "/api/v2/alerts",
            [{"labels": {"alertname": "x", "n": severity, **given}}],
            bearer,
        ),
        "pagerduty": (
            "/v2/enqueue",
            {
                "routing_key": token,
                "event_action": "trigger",
                "dedup_key": f"k{severity}",
                "payload": {"summary": f"x{severity}", "source": "y", **given},
            },
            {},
        ),
        "opsgenie": (
            "/v2/alerts",
            {
                "message": f"x{severity}",
                "alias": f"k{severity}",
                **({"priority": severity} if severity else {}),
            },
            {"Authorization": f"GenieKey {token}"},
        ),
    }
    path, body, headers = requests[provider]
    return await door.ask("POST", path, json=body, headers=headers)


@pytest.mark.parametrize("provider", ["alertmanager-api", "pagerduty", "opsgenie"])
async def test_an_absent_severity_is_the_sources_own_by_every_face(door: Door, provider: str) -> None:
    token = (await door.add("any", provider)).token
    await expectation.grade(door.desk, "any", Severity.CRITICAL, actor=SETUP)
    door.ingress.invalidate()
    for severity in ("", "purple"):
        assert (await push(door, provider, token, severity)).status < 300
    page = await alert_query.listing(door.desk, AlertFilter())
    assert sorted(line.alert.severity.value for line in page.lines) == ["critical", "info"]


async def test_who_signs_at_a_face_is_known_so_in_the_audit_log(door: Door) -> None:
    issued = await door.add("am", "alertmanager-api")
    for path, body in (
        ("/api/v2/alerts", [{"labels": {"alertname": "x"}}]),
        (
            "/api/v2/silences",
            {
                "matchers": [{"name": "alertname", "value": "x", "isRegex": False, "isEqual": True}],
                "startsAt": "2026-11-21T02:00:00Z",
                "endsAt": "2026-11-21T04:00:00Z",
                "createdBy": "ada",
                "comment": "moving",
            },
        ),
    ):
        raw = msgspec.json.encode(body)
        headers = signed(issued.signing_secret, raw, int(START.timestamp()))
        answer = await door.ask(
            "POST", path, data=raw, headers={**headers, "Content-Type": "application/json"}
        )
        assert answer.status == 200, answer.body
    chain = await door.desk.storage.read(lambda tx: tx.audit.chain(door.desk.project.id))
    told = {each.entry.action: each.entry.method for each in chain if str(each.entry.actor) == "source:am"}
    assert told == {"intake": Method.HMAC, "silence.add": Method.HMAC, "silence": Method.JOB}
