"""Product: the demo as a newcomer starts it, with its story told, and what is sent to it besides."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx

from bot.clock import SystemClock
from bot.providers.registry import SENDERS
from tests.waiting import until

T = TypeVar("T")

_PATIENCE: Final = 60.0
_LOOK: Final = 0.2
_MINE: Final = {"PATH", "HOME", "LANG", "TMPDIR"}
_CURL: Final = re.compile(r"curl -s (\S+) .*?Authorization: Bearer (\S+)'", re.DOTALL)
_PAGE: Final = re.compile(r"Open the channel:\s+(\S+)/")


class Product:
    """``open`` starts it in a folder of its own, ``close`` ends it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log = folder / "demo.log"
        self._environ = {name: value for name, value in os.environ.items() if name in _MINE}
        self._environ["PYTHONPATH"] = str(Path.cwd())
        self._client = httpx.AsyncClient(timeout=30, trust_env=False)
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""
        self.channels: dict[str, str] = {}

    def printed(self) -> str:
        """What the demo has said in its terminal, without its folder's name and colours."""
        said = re.sub(r"\x1b\[[0-9;]*m", "", self._log.read_text(encoding="utf-8", errors="replace"))
        return said.replace(str(self._folder), "~/tocsin")

    async def open(self) -> None:
        """Until the story is told: its last turn is an update of the incident."""
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: ASYNC220 -- it returns at once
                [sys.executable, "-m", "bot", "demo", "--port", "0", "--sandbox-port", "0"],
                env=self._environ,
                stdout=log,
                stderr=log,
                cwd=self._folder,
            )

        async def address() -> str:
            found = _PAGE.search(self._log.read_text(encoding="utf-8", errors="replace"))
            return found[1] if found else ""

        self.url = await until(address, "the demo to say where its page is")
        world = await self.world()
        self.channels = {each["name"]: each["id"] for each in world["channels"]}

        async def told() -> bool:
            threads = (await self.world())["threads"]
            texts = [json.dumps(await self.messages(each["id"])) for each in threads]
            return any("warming it" in text for text in texts)

        await until(told, "the story to be told")

    async def close(self) -> None:
        """End it as Ctrl-C does."""
        await self._client.aclose()
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(timeout=_PATIENCE)

    async def world(self) -> dict[str, Any]:
        """Channels, threads and people as they are now."""
        found: dict[str, Any] = (
            (await self._client.get(f"{self.url}/sandbox/world")).raise_for_status().json()
        )
        return found

    async def messages(self, channel_id: str) -> list[dict[str, Any]]:
        """What stands there, oldest first."""
        url = f"{self.url}/sandbox/channels/{channel_id}/messages"
        found: list[dict[str, Any]] = (
            (await self._client.get(url, params={"limit": 100})).raise_for_status().json()
        )
        return found

    async def message(self, channel: str, *marks: str) -> dict[str, Any]:
        """The newest message of a channel that has all these words, once there is one."""

        async def look() -> dict[str, Any] | None:
            shown = await self.messages(self.channels.get(channel, channel))
            texts = [(each, json.dumps(each, ensure_ascii=False)) for each in reversed(shown)]
            return next((each for each, text in texts if all(mark in text for mark in marks)), None)

        found: dict[str, Any] = await until(look, f"a message with {marks} in {channel}")
        return found

    async def command(self, person: str, command: str, **options: str) -> dict[str, Any]:
        """What the bot answers a person."""
        answer = await self._client.post(
            f"{self.url}/sandbox/people/{person}/command", json={"command": command, "options": options}
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def add_source(self, name: str, provider: str, channel: str, *more: str) -> dict[str, Any]:
        """As `tocsin source add --json` prints it; it finds the demo by the folder."""
        words = ["source", "add", name, "--provider", provider, "--channel", self.channels[channel], "--json"]
        made = subprocess.run(
            [sys.executable, "-m", "bot", *words, *more],
            env=self._environ,
            cwd=self._folder,
            check=True,
            capture_output=True,
        )
        found: dict[str, Any] = json.loads(made.stdout)
        return found

    async def send(self, issued: dict[str, Any], body: object) -> list[str]:
        """Post what a sender would; returns the refs of its alerts."""
        sender = SENDERS[issued["provider"]]
        answer = await self._client.post(
            sender.endpoint(issued["url"]),
            json=sender.with_key(body, issued["token"]),
            headers={"Authorization": f"Bearer {issued['token']}"},
        )
        assert answer.is_success, answer.text
        told = answer.json() if answer.text.startswith("{") else {}
        return [each["ref"] for each in told.get("alerts", ())]

    async def send_demo(self, body: object) -> list[str]:
        """Post by the line that the demo prints for an alert of one's own."""
        found = _CURL.search(self._log.read_text(encoding="utf-8", errors="replace"))
        assert found is not None
        headers = {"Authorization": f"Bearer {found[2]}"}
        answer = (await self._client.post(found[1], json=body, headers=headers)).raise_for_status()
        return [each["ref"] for each in answer.json()["alerts"]]

    async def send_example(self, issued: dict[str, Any]) -> list[str]:
        """The request that the provider knows as its sender's."""
        return await self.send(issued, SENDERS[issued["provider"]].example(SystemClock().now()))
