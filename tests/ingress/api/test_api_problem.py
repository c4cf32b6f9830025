"""What is refused says so alike on every route: a title that fits it, and the field as it was sent."""

from typing import Any

import pytest

from bot.domain.access.token import IMPLIED, Scope
from bot.domain.errors import NotDurableError
from bot.ingress.api import entry
from bot.ingress.api.entry import ROUTES
from bot.ingress.api.route import Route
from bot.ingress.problem import ProblemType
from tests.ingress.door import Answer, Door
from tests.ingress.program import Program, admit

NAMES = [f"{route.method} {route.path}" for route in ROUTES]
FOREIGN = {"alert", "alerts", "sender", "source", "address", "incident"}
"""Words that no title may hold which is shown on routes about something else."""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One engine is enough for what is refused before it is stored."""
    return sqlite_url


def told(answer: Answer, status: int, field: str | None) -> dict[str, Any]:
    problem: dict[str, Any] = answer.json
    assert (answer.status, problem["status"], problem.get("field")) == (status, status, field)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem["title"] in {reason.title for reason in ProblemType if reason.status == status}
    assert not set(problem["title"].lower().rstrip(".").split()) & FOREIGN, problem["title"]
    return problem


async def ask(program: Program, route: Route[Any], ref: str = "zzz", **more: Any) -> Answer:
    return await program.ask(route.method, route.path.replace("{ref}", ref), **more)


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
async def test_every_route_says_no_in_words_that_fit_it(
    door: Door, monkeypatch: pytest.MonkeyPatch, route: Route[Any]
) -> None:
    stranger = Program(door, "toc_api_nobody")
    told(await ask(stranger, route), 401, "Authorization")
    other = next(each for each in Scope if each not in {route.scope, Scope.ADMIN, *_giving(route.scope)})
    lacking = await admit(door, other, name="lacking")
    assert told(await ask(lacking, route), 403, "Authorization")["scope"] == route.scope
    program = await admit(door, Scope.ADMIN, name="able")
    asked = {"params": {"surplus": "1"}} if route.method == "GET" else {"data": b'{"surplus": 1}'}
    told(await ask(program, route, **asked), 400, "surplus")

    async def fail(*_: object) -> Answer:
        raise NotDurableError("the database is away")

    monkeypatch.setattr(entry, "_act", fail)
    answer = await ask(program, route, data=b"{}" if route.method == "POST" else None)
    if answer.status != 400:  # where something has to be said, that is missed first
        told(answer, 503, None)


def _giving(scope: Scope) -> set[Scope]:
    return {each for each, more in IMPLIED.items() if scope in more}


@pytest.mark.parametrize(
    "route", [each for each in ROUTES if "{ref}" in each.path], ids=lambda each: each.path
)
async def test_what_is_not_there_or_no_name_is_said_of_the_ref(door: Door, route: Route[Any]) -> None:
    program = await admit(door, Scope.ADMIN, name="able")
    body = _smallest(route)
    given = {"json": body} if route.method == "POST" else {}
    answer = await ask(program, route, "zzz", **given)
    told(answer, answer.status, "ref")
    assert answer.status in {400, 404}


def _smallest(route: Route[Any]) -> dict[str, object]:
    known: dict[str, object] = {
        "note": "x",
        "update": "x",
        "error": "x",
        "severity": "P2",
        "role": "scribe",
        "into": "I-1",
        "alert": "A-1",
        "text": "x",
    }
    return {name: known[name] for name in route.takes.__struct_fields__ if name in known}


async def test_of_two_incidents_the_one_at_fault_is_named(door: Door) -> None:
    program = await admit(door, Scope.ADMIN, name="able")
    await program.post("/v1/incidents", {"title": "x"})
    for into in ("zzz", "I-99"):
        answer = await program.post("/v1/incidents/I-1/merge", {"into": into})
        told(answer, 404 if into == "I-99" else 400, "into")
    for ref in ("zzz", "I-99"):
        answer = await program.post(f"/v1/incidents/{ref}/merge", {"into": "I-1"})
        told(answer, 404 if ref == "I-99" else 400, "ref")
    told(await program.post("/v1/incidents/I-1/link", {"alert": "A-99"}), 404, "alert")
