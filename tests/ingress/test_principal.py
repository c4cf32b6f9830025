"""Which program asks, and whether it may: 401 and 403 name what is missing, the log who it was."""

import asyncio
from base64 import b64encode

import pytest

from bot.domain.access.token import Scope
from bot.domain.audit import first_broken
from bot.ingress.api.entry import ROUTES
from bot.usecases.admin import token as tokens
from tests.ingress.conftest import OpenDoor
from tests.ingress.door import SETUP, Answer, Door
from tests.ingress.program import admit, send
from tests.senders import firing


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One engine is enough: tokens are tested on both."""
    return sqlite_url


def is_refused(answer: Answer) -> bool:
    return (answer.status, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="tocsin"')


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
async def test_every_route_asks_for_a_token_and_then_for_its_scope(door: Door, route: object) -> None:
    method, path, scope = route.method, route.path.replace("{ref}", "1"), route.scope  # type: ignore[attr-defined]  # parametrised
    stranger = await door.ask(method, path)
    assert is_refused(stranger)
    assert (stranger.json["field"], "API token" in stranger.json["detail"]) == ("Authorization", True)
    others = [each for each in Scope if not await _allows(each, scope)]
    poor = await admit(door, *others)
    answer = await poor.ask(method, path)
    assert (answer.status, answer.json["scope"]) == (403, scope.value)
    assert scope.value in answer.json["detail"]
    assert f'error="insufficient_scope", scope="{scope}"' in answer.headers["WWW-Authenticate"]


async def _allows(own: Scope, wanted: Scope) -> bool:
    from bot.domain.access.token import IMPLIED

    return wanted is own or wanted in IMPLIED.get(own, ())


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer toc_api_" + "x" * 43,
        "Bearer " + "x" * 5_000,
        "Token x",
        "Bearer é",
        "toc_api_x",
    ],
    ids=lambda value: value[:16],
)
async def test_what_is_no_token_opens_nothing(door: Door, value: str) -> None:
    await admit(door, "alerts.read")
    assert is_refused(await door.ask("GET", "/v1/alerts", headers={"Authorization": value}))


async def test_a_token_may_come_as_a_password(door: Door) -> None:
    program = await admit(door, "alerts.read")
    basic = "Basic " + b64encode(f"any:{program.secret}".encode()).decode()
    assert (await door.ask("GET", "/v1/alerts", headers={"Authorization": basic})).status == 200


async def test_a_senders_token_opens_no_api_and_a_programs_token_no_hook(door: Door) -> None:
    issued, program = await door.add(), await admit(door, "alerts.read")
    assert is_refused(
        await door.ask("GET", "/v1/alerts", headers={"Authorization": f"Bearer {issued.token}"})
    )
    assert is_refused(await door.post({}, program.secret))


async def test_a_revoked_token_opens_nothing_from_that_moment(door: Door) -> None:
    program = await admit(door, "alerts.read")
    assert (await program.get("/v1/alerts")).status == 200
    await tokens.revoke(door.desk, "ci", actor=SETUP)
    assert is_refused(await program.get("/v1/alerts"))


async def test_the_audit_log_names_the_program_and_its_token(door: Door) -> None:
    await send(door, firing())
    program = await admit(door, "alerts.write", name="healer")
    assert (await program.post("/v1/alerts/A-1/ack", {"note": "mine"})).status == 200
    chain = await door.desk.storage.read(lambda tx: tx.audit.chain(door.desk.project.id))
    last = chain[-1].entry
    assert (str(last.actor), last.actor.name) == ("program:healer", "healer (API token)")
    assert (last.action, last.subject, last.note) == ("ack", "alert:1", "mine")
    assert first_broken(chain) is None


async def test_another_projects_program_finds_nothing_here(door: Door) -> None:
    await send(door, firing())
    program = await admit(door, "alerts.write", project="shop")
    assert (await program.get("/v1/alerts")).json == {"alerts": [], "next": None, "total": 0}
    assert (await program.get("/v1/alerts/A-1")).status == 404
    assert (await program.post("/v1/alerts/A-1/ack")).status == 404
    assert (await program.post("/v1/alerts/claim")).json == {"alerts": []}


async def test_a_stranger_costs_no_body(door: Door) -> None:
    head = "POST /v1/alerts/claim HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
    assert (await door.exchange(head.encode())).startswith(b"HTTP/1.1 401")


async def test_more_strangers_than_there_is_room_for_are_sent_away(open_door: OpenDoor) -> None:
    door = await open_door(most_unproven=0)
    program = await admit(door, "alerts.read")
    headers = {"Authorization": "Bearer toc_api_unknown"}
    answers = await asyncio.gather(*(door.ask("GET", "/v1/alerts", headers=headers) for _ in range(3)))
    assert (await program.get("/v1/alerts")).status == 200
    assert {(answer.status, answer.headers["Retry-After"]) for answer in answers} == {(503, "1")}


async def test_no_secret_is_told_or_logged(door: Door, capfd: pytest.CaptureFixture[str]) -> None:
    program = await admit(door, "alerts.read")
    answers = [
        await program.post("/v1/alerts/claim"),
        await program.get("/v1/alerts", cursor=program.secret),
        await program.get("/v1/alerts", **{program.secret: 1}),
        await program.get(f"/v1/alerts/{program.secret}"),
    ]
    assert [answer.status for answer in answers] == [403, 400, 400, 400]
    assert program.secret not in b"".join(answer.body for answer in answers).decode()
    assert program.secret not in "".join(capfd.readouterr())
