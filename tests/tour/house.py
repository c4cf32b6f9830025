"""The whole thing as a user has it: sandbox and bot as processes of their own, spoken to over HTTP.

A story says what happens and then waits for what should be seen, with a deadline; it never sleeps for luck.
"""

import asyncio
import json
import os
import re
import signal
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx

from bot.cards.alert.alert import find_marker
from tests.process import Started
from tests.waiting import until

T = TypeVar("T")

PATIENCE: Final = 30.0  # seconds until a story is given up
_LOOK: Final = 0.05  # seconds between two looks
_MINE: Final = {"PATH", "HOME", "LANG", "XDG_RUNTIME_DIR", "TMPDIR"}


class Process:
    """One of our verbs as a process; its log is kept for the report of a failed story."""

    def __init__(self, folder: Path, name: str, *words: str, module: str = "bot", **environ: str) -> None:
        self.ready_file = folder / f"{name}.json"
        self.ready_file.unlink(missing_ok=True)
        self._log = folder / f"{name}.log"
        self._process = Started(
            module,
            (*words, "--ready-file", str(self.ready_file)),
            environ=_kept() | environ,
            log=self._log,
            folder=folder,
        )

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    async def ready(self) -> dict[str, Any]:
        """What the ready file says, once it is there."""

        async def look() -> dict[str, Any] | None:
            assert self._process.poll() is None, f"it ended by itself; its log: {self._log}"
            return json.loads(self.ready_file.read_bytes()) if self.ready_file.exists() else None

        found: dict[str, Any] = await until(look, f"{self.ready_file.name} to be written")
        return found

    def kill(self) -> None:
        """SIGKILL: no last words."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> int:
        self._process.send_signal(how)
        return self._process.wait(timeout=PATIENCE)


def _kept() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name in _MINE}


class House:
    """A sandbox, a database, and a bot that can be killed and started again."""

    def __init__(self, folder: Path, database_url: str, **settings: str) -> None:
        self._folder = folder
        self._database_url = database_url
        self._settings = settings
        waits = httpx.Timeout(PATIENCE, pool=None)  # thousands may be sent at once
        self._client = httpx.AsyncClient(timeout=waits, trust_env=False)
        self._sandbox: Process | None = None
        self._bot: Process | None = None
        self.world: dict[str, Any] = {}
        self.ingress_url = ""
        self.url = ""
        self.token = ""

    async def open(self) -> None:
        """Start the sandbox and make a source; the bot is started apart."""
        self._sandbox = Process(self._folder, "sandbox", "sandbox", "--port", "0")
        self.world = await self._sandbox.ready()
        issued = await asyncio.to_thread(self.add_source, "tour", "generic")
        self.token = issued["token"]

    async def close(self) -> None:
        """End every process."""
        await self._client.aclose()
        for process in (self._bot, self._sandbox):
            if process is not None:
                process.stop()

    async def start_bot(self, *, module: str = "bot", **environ: str) -> None:
        """Start the bot and wait until it can deliver."""
        environ |= self._environ()
        self._bot = Process(self._folder, "bot", "run", module=module, **environ)
        self.ingress_url = (await self._bot.ready())["ingress_url"]

    @property
    def bot_pid(self) -> int:
        """The bot's process."""
        assert self._bot is not None
        return self._bot.pid

    def kill_bot(self) -> None:
        """SIGKILL."""
        assert self._bot is not None
        self._bot.kill()

    def stop_bot(self) -> int:
        """SIGTERM."""
        assert self._bot is not None
        return self._bot.stop()

    async def post(self, *alerts: dict[str, Any]) -> dict[str, Any]:
        """Send generic alerts; the door must take them."""
        answer = await self._client.post(
            f"{self.ingress_url}/v1/hooks/generic",
            json=list(alerts),
            headers={"Authorization": f"Bearer {self.token}"},
        )
        assert answer.status_code == 202, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def world_now(self) -> dict[str, Any]:
        """The sandbox's world as it is: bot, channels, threads, roles, people, commands."""
        answer = await self._client.get(f"{self.world['sandbox_url']}/sandbox/world")
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    async def messages(self, channel: str = "alerts") -> list[dict[str, Any]]:
        """What stands in a channel, by name, or in a thread, by id, for everyone, oldest first."""
        channel_id = self.world["channels"].get(channel, channel)
        answer = await self._client.get(
            f"{self.world['sandbox_url']}/sandbox/channels/{channel_id}/messages", params={"limit": 100}
        )
        answer.raise_for_status()
        return [each for each in answer.json() if not each["flags"] & 64]

    async def cards(self, name: str) -> list[dict[str, Any]]:
        """The alerts' cards whose line, as a phone shows it, names the alert."""
        return [
            each
            for each in await self.messages()
            if find_marker(each) and re.search(rf"(?:CRITICAL|WARNING|INFO) {name}\b", each["content"])
        ]

    async def card(self, name: str, sign: str) -> dict[str, Any]:
        """Wait until there is one card of this name, its line begins with ``sign``, and return it."""

        async def look() -> dict[str, Any] | None:
            found = await self.cards(name)
            assert len(found) < 2, f"{name} has {len(found)} cards"
            return found[0] if found and line_of(found[0]).startswith(sign) else None

        found: dict[str, Any] = await until(look, f"the card of {name} to begin with {sign}")
        return found

    async def act(self, person: str, verb: str, **what: Any) -> dict[str, Any]:
        """Let a person do something; returns the bot's answer."""
        answer = await self._client.post(
            f"{self.world['sandbox_url']}/sandbox/people/{person}/{verb}", json=what
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def click(self, person: str, message: dict[str, Any], label: str) -> dict[str, Any]:
        """Press the button of a message by what it says."""
        buttons = [button for row in message["components"] for button in row["components"]]
        (custom_id,) = [each["custom_id"] for each in buttons if each.get("label") == label]
        return await self.act(person, "click", message_id=message["id"], custom_id=custom_id)

    async def pick(self, person: str, message: dict[str, Any], verb: str, value: str) -> dict[str, Any]:
        """Choose in the select of a message whose custom_id begins with ``verb``."""
        parts = [part for row in message["components"] for part in row["components"]]
        (custom_id,) = [each["custom_id"] for each in parts if each["custom_id"].startswith(f"{verb}:")]
        return await self.act(person, "click", message_id=message["id"], custom_id=custom_id, values=[value])

    async def download(self, attachment: dict[str, Any]) -> str:
        """The text of an attached file."""
        answer = await self._client.get(attachment["url"])
        answer.raise_for_status()
        return answer.text

    async def try_to_click(self, person: str, message: dict[str, Any], custom_id: str) -> int:
        """Press a button although the answer may never come; returns the sandbox's status."""
        answer = await self._client.post(
            f"{self.world['sandbox_url']}/sandbox/people/{person}/click",
            json={"message_id": message["id"], "custom_id": custom_id},
        )
        return answer.status_code

    async def react(self, person: str, message: dict[str, Any], emoji: str, *, on: bool = True) -> None:
        """Set an emoji or take it away."""
        await self.act(
            person, "react", channel_id=message["channel_id"], message_id=message["id"], emoji=emoji, on=on
        )

    async def fault(self, *rules: dict[str, Any]) -> None:
        """Let Discord misbehave; without rules it behaves again."""
        answer = await self._client.put(f"{self.world['sandbox_url']}/sandbox/faults", json=list(rules))
        assert answer.status_code == 200, answer.text

    async def hits(self) -> int:
        """How often the faults struck."""
        answer = await self._client.get(f"{self.world['sandbox_url']}/sandbox/faults")
        return sum(rule["hits"] for rule in _rules(answer.json()))

    async def limits(self, *, enabled: bool) -> None:
        """Switch Discord's rate limits on or off."""
        answer = await self._client.put(
            f"{self.world['sandbox_url']}/sandbox/limits", json={"enabled": enabled}
        )
        assert answer.status_code == 200, answer.text

    async def outage(self, *, on: bool) -> None:
        """Discord is gone, or back."""
        answer = await self._client.put(f"{self.world['sandbox_url']}/sandbox/outage", json={"on": on})
        assert answer.status_code == 200, answer.text

    async def calls(self, method: str, ending: str) -> list[dict[str, Any]]:
        """The bot's REST requests of a kind."""
        answer = await self._client.get(f"{self.world['sandbox_url']}/sandbox/requests")
        requests = [json.loads(line) for line in answer.text.splitlines()]
        return [each for each in requests if each["method"] == method and each["path"].endswith(ending)]

    def add_source(self, name: str, provider: str, *more: str) -> dict[str, str]:
        """A new source as `tocsin source add --json` prints it; the bot may be running."""
        said = self._folder / f"source-{name}.out"
        words = ("source", "add", name, "--provider", provider, "--json", *more)
        environ = _kept() | self._environ()
        made = Started("bot", words, environ=environ, log=said, folder=self._folder)
        assert made.wait(timeout=PATIENCE) == 0, said.read_text(encoding="utf-8")
        issued: dict[str, str] = json.loads(said.read_bytes())
        return issued

    def _environ(self) -> dict[str, str]:
        return {
            "TOCSIN_DISCORD_URL": self.world["sandbox_url"],
            "TOCSIN_DISCORD_TOKEN": self.world["bot_token"],
            "TOCSIN_DEFAULT_CHANNEL": self.world["channels"]["alerts"],
            "TOCSIN_DATABASE_URL": self._database_url,
            "TOCSIN_DATA": str(self._folder / "data"),
            "TOCSIN_PORT": "0",
            **self._settings,
        }


def _rules(answer: Any) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = answer["rules"] if isinstance(answer, dict) else answer
    return rules


def line_of(message: dict[str, Any]) -> str:
    """What a phone shows of it, without whom it mentions."""
    return re.sub(r"^(?:(?:<@&?\d+>|@here|@everyone) )+", "", str(message["content"]))
