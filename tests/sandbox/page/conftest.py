"""A real browser in front of a real demo, one for all tests of the page."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, Final

import httpx
import pytest

from bot.clock import SystemClock

ROOT: Final = Path(__file__).parents[3]
PATIENCE: Final = 15_000  # milliseconds
PHONE: Final = {"width": 390, "height": 844}
DESKTOP: Final = {"width": 1280, "height": 800}


@dataclass
class Demo:
    """A running demo as a program knows it."""

    told: dict[str, Any]

    @property
    def url(self) -> str:
        return str(self.told["sandbox_url"])

    def post(self, title: str, severity: str = "critical", **more: str) -> str:
        """Let an alert in; its ref."""
        sender = self.told["sources"]["generic"]
        answer = httpx.post(
            sender["url"],
            json={"title": title, "severity": severity, **more},
            headers={"Authorization": f"Bearer {sender['token']}"},
            trust_env=False,
        )
        answer.raise_for_status()
        ref: str = answer.json()["alerts"][0]["ref"]
        return ref


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    ready = folder / "ready.json"
    line = [
        sys.executable,
        "-m",
        "bot",
        "demo",
        "--port",
        "0",
        "--sandbox-port",
        "0",
        "--ready-file",
        str(ready),
    ]
    environ = {name: value for name, value in os.environ.items() if "TOCSIN" not in name}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            line, cwd=folder, env={**environ, "PYTHONPATH": str(ROOT)}, stdout=log, stderr=log
        )
        try:
            deadline = SystemClock().monotonic() + 60
            while not ready.exists():
                assert process.poll() is None, (folder / "log").read_text()
                assert SystemClock().monotonic() < deadline
                Event().wait(0.05)
            yield Demo(json.loads(ready.read_bytes()))
        finally:
            process.terminate()
            process.wait(timeout=30)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Debian's browser, without a window; while it runs no other loop may, so it ends with its module."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("needs chromium: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the PyPI package playwright")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Any, demo: Demo) -> Iterator[Callable[..., Any]]:
    """Open the page as a person, on a desktop or a phone."""
    contexts = []

    def go(person: str = "responder", channel: str = "alerts", *, phone: bool = False) -> Any:
        context = chromium.new_context(
            viewport=PHONE if phone else DESKTOP, has_touch=phone, is_mobile=phone, reduced_motion="reduce"
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto(f"{demo.url}/#person={person}&channel={channel}")
        page.locator("#main .channel-head").wait_for()
        page.wait_for_load_state("networkidle")
        return page

    yield go
    for context in contexts:
        context.close()
