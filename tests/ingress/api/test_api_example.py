"""Every example of the page for people does what the page says."""

import asyncio
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import msgspec
import pytest

from bot.domain.access.token import Scope
from bot.domain.alert.signal import Severity
from bot.ingress.api.entry import ROUTES, _find
from tests.ingress.door import Door
from tests.ingress.program import Program, admit, send
from tests.senders import firing

PAGE = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"^(GET|POST) (\S+)\n(?:(\{.*\})\n)?(\d{3})$", re.MULTILINE)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One engine is enough: the routes have tests of their own on both."""
    return sqlite_url


@pytest.fixture
async def program(door: Door) -> Program:
    labels = {"env": "prod", "trace_id": "4bf92f3577b34da6"}
    for name, severity in (("Disk", "critical"), ("Lag", "warning"), ("Slow", "warning")):
        await send(door, firing(name, Severity(severity), service="checkout", labels=labels))
    return await admit(door, Scope.ADMIN)


async def test_the_examples_are_answered_as_they_say_and_leave_no_route_out(program: Program) -> None:
    (block,) = re.findall(r"```http\n(.*?)```", PAGE, re.DOTALL)
    examples = EXAMPLE.findall(block)
    assert "".join(EXAMPLE.sub("", block).split()) == ""
    shown, token = set(), ""
    for method, address, body, status in examples:
        route, _ = _find(address.partition("?")[0], method)
        shown.add((route.method, route.path))
        data = body.replace("$claim_token", token).encode() or None
        answer = await program.ask(method, address, data=data)
        assert answer.status == int(status), (method, address, answer.body)
        found = re.search(rb'"claim_token":"([^"]+)"', answer.body)
        token = found[1].decode() if found else token
    assert shown == {(route.method, route.path) for route in ROUTES}


@pytest.mark.skipif(not shutil.which("jq") or not shutil.which("curl"), reason="needs curl and jq")
@pytest.mark.parametrize(("works", "state"), [(True, "resolved"), (False, "failed")])
async def test_the_worker_repairs_what_it_claimed_and_does_nothing_when_nothing_waits(
    door: Door, program: Program, tmp_path: Path, works: bool, state: str
) -> None:
    (script,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    repair = tmp_path / "restart-consumer"
    repair.write_text(f"#!/bin/sh\necho repaired >> repairs\nexit {0 if works else 1}\n")
    repair.chmod(repair.stat().st_mode | stat.S_IEXEC)
    script = script.replace("http://127.0.0.1:8080", door.url)

    async def work() -> None:
        done = await asyncio.to_thread(
            subprocess.run,
            ["bash", "-c", script],
            cwd=tmp_path,
            env={**os.environ, "TOKEN": program.secret},
            check=True,
            capture_output=True,
        )
        assert done.stderr == b""

    await work()
    told = (await program.get("/v1/alerts/A-1")).json
    assert (told["state"], told["owner"] and told["owner"]["id"]) == (
        state,
        "program:ci/worker-1" if works else None,
    )
    assert told["last_error"] == ("" if works else "restart failed")
    for ref in ("A-1", "A-2", "A-3"):
        await program.post(f"/v1/alerts/{ref}/resolve")
    await work()
    assert (tmp_path / "repairs").read_text() == "repaired\n"


async def test_the_page_of_the_reference_needs_nothing_from_elsewhere(door: Door) -> None:
    answer = await door.ask("GET", "/docs")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    page = answer.body.decode()
    assert not re.search(r"(src|href)=\"(https?:)?//", page)
    assert "<script" not in page
    for route in ROUTES:
        assert f"<code>{route.path}</code>" in page
    assert msgspec.json.decode((await door.ask("GET", "/")).body)["links"]["docs"] == "/docs"
