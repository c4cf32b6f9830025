"""The sandbox's page as files: complete, served, at home; what it shows is seen with eyes, not here."""

import re
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox.fault.fault import Effect
from bot.sandbox.server import Sandbox

PAGE = Path(__file__).parents[3] / "bot" / "sandbox" / "page"
NAMESPACE = "http://www.w3.org/2000/svg"
FILES = sorted(PAGE.iterdir())
MODULES = [file for file in FILES if file.suffix == ".js"]


def referenced_by(file: Path) -> Iterator[str]:
    text = file.read_text(encoding="utf-8")
    match file.suffix:
        case ".html":
            yield from re.findall(r'(?:src|href)="([^"]+)"', text)
        case ".js":
            yield from re.findall(r'(?:from|import) "([^"]+)"', text)
        case ".css":
            yield from re.findall(r"url\(([^)]+)\)", text)


def name_of(reference: str) -> str:
    found = re.fullmatch(r"(?:/static/|\./)([a-z_]+\.[a-z]+)", reference)
    assert found, f"{reference} leads out of the page"
    return found[1]


def test_every_file_is_reached_from_the_index_and_every_reference_is_a_file() -> None:
    reached, waiting = {"index.html"}, ["index.html"]
    while waiting:
        for reference in referenced_by(PAGE / waiting.pop()):
            name = name_of(reference)
            if name not in reached:
                reached.add(name)
                waiting.append(name)
    assert reached == {file.name for file in FILES}


def test_every_fault_can_be_armed_from_the_page() -> None:
    text = (PAGE / "fault_rule.js").read_text(encoding="utf-8")
    assert [effect for effect in Effect if f'"{effect}"' not in text] == []


async def test_every_file_is_served_under_its_name() -> None:
    sandbox = Sandbox()
    url = await sandbox.start()
    try:
        async with aiohttp.ClientSession(url) as session:
            for file in FILES:
                path = "/" if file.name == "index.html" else f"/static/{file.name}"
                async with session.get(path) as answer:
                    assert answer.status == 200, path
                    assert await answer.read() == file.read_bytes()
                    if file.suffix == ".js":
                        assert answer.content_type in ("text/javascript", "application/javascript")
    finally:
        await sandbox.stop()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_nothing_is_fetched_from_elsewhere(file: Path) -> None:
    text = file.read_text(encoding="utf-8").replace(NAMESPACE, "")
    assert not re.findall(r"(?:https?|wss?)://[a-z]|[\"'(]//[a-z]", text)


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file.name)
def test_text_never_becomes_markup(file: Path) -> None:
    ways = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|setHTML|\beval\b|new Function"
    assert not re.findall(ways, file.read_text(encoding="utf-8"))


def test_the_browser_is_told_to_fetch_nothing_from_elsewhere() -> None:
    index = (PAGE / "index.html").read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy"\s+content="([^"]+)"', index)
    assert policy
    rules = dict(rule.strip().split(" ", 1) for rule in policy[1].split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self'"
    assert rules["connect-src"] == "'self'"
