"""Tocsin in the place of Discord's and Slack's incoming webhooks."""

import json
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from bot import metrics
from bot.domain.alert.alert import State
from bot.domain.alert.search import AlertFilter
from bot.providers.registry import PROVIDERS, SENDERS
from bot.usecases.alert import query as alert_query
from tests.conftest import START
from tests.ingress.door import Door
from tests.providers.sample import folder, load

DOWN = {"content": "", "embeds": [{"title": "PROBLEM: High CPU on nas-01", "color": 15300185}]}
UP = {"embeds": [{"title": "OK: High CPU on nas-01", "color": 39168}]}


async def states(door: Door) -> list[State]:
    page = await alert_query.listing(door.desk, AlertFilter())
    return [line.alert.state for line in reversed(page.lines)]


async def path_of(door: Door, provider: str) -> str:
    issued = await door.add(provider, provider)
    address = SENDERS[provider].address(door.url, issued.source.id, issued.token)
    return urlsplit(address).path


@pytest.fixture
async def discord(door: Door) -> str:
    return await path_of(door, "discord")


async def test_without_wait_204_with_it_a_message_with_an_id(door: Door, discord: str) -> None:
    answer = await door.ask("POST", discord, json=DOWN)
    assert (answer.status, answer.body) == (204, b"")
    assert await states(door) == [State.NEW]
    v7 = discord.replace("/api/", "/api/v7/")
    for wait in ("True", "true", "1"):
        answer = await door.ask("POST", f"{v7}?wait={wait}", json=UP)
        assert answer.status == 200
        assert answer.json["id"].isdigit()
    assert await states(door) == [State.RESOLVED]


async def test_forms_and_files(door: Door, discord: str) -> None:
    import aiohttp

    form = aiohttp.FormData({"payload_json": json.dumps(DOWN)})
    form.add_field("file", b"\x00\x01", filename="graph.png", content_type="image/png")
    assert (await door.ask("POST", discord, data=form)).status == 204
    assert (await door.ask("POST", discord, data={"content": "RESOLVED High CPU on nas-01"})).status == 204
    assert await states(door) == [State.RESOLVED]
    raw = json.dumps(DOWN).encode()
    wrong = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await door.ask("POST", discord, data=raw, headers=wrong)).status == 204


async def test_a_webhook_can_be_looked_at(door: Door, discord: str) -> None:
    answer = await door.ask("GET", discord)
    assert (answer.status, answer.json["type"], answer.json["name"]) == (200, 1, "discord")


async def test_slack_says_ok_and_takes_a_form(door: Door) -> None:
    path = await path_of(door, "slack")
    assert path.endswith("/slack")
    body = {"text": "nas-01 is critical, `disk`", "attachments": [{"color": "danger", "title": "disk = 93%"}]}
    payload = "payload=" + quote(json.dumps(body))
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await door.ask("POST", path, data=payload, headers=form)
    assert (answer.status, answer.body, answer.headers["Content-Type"]) == (
        200,
        b"ok",
        "text/plain; charset=utf-8",
    )
    over: dict[str, Any] = {
        "text": "nas-01 recovered, `disk`",
        "attachments": [{"color": "good", "title": "disk (alarm was raised for 5 minutes)"}],
    }
    assert (await door.ask("POST", path, json=over)).body == b"ok"
    assert await states(door) == [State.RESOLVED]


async def test_refusals_are_the_products_own_and_hold_no_token(door: Door, discord: str) -> None:
    empty = await door.ask("POST", discord, json={})
    assert (empty.status, empty.json) == (400, {"message": "Cannot send an empty message", "code": 50006})
    assert (await door.ask("POST", discord, data=b"{")).json["code"] == 50109
    assert (await door.ask("POST", discord + "/slack", json={})).body == b"no_text"
    assert (await door.ask("POST", discord + "/slack", data=b"{")).body == b"invalid_payload"
    wrong = discord[:-1] + ("A" if discord[-1] != "A" else "B")
    refused = await door.ask("POST", wrong, json=DOWN)
    assert (refused.status, refused.json["code"]) == (401, 50027)
    slack = await door.ask("POST", wrong + "/slack", json=DOWN)
    assert (slack.status, slack.body) == (403, b"invalid_token")
    token = discord.rpartition("/")[2]
    for answer in (
        empty,
        refused,
        slack,
        await door.ask("PUT", discord),
        await door.ask("POST", discord + "/x"),
    ):
        assert token.encode() not in answer.body
        assert answer.status >= 400
    assert token.encode() not in metrics.render()


async def test_a_token_in_the_path_opens_no_other_kind(door: Door) -> None:
    issued = await door.add("prom", "alertmanager")
    answer = await door.ask("POST", f"/api/webhooks/{issued.source.id}/{issued.token}", json=DOWN)
    assert answer.status == 401
    other = await door.add("two", "discord")
    assert (await door.ask("POST", f"/api/webhooks/99/{other.token}", json=DOWN)).status == 404
    assert (await door.ask("POST", f"/api/webhooks/two/{other.token}", json=DOWN)).status == 204


async def test_the_index_lists_what_is_spoken(door: Door) -> None:
    faces = (await door.ask("GET", "/")).json["faces"]
    assert set(faces) == {"alertmanager-api", "pagerduty", "opsgenie", "discord", "slack"}


def of_github(event: str) -> dict[str, str]:
    return {
        "User-Agent": "GitHub-Hookshot/044aadd",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "X-Hub-Signature-256": "sha256=" + "0" * 64,
        "Content-Type": "application/json",
    }


async def test_github_speaks_to_the_address_that_it_speaks_to_at_discord(door: Door, discord: str) -> None:
    github = PROVIDERS["github"]
    failed = json.dumps(github.example(START)).encode()
    passed = json.dumps(github.recovery(START)).encode()
    path = f"{discord}/github"
    ping = json.dumps({"zen": "Keep it logically awesome.", "hook_id": 1, "hook": {"type": "Repository"}})
    form = {**of_github("workflow_run"), "Content-Type": "application/x-www-form-urlencoded"}
    for data, headers, expected in (
        (ping.encode(), of_github("ping"), []),
        (b'{"ref": "refs/heads/main", "repository": {"full_name": "a/b"}}', of_github("push"), []),
        (failed, of_github("workflow_run"), [State.NEW]),
        (failed, of_github("workflow_run"), [State.NEW]),
        (b"payload=" + quote(passed).encode(), form, [State.RESOLVED]),
    ):
        answer = await door.ask("POST", f"{path}?wait=true", data=data, headers=headers)
        assert (answer.status, await states(door)) == (204, expected)
    assert await door.rows("card") == 2  # the ping's note, and the alert's
    assert (await door.ask("POST", f"{path}/", data=failed, headers=of_github("workflow_run"))).status == 204
    bad = await door.ask("POST", path, data=b'{"a": 1}', headers={"Content-Type": "application/json"})
    assert (bad.status, (await door.ask("GET", path)).status) == (400, 405)


@pytest.mark.parametrize("case", ["github-workflow_run-failure", "github-ping"])
async def test_what_github_really_sent(door: Door, discord: str, case: str) -> None:
    place = folder()
    if place is None or not (place / f"{case}.json").exists():
        pytest.skip("there are no recorded requests beside this repository")
    asked = load(place / f"{case}.json")["request"]
    dropped = {"host", "content-length", "accept-encoding", "connection"}
    headers = {name: value for name, value in asked["headers"] if name.lower() not in dropped}
    answer = await door.ask("POST", f"{discord}/github", data=asked["body"].encode(), headers=headers)
    assert (answer.status, len(await states(door))) == (204, int(case != "github-ping"))


async def test_a_head_and_a_slash_at_the_end_do_no_harm(door: Door, discord: str) -> None:
    assert (await door.ask("HEAD", discord)).status == 200
    assert (await door.ask("GET", f"{discord}/")).json["type"] == 1
    assert (await door.ask("POST", f"{discord}/?wait=false", json=DOWN)).status == 204
    assert (
        await door.ask("POST", f"{discord}/slack/?thread_id=1", json={"text": "PROBLEM: x"})
    ).body == b"ok"
