"""The document and the index: made of the routes, complete, and true."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.domain.access.token import IMPLIED, ROLES, Scope
from bot.ingress.api import document as api_document
from bot.ingress.api.entry import ROUTES
from bot.ingress.hook import Accepted
from bot.ingress.readiness import ReadinessReport
from tests.ingress.door import Door
from tests.ingress.program import admit, send
from tests.senders import firing


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One engine is enough for what does not store."""
    return sqlite_url


@pytest.fixture
async def document(door: Door) -> dict[str, Any]:
    found: dict[str, Any] = (await door.ask("GET", "/openapi.json")).json
    return found


async def test_every_route_stands_in_the_document_and_in_the_index(
    door: Door, document: dict[str, Any]
) -> None:
    index = (await door.ask("GET", "/")).json["api"]
    assert index == [f"{route.method} {route.path}" for route in ROUTES]
    for route in ROUTES:
        operation = document["paths"][route.path][route.method.lower()]
        assert operation["security"] == [{"api_token": [route.scope.value]}]
        assert {str(status) for status in route.answers} < set(operation["responses"])
        named = {each["name"] for each in operation["parameters"]}
        assert ("ref" in named) == ("{ref}" in route.path or "ref" in route.takes.__struct_fields__)
        if route.method == "GET":
            assert named >= set(route.takes.__struct_fields__)
        else:
            assert route.takes.__name__ in str(operation["requestBody"])


def test_the_page_for_people_names_every_route_and_what_each_scope_includes() -> None:
    page = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `((?:GET|POST) [^`]+)` \|", page, re.MULTILINE))
    assert named == {f"{route.method} {route.path}" for route in ROUTES}
    rows = re.findall(r"^\| `([a-z.]+)` \| [^|]+ \| ?([^|]*) ?\|$", page, re.MULTILINE)
    told = {scope: set(re.findall(r"`([a-z.]+)`", included)) for scope, included in rows}
    assert told == {scope.value: {each.value for each in IMPLIED.get(scope, ())} for scope in Scope}
    bundles = dict(re.findall(r"^\| \*\*(\w+)\*\* \| ([^|]*) \|$", page, re.MULTILINE))
    granted = {role: tuple(re.findall(r"`([a-z.]+)`", scopes)) for role, scopes in bundles.items()}
    assert granted == {role.value: tuple(scope.value for scope in scopes) for role, scopes in ROLES.items()}


async def test_a_get_may_be_asked_for_its_head(door: Door) -> None:
    program = await admit(door, *Scope)
    answer = await program.ask("HEAD", "/v1/alerts")
    assert (answer.status, answer.body) == (200, b"")


async def test_operations_have_names_of_their_own(document: dict[str, Any]) -> None:
    names = [each.get("operationId") for path in document["paths"].values() for each in path.values()]
    named = [name for name in names if name]
    assert len(named) == len(set(named))


def test_no_route_stands_twice_and_each_has_a_scope_that_somebody_can_be_granted() -> None:
    places = [(route.method, route.path) for route in ROUTES]
    assert len(places) == len(set(places))
    bundles = {Scope.ALERTS_WRITE, Scope.EVENTS_WRITE, Scope.ADMIN}
    assert {route.scope for route in ROUTES} == set(Scope) - bundles


def test_the_programs_schemas_are_not_the_senders() -> None:
    _, senders = msgspec.json.schema_components((Accepted, ReadinessReport), ref_template="{name}")
    _, programs = api_document.describe()
    assert not programs.keys() & senders.keys()
    assert not [name for name in programs if "." in name]


@pytest.mark.parametrize("path", sorted(route.path for route in ROUTES if route.method == "GET"))
async def test_what_is_answered_is_what_the_document_says(
    door: Door, document: dict[str, Any], path: str
) -> None:
    program = await admit(door, *Scope)
    await send(door, firing())
    await program.post("/v1/incidents", {"alert": "A-1"})
    await program.post("/v1/runs", {"state": "running", "alert": "A-1"})
    queries = {"/v1/events/dossier": "?ref=A-1"}
    query = "?id=W-1" if path.endswith("preview") else queries.get(path, "")
    answer = await program.ask("GET", path.replace("{ref}", "1") + query)
    assert answer.status == 200
    content = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
    _fits(answer.json, content["schema"], document["components"]["schemas"])


def _fits(value: Any, schema: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Objects have the fields that are named, and all that are required; as deep as they go."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        if value is not None:
            (schema,) = [each for each in schema["anyOf"] if each.get("type") != "null"]
            _fits(value, schema, schemas)
        return
    if isinstance(value, dict) and "properties" in schema:
        assert set(schema["required"]) <= set(value) <= set(schema["properties"])
        for name, inner in value.items():
            _fits(inner, schema["properties"][name], schemas)
    if isinstance(value, list) and "items" in schema:
        for inner in value:
            _fits(inner, schema["items"], schemas)
