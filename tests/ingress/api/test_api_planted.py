"""What programs write never reaches the database or the log with a secret in it, through whatever field.

The walk takes the examples of the page for people and every field of every route that takes text.
"""

import io
import re
import types
import typing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot import log
from bot.domain.access.token import Scope
from bot.domain.alert.signal import Severity
from bot.ingress.api.entry import ROUTES, _find
from bot.ingress.api.route import OURS
from tests.ingress.api.test_api_example import EXAMPLE, PAGE
from tests.ingress.door import Door
from tests.ingress.program import Program, admit, send
from tests.senders import firing

SECRET = "hunter2Winter77"
PLANTED = f"seen DB_PASSWORD={SECRET} in it"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The bytes of one file are looked at."""
    return sqlite_url


@pytest.fixture
def said() -> io.StringIO:
    stream = io.StringIO()
    log.set_up("debug", "json", stream)
    return stream


@pytest.fixture
async def program(door: Door) -> Program:
    for name, severity in (("Disk", "critical"), ("Lag", "warning"), ("Slow", "warning")):
        await send(door, firing(name, Severity(severity), service="checkout"))
    return await admit(door, Scope.ADMIN)


def _text_fields(kind: type[msgspec.Struct]) -> list[str]:
    return [
        name
        for name, hint in typing.get_type_hints(kind).items()
        if _is_text(hint) and name not in (*OURS, "ref")
    ]


def _is_text(hint: Any) -> bool:
    origin = typing.get_origin(hint)
    if origin is typing.Annotated:
        return _is_text(typing.get_args(hint)[0])
    if origin in (typing.Union, types.UnionType, list, tuple):
        return any(_is_text(each) for each in typing.get_args(hint))
    return hint is str


async def test_no_field_lets_a_secret_in(program: Program, sqlite_url: str, said: io.StringIO) -> None:
    (block,) = re.findall(r"```http\n(.*?)```", PAGE, re.DOTALL)
    token, walked, written = "", 0, 0
    for method, address, body, _ in EXAMPLE.findall(block):
        route, _ = _find(address.partition("?")[0], method)
        example = msgspec.json.decode(body.replace("$claim_token", token)) if body else {}
        if method == "POST":
            for name in _text_fields(route.takes):
                for text in (PLANTED, f"{PLANTED}, once more"):
                    answer = await program.post(address, {**example, name: text})
                    assert SECRET.encode() not in answer.body, (address, name)
                    walked, written = walked + 1, written + (answer.status < 300)
        answer = await program.ask(method, address, data=msgspec.json.encode(example) if body else None)
        found = re.search(rb'"claim_token":"([^"]+)"', answer.body)
        token = found[1].decode() if found else token
    path = Path(sqlite_url.partition("///")[2])
    raw = b"".join(each.read_bytes() for each in path.parent.glob(path.name + "*"))
    assert walked >= 40
    assert written >= 20
    assert SECRET.encode() not in raw
    assert raw.count(b"DB_PASSWORD=[redacted]") >= 10
    assert SECRET not in said.getvalue()


def test_every_route_that_takes_text_is_walked() -> None:
    (block,) = re.findall(r"```http\n(.*?)```", PAGE, re.DOTALL)
    shown = {
        _find(address.partition("?")[0], method)[0].path for method, address, _, _ in EXAMPLE.findall(block)
    }
    assert {route.path for route in ROUTES if route.method == "POST"} <= shown
