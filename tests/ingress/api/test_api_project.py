"""Nothing of one project shows in another: every route, by ref and by list; and the faces of senders.

A program asks every route about everything that another project has. It hears what it hears of something that
does not exist, never a word of the other's, and not a row of the other's changes.
"""

import hmac
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from bot.ingress.api.entry import ROUTES
from bot.usecases.admin import project as projects
from bot.usecases.admin import source as sources
from bot.usecases.admin import status
from storage.table.core import metadata
from tests.ingress.api.two_projects import NOWHERE, Tenant, all_requests, settle
from tests.ingress.conftest import OpenDoor
from tests.ingress.door import SETUP, Answer, Door

OURS, THEIRS = "walnut", "quince"
STARTED = "2026-11-21T01:00:00Z"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One engine is enough: what keeps projects apart is one condition on both."""
    return sqlite_url


@pytest.fixture
async def tenants(door: Door) -> list[Tenant]:
    return [await settle(door, "default", OURS), await settle(door, "shop", THEIRS)]


async def everything(tenant: Tenant) -> dict[str, str]:
    """All that a project can see of itself."""
    paths = [each.path for each in ROUTES if each.method == "GET" and "{ref}" not in each.path]
    seen = {path: (await tenant.program.get(path)).body.decode() for path in paths}
    for kind, form in (
        ("alert", "/v1/alerts/A-{}"),
        ("incident", "/v1/incidents/I-{}"),
        ("number", "/v1/runs/{}"),
    ):
        path = form.format(tenant.numbers[kind])
        seen[path] = (await tenant.program.get(path)).body.decode()
    return seen


def blurred(text: str, tenant: Tenant) -> str:
    """An answer without the numbers that were asked for."""
    numbers = {str(NOWHERE), str(NOWHERE + 1), *map(str, tenant.numbers.values())}
    return re.sub(rf"\b({'|'.join(sorted(numbers, key=len, reverse=True))})\b", "#", text)


async def test_no_route_tells_or_changes_anything_of_another_project(
    tenants: list[Tenant], sqlite_url: str
) -> None:
    mine, other = tenants
    before = await everything(other)
    rows = _rows(Path(sqlite_url.removeprefix("sqlite:///")), other.project_id)
    assert all(
        other.word in before[path] for path in ("/v1/alerts", "/v1/incidents", "/v1/actions", "/v1/runs")
    )
    reached: set[tuple[str, str]] = set()
    for request, nothing in all_requests(mine, other):
        status, text = await request.ask(mine.program)
        asked = msgspec.json.encode(request.fields).decode() + request.path
        assert status < 500, (request.name, text)
        if other.word not in asked:
            assert other.word not in text, request.name
        else:
            assert not re.search(rf"{other.word} (is|disk|lag|net|must|broke|seen|needs|again)", text), (
                request.name
            )
        if status not in {400, 422}:
            reached.add((request.route.method, request.route.path))
        if nothing is not None:
            twin_status, twin = await nothing.ask(mine.program)
            assert status == twin_status, (request.name, text, twin)
            if status >= 400:
                assert blurred(text, other) == blurred(twin, other), request.name
    assert reached == {(each.method, each.path) for each in ROUTES}
    assert _rows(Path(sqlite_url.removeprefix("sqlite:///")), other.project_id) == rows
    assert await everything(other) == before
    assert not any(mine.word in text for text in before.values())


def _rows(sqlite_file: Path, project_id: int) -> dict[str, list[str]]:
    """All rows of a project, table by table; when its token was last used is nobody's business here."""
    tables = [each for each in metadata.sorted_tables if "project_id" in each.c and each.name != "token"]
    with closing(sqlite3.connect(sqlite_file)) as connection:
        found: dict[str, list[str]] = {}
        for table in tables:
            which = f"SELECT * FROM {table.name} WHERE project_id = ?"  # noqa: S608 -- names of our own tables
            found[table.name] = sorted(map(repr, connection.execute(which, (project_id,))))
    return found


async def test_the_faces_of_senders_show_a_project_its_own(door: Door) -> None:
    shop = await projects.add(door.desk, "shop", actor=SETUP)
    theirs = door.desk.of(shop.id)
    ours = await sources.add(door.desk, "prom", "alertmanager-api", actor=SETUP)
    other = await sources.add(theirs, "prom", "alertmanager-api", actor=SETUP)
    door.ingress.invalidate()
    firing = [
        {"labels": {"alertname": "DiskFull", "severity": "critical"}, "startsAt": "2026-11-21T01:00:00Z"}
    ]

    async def ask(method: str, path: str, token: str, body: object = None) -> Answer:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        data = None if body is None else msgspec.json.encode(body)
        return await door.ask(method, f"/api/v2{path}", data=data, headers=headers)

    for issued, own in ((ours, door.desk), (other, theirs)):
        assert (await ask("POST", "/alerts", issued.token, firing)).status == 200
        assert (await status.condition(own)).open_alerts == 1
        assert len((await ask("GET", "/alerts", issued.token)).json) == 1
    matcher = {"name": "alertname", "value": "DiskFull", "isRegex": False, "isEqual": True}
    silence = {
        "matchers": [matcher],
        "startsAt": STARTED,
        "endsAt": "2026-11-21T09:00:00Z",
        "createdBy": THEIRS,
        "comment": THEIRS,
    }
    made = (await ask("POST", "/silences", other.token, silence)).json["silenceID"]
    assert (await ask("GET", "/silences", ours.token)).json == []
    assert (await ask("GET", f"/silence/{made}", ours.token)).status == 404
    assert (await ask("DELETE", f"/silence/{made}", ours.token)).status == 404
    assert (await ask("GET", f"/silence/{made}", other.token)).status == 200
    shown = {}
    for issued in (ours, other):
        (alert,) = (await ask("GET", "/alerts", issued.token)).json
        shown[issued.source.project_id] = alert["status"]["state"]
    assert shown == {door.desk.project.id: "active", shop.id: "suppressed"}


async def test_a_signed_request_opens_the_project_of_its_source(door: Door) -> None:
    shop = door.desk.of((await projects.add(door.desk, "shop", actor=SETUP)).id)
    body = msgspec.json.encode({"title": "Nightly backup failed", "dedupe_key": "backup"})
    stamp = str(int(door.desk.clock.now().timestamp()))
    for desk in (door.desk, shop):
        issued = await sources.add(desk, "nas", "generic", actor=SETUP)
        door.ingress.invalidate()
        mac = hmac.new(issued.signing_secret.encode(), f"{stamp}.".encode() + body, "sha256").hexdigest()
        headers = {
            "X-Tocsin-Timestamp": stamp,
            "X-Tocsin-Signature": f"sha256={mac}",
            "X-Tocsin-Source": "nas",
        }
        assert (await door.post(body, provider="generic", headers=headers)).status == 202
        assert (await status.condition(desk)).open_alerts == 1


async def test_the_numbers_of_all_are_not_for_a_source_of_another_project(open_door: OpenDoor) -> None:
    door = await open_door(local_metrics=False)
    shop = door.desk.of((await projects.add(door.desk, "shop", actor=SETUP)).id)
    answers = []
    for desk in (door.desk, shop):
        token = (await sources.add(desk, "nas", "generic", actor=SETUP)).token
        door.ingress.invalidate()
        answers.append(
            (await door.ask("GET", "/metrics", headers={"Authorization": f"Bearer {token}"})).status
        )
    assert answers == [200, 401]
