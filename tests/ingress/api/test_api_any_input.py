"""No request whatever of a known program is an error of ours, and what is refused did nothing."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.access.token import Scope
from bot.ingress.api.entry import ROUTES
from tests.ingress.door import Door
from tests.ingress.program import Program, admit, send
from tests.ingress.test_any_input import json_values, loose_json
from tests.senders import firing

calm = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FIELDS = sorted({name for route in ROUTES for name in route.takes.__struct_fields__})
REFS = ["A-1", "1", "#1", "A-0", "A-99", "claim", "B-1", "9" * 30, "%00", "..", "%F0%9F%92%A9", "a%2Fb", "-1"]
TEXTS = [
    "new",
    "critical",
    "me",
    "1",
    "60",
    "note",
    "P1",
    "manual",
    "\x00",
    "\ud800",
    "é",
    "'; --",
    "%",
    "I-1",
]

refs = st.sampled_from(REFS)
gets = st.sampled_from([route.path for route in ROUTES if route.method == "GET"])
posts = st.sampled_from([route.path for route in ROUTES if route.method == "POST"])
values = json_values | st.sampled_from(TEXTS) | st.lists(st.sampled_from(TEXTS), max_size=3)
bodies = (
    st.dictionaries(st.sampled_from(FIELDS), values, max_size=4).map(loose_json)
    | json_values.map(loose_json)
    | st.binary(max_size=60)
)
queries = st.lists(
    st.tuples(st.sampled_from(FIELDS), st.sampled_from(TEXTS) | st.text(max_size=8) | st.integers().map(str)),
    max_size=4,
)


@pytest.fixture
def database_url(database_url: str) -> str:
    """Both engines: what one swallows the other may choke on."""
    return database_url


@pytest.fixture
async def program(door: Door) -> Program:
    await send(door, firing())
    return await admit(door, *Scope)


@calm
@given(path=posts, ref=refs, body=bodies)
async def test_any_body_is_taken_or_refused(program: Program, path: str, ref: str, body: bytes) -> None:
    before = await entries(program)
    answer = await program.post(path.replace("{ref}", ref), body)
    assert answer.status < 500
    if answer.status >= 400:
        assert answer.json["status"] == answer.status
        assert await entries(program) == before


@calm
@given(path=gets, ref=refs, query=queries)
async def test_any_query_is_answered_or_refused_and_writes_nothing(
    program: Program, path: str, ref: str, query: list[tuple[str, str]]
) -> None:
    before = await entries(program)
    sendable = [(name, text.encode(errors="replace").decode()) for name, text in query]
    answer = await program.ask("GET", path.replace("{ref}", ref), params=sendable)
    assert answer.status < 500
    assert await entries(program) == before


@calm
@given(path=st.sampled_from([route.path for route in ROUTES]), query=st.binary(max_size=40))
async def test_any_bytes_in_the_address_are_answered(program: Program, path: str, query: bytes) -> None:
    address = path.replace("{ref}", "A-1").encode() + b"?" + query.translate(None, b" \r\n\0\t\x0b\x0c")
    head = b"GET %b HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %b\r\n\r\n"
    answer = await program.door.exchange(head % (address, program.secret.encode()))
    if answer:
        assert int(answer.split()[1]) < 500


async def entries(program: Program) -> list[Any]:
    desk = program.door.desk
    return await desk.storage.read(lambda tx: [each.digest for each in tx.audit.chain(desk.project.id)])
