"""How each sender is answered over HTTP, in whatever form it speaks."""

import base64
import hmac
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest

from bot.domain.alert.mapping import read_field_map
from bot.providers.registry import PROVIDERS
from bot.usecases.admin import source as sources
from tests.conftest import START
from tests.ingress.conftest import OpenDoor
from tests.ingress.door import SETUP, Answer, Door

pytestmark = pytest.mark.usefixtures("hasty")

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is stored is tested on both engines elsewhere."""
    return sqlite_url


Ask = Callable[..., Awaitable[Answer]]


@pytest.fixture
def ask(door: Door) -> Ask:
    """Send to a source of a provider that is made for it."""
    tokens: dict[str, str] = {}

    async def send(
        provider: str, body: object, content_type: str = "application/json", *, tail: str = "", **more: Any
    ) -> Answer:
        if provider not in tokens:
            tokens[provider] = (await door.add(provider, provider)).token
        data = body if isinstance(body, bytes | None) else msgspec.json.encode(body)
        headers = {
            "Authorization": f"Bearer {tokens[provider]}",
            "Content-Type": content_type,
            **more.pop("headers", {}),
        }
        method = more.pop("method", "POST")
        return await door.ask(method, f"/v1/hooks/{provider}{tail}", data=data, headers=headers, **more)

    return send


async def test_uptime_kuma_posts_json_a_form_or_asks_by_get(ask: Ask) -> None:
    beat, end = PROVIDERS["uptime-kuma"].example(START), PROVIDERS["uptime-kuma"].recovery(START)
    first = await ask("uptime-kuma", beat)
    assert (first.status, first.json["accepted"]) == (202, 1)
    form = await ask("uptime-kuma", urlencode({"data": msgspec.json.encode(beat)}).encode(), FORM)
    boundary = (
        b'--b\r\nContent-Disposition: form-data; name="data"\r\n\r\n%b\r\n--b--\r\n'
        % msgspec.json.encode(beat)
    )
    parts = await ask("uptime-kuma", boundary, "multipart/form-data; boundary=b")
    assert [form.json["deduped"], parts.json["deduped"]] == [1, 1]
    assert end is not None
    query = {
        name: value if isinstance(value, str) else msgspec.json.encode(value).decode()
        for name, value in end.items()
    }
    over = await ask("uptime-kuma", None, "", method="GET", params=query)
    assert (over.status, over.json["alerts"][0]["state"]) == (202, "resolved")


@pytest.mark.parametrize(
    ("provider", "body", "headers"),
    [
        ("uptime-kuma", {"heartbeat": None, "monitor": None, "msg": "json Testing"}, {}),
        ("github", {"zen": "Keep it simple.", "hook_id": 1, "hook": {}}, {"X-GitHub-Event": "ping"}),
        ("healthchecks", {"name": "TEST", "status": "down", "code": "x"}, {}),
        ("netdata", {"host": "h", "name": "test_alarm", "chart": "test.chart", "status": "WARNING"}, {}),
        ("sentry", {"action": "created", "data": {"installation": {"uuid": "x"}}}, {}),
        ("sentry", {"action": "triggered", "data": {"triggered_rule": "r", "event": {
            "issue_id": "1", "title": "TypeError", "tags": [["sample_event", "yes"]]}}}, {}),
        ("sentry", {"id": "1", "project_slug": "shop", "event": {"tags": [["sample_event", "yes"]]}}, {}),
        ("newrelic", {"current_state": "test", "incident_id": 0, "event_type": "NOTIFICATION",
                      "details": "New Relic Alert - Channel Test", "condition_name": "Test Condition"}, {}),
        ("newrelic", {"id": "{{issueId}}", "title": "Test notification", "state": "{{state}}"}, {}),
        ("bugsink", {"id": "497f6eca", "title": "ValueError: x", "alert_reason": "TEST"}, {}),
        ("betterstack", {"message": "Test"}, {}),
        ("standard-webhooks", {"type": "ping", "timestamp": "2026-11-21T02:00:00Z", "data": {}}, {}),
        ("zabbix", {"event_name": "Test", "event_id": "{EVENT.ID}"}, {}),
        ("datadog", {"title": "[TEST] CPU is high", "transition": "Triggered"}, {}),
        ("nagios", {"hostname": "nas-01", "hoststate": "UP", "notificationtype": "DOWNTIMESTART"}, {}),
    ],
)  # fmt: skip
async def test_a_test_makes_no_alert_and_one_note(
    door: Door, ask: Ask, provider: str, body: object, headers: dict[str, str]
) -> None:
    for _ in range(2):
        answer = await ask(provider, body, headers=headers)
        assert answer.status in (200, 202)
        assert answer.json == {"accepted": 0, "deduped": 0, "rejected": [], "alerts": []}
    assert [await door.rows("alert"), await door.rows("card"), await door.rows("envelope")] == [0, 1, 1]


async def test_a_trailing_slash_is_forgiven_and_another_path_is_not(ask: Ask) -> None:
    body = PROVIDERS["sentry"].example(START)
    assert (await ask("sentry", body, tail="/")).status == 200
    answer = await ask("sentry", body, tail="/elsewhere")
    assert (answer.status, answer.json["field"]) == (404, "path")


async def test_a_token_in_the_address_opens_those_that_can_show_it_nowhere_else(
    door: Door, capfd: pytest.CaptureFixture[str]
) -> None:
    token = (await door.add("bugs", "bugsink")).token
    body = msgspec.json.encode(PROVIDERS["bugsink"].example(START))
    headers = {"Content-Type": "application/json"}
    assert (await door.ask("POST", f"/v1/hooks/bugsink/{token}", data=body, headers=headers)).status == 202
    assert (await door.ask("POST", f"/v1/hooks/bugsink/{token}/", data=body, headers=headers)).status == 202
    wrong = await door.ask("POST", f"/v1/hooks/bugsink/{token}x", data=body, headers=headers)
    shut = await door.ask("POST", f"/v1/hooks/github/{token}", data=body, headers=headers)
    metrics = (await door.ask("GET", "/metrics")).body.decode()
    assert (wrong.status, shut.status) == (401, 404)
    told = wrong.body.decode() + shut.body.decode() + metrics + "".join(capfd.readouterr())
    assert token not in told


async def test_gotify_is_spoken_as_its_clients_do(door: Door) -> None:
    token = (await door.add("push", "gotify")).token
    body = urlencode({"title": "Backup", "message": "failed", "priority": "8"}).encode()
    for path, headers in (
        ("/v1/hooks/gotify/message", {"X-Gotify-Key": token}),
        (f"/v1/hooks/gotify/message?token={token}", {}),
    ):
        answer = await door.ask("POST", path, data=body, headers={"Content-Type": FORM, **headers})
        assert (answer.status, answer.json["accepted"]) == (200, 1)


async def test_ntfy_takes_words_with_headers_and_json(ask: Ask) -> None:
    title = "=?UTF-8?B?" + base64.b64encode(b"Sicherung").decode() + "?="
    headers = {"Title": title, "Priority": "5", "Tags": "skull"}
    first = await ask("ntfy", "тест".encode(), FORM, tail="/backup", headers=headers)
    again = await ask("ntfy", {"topic": "backup", "title": "Sicherung", "message": "x", "priority": 5}, "")
    over = await ask(
        "ntfy", b"", "", tail="/backup", headers={"X-Title": "Sicherung", "X-Tags": "white_check_mark"}
    )
    assert [answer.status for answer in (first, again, over)] == [200, 200, 200]
    assert (again.json["deduped"], over.json["alerts"][0]["state"]) == (1, "resolved")


async def test_plain_words_and_a_get_are_alerts(ask: Ask) -> None:
    words = await ask("generic", b"[ALERT] Disk full on nas-01\nonly 1% left", "text/plain")
    form = await ask("generic", b"Backup failed: exit=2", FORM)
    get = await ask("generic", None, "", method="GET", params={"title": "Backup", "severity": "critical"})
    assert [answer.json["accepted"] for answer in (words, form, get)] == [1, 1, 1]


async def test_gitlab_shows_its_secret_or_the_token(door: Door) -> None:
    issued = await sources.add(door.desk, "ci", "gitlab", actor=SETUP, secret="my own")
    door.ingress.invalidate()
    body = msgspec.json.encode(PROVIDERS["gitlab"].example(START))
    for shown, status in (("my own", 202), (issued.token, 202), ("other", 401)):
        headers = {"X-Gitlab-Token": shown, "Content-Type": "application/json"}
        assert (await door.ask("POST", "/v1/hooks/gitlab", data=body, headers=headers)).status == status


@pytest.mark.parametrize(
    ("provider", "header", "mark"),
    [("github", "X-Hub-Signature-256", "sha256="), ("sentry", "Sentry-Hook-Signature", "")],
)
async def test_a_body_is_signed_by_the_senders_own_secret(
    door: Door, provider: str, header: str, mark: str
) -> None:
    await sources.add(door.desk, "mine", provider, actor=SETUP, secret="it's a Secret to Everybody")
    door.ingress.invalidate()
    plain = msgspec.json.encode(PROVIDERS[provider].example(START))
    for body, kind in ((plain, "application/json"), (urlencode({"payload": plain}).encode(), FORM)):
        mac = hmac.new(b"it's a Secret to Everybody", body, "sha256").hexdigest()
        headers = {"Content-Type": kind, header: mark + mac}
        assert (await door.post(body, provider=provider, headers=headers)).status == PROVIDERS[
            provider
        ].success
        wrong = {**headers, header: mark + mac.translate(str.maketrans("0a", "a0"))}
        assert (await door.post(body, provider=provider, headers=wrong)).status == 401


async def test_cloudevents_come_in_three_ways_and_shake_hands_first(door: Door, ask: Ask) -> None:
    event = PROVIDERS["cloudevents"].example(START)
    hello = await door.ask(
        "OPTIONS", "/v1/hooks/cloudevents", headers={"WebHook-Request-Origin": "events.example.org"}
    )
    assert (hello.status, hello.headers["WebHook-Allowed-Origin"]) == (200, "events.example.org")
    first = await ask("cloudevents", event, "application/cloudevents+json")
    binary = {f"ce-{name}": str(value) for name, value in event.items() if name != "data"}
    again = await ask("cloudevents", event["data"], headers=binary)
    batch = await ask("cloudevents", [event, {**event, "source": ""}], "application/cloudevents-batch+json")
    assert [first.status, again.json["deduped"], batch.json["accepted"]] == [202, 1, 1]
    assert "source" in batch.json["rejected"][0]["reason"]


async def test_the_shape_of_another_sender_is_refused_by_the_field_that_is_missing(ask: Ask) -> None:
    for provider, field in (
        ("uptime-kuma", "heartbeat"),
        ("sentry", "data"),
        ("newrelic", "id"),
        ("monit", "service"),
    ):
        answer = await ask(provider, {"foo": 1})
        assert (answer.status, answer.json["field"]) == (400, field)


async def test_json_of_ones_own_is_read_by_the_mapping_of_its_source(open_door: OpenDoor) -> None:
    mapping = read_field_map(
        {
            "title": "{$.job.name} on {$.host}",
            "severity": {"from": "$.level", "values": {"3": "critical"}, "default": "warning"},
            "status": {"from": "$.result", "values": {"done": "resolved", "*": "firing"}},
            "key": ["$.job.id", "$.host"],
        }
    )
    door = await open_door(mappings={"jobs": mapping})
    token = (await door.add("jobs", "generic")).token
    body = {"job": {"name": "backup", "id": 7}, "host": "nas-01", "level": 3, "result": "broken"}
    first = await door.post(body, token, provider="generic")
    over = await door.post({**body, "result": "done"}, token, provider="generic")
    assert (first.json["accepted"], over.json["alerts"][0]["state"]) == (1, "resolved")
