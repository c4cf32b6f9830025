"""House: sandbox and bot as processes of their own, at addresses that outlive any kill."""

import asyncio
import signal
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from random import Random
from typing import Any, Final, Self

import aiohttp
import msgspec

from bot.domain import actor as actors
from bot.domain.alert.group import CardShape
from bot.usecases.admin import source as sources
from bot.usecases.admin.startup import open_desk
from storage.engine import Storage
from tests.chaos.process import CLOCK, PATIENCE, Process, free_port

CHANNEL: Final = "alerts"
CHAOS: Final = "chaos"
FLOCK: Final = "flock"
"""The sources: a card for each alert, a card for each cause."""
# Nothing ends by itself, and a refire is sometimes the same episode and sometimes the next.
SETTINGS: Final = {
    "TOCSIN_ALERTS_TTL": "2d",
    "TOCSIN_ALERTS_LEASE": "12h",
    "TOCSIN_ALERTS_REOPEN_WINDOW": "4s",
    "TOCSIN_ALERTS_GROUP_WINDOW": "10s",
    "TOCSIN_PING_CRITICAL": "on-call",
    "TOCSIN_INCIDENTS_DEDUPE_WINDOW": "5s",
}
_PAGE: Final = 1_000


class Said(StrEnum):
    """What came of a request to the bot, as far as its sender can know."""

    PROMISED = "promised"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    UNANSWERED = "unanswered"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """``body`` is the answer's JSON; ``retry_after`` is in seconds, None when it was not said."""

    said: Said
    status: int = 0
    body: Any = None
    retry_after: float | None = None


class House:
    """One bot, one small Discord, its sources; ``life`` counts the bot's processes."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.database_url = database_url
        self.life = 0
        self.port = free_port(Random())  # noqa: S311 -- any free one
        self.world: dict[str, Any] = {}
        self.people: dict[str, str] = {}
        self.bot: Process | None = None
        self._discord: Process | None = None
        self._session: aiohttp.ClientSession | None = None
        self._tokens: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        try:
            await self._open()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
        for process in (self.bot, self._discord):
            if process is not None:
                process.kill()

    async def _open(self) -> None:
        """Start Discord, without limits, and make a source; the bot is started apart."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE))
        self._discord = Process(self.folder, "discord", "tests.chaos.small_discord")
        self.world = await self._discord.ready()
        await self.control("PUT", "limits", {"enabled": False})
        found = await self.control("GET", "world")
        self.people = {each["name"]: each["id"] for each in found["people"]}
        await self.add_source(CHAOS)

    async def add_source(self, name: str, card: CardShape = CardShape.ALERT) -> None:
        """One more sender, which `post` then knows by its name."""
        storage = Storage.open(self.database_url)
        try:
            desk = await open_desk(storage, CLOCK)
            issued = await sources.add(desk, name, "generic", actor=actors.job("chaos"), card=card)
        finally:
            await storage.close()
        self._tokens[name] = issued.token

    @property
    def delivers(self) -> bool:
        """Whether the bot has come up."""
        return self.bot is not None and self.bot.is_ready

    def start(self, *, silent: bool = False) -> Process:
        """A new bot process; it is not ready yet."""
        self.life += 1
        self.bot = Process(self.folder, "bot", "bot", "run", settings=self.environ, silent=silent)
        return self.bot

    async def start_ready(self, *, silent: bool = False) -> Process:
        """A new bot process that delivers."""
        process = self.start(silent=silent)
        await process.ready()
        return process

    def kill(self) -> None:
        """SIGKILL for the bot; it must not have ended before."""
        assert self.bot is not None
        assert self.bot.alive, f"the bot ended by itself with {self.bot.code}; its log: {self.bot.log}"
        self.bot.kill()

    async def stop(self) -> int:
        """SIGTERM for the bot; its exit code."""
        assert self.bot is not None
        return await asyncio.to_thread(self.bot.stop)

    async def post(self, alerts: list[dict[str, Any]], source: str = CHAOS) -> Answer:
        """Send generic alerts once."""
        headers = {"Authorization": f"Bearer {self._tokens[source]}"}
        try:
            async with self.session.post(
                f"http://127.0.0.1:{self.port}/v1/hooks/generic", json=alerts, headers=headers
            ) as response:
                raw = await response.read()
        except aiohttp.ClientConnectorError:
            return Answer(said=Said.UNREACHABLE)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return Answer(said=Said.UNANSWERED)
        said = Said.PROMISED if response.status < HTTPStatus.MULTIPLE_CHOICES else Said.REFUSED
        wait = response.headers.get("Retry-After")
        return Answer(
            said=said,
            status=response.status,
            body=msgspec.json.decode(raw),
            retry_after=None if wait is None else float(wait),
        )

    async def readiness(self) -> tuple[int, dict[str, bool]]:
        """The status of ``/readyz`` and what each probe found."""
        async with self.session.get(f"http://127.0.0.1:{self.port}/readyz") as response:
            report = await response.json()
        return response.status, {each["name"]: each["ok"] for each in report["probes"]}

    async def control(self, method: str, path: str, wish: Any = None) -> Any:
        """The sandbox's control API; the call must succeed."""
        async with self.session.request(method, self.sandbox_url(path), json=wish) as response:
            raw = await response.read()
            assert response.ok, raw.decode()
        return msgspec.json.decode(raw) if raw else None

    async def act(self, person: str, verb: str, **wish: Any) -> tuple[int, dict[str, Any]]:
        """Let a person do something; the status and what the person got to see."""
        async with self.session.post(self.sandbox_url(f"people/{person}/{verb}"), json=wish) as response:
            found: dict[str, Any] = await response.json()
        return response.status, found

    async def messages(self, channel: str = "") -> list[dict[str, Any]]:
        """All that stands in a channel, usually the one of the alerts, for everybody; oldest first."""
        channel, found = channel or self.world["channels"][CHANNEL], list[dict[str, Any]]()
        before = ""
        while True:
            page = await self.control("GET", f"channels/{channel}/messages?limit={_PAGE}{before}")
            found = [*page, *found]
            if len(page) < _PAGE:
                return [each for each in found if not each["sandbox"]["ephemeral_for"]]
            before = f"&before={page[0]['id']}"

    async def read(self, url: str) -> str:
        """The text of an attachment."""
        async with self.session.get(url) as response:
            return await response.text()

    async def threads(self) -> dict[int, list[dict[str, Any]]]:
        """What stands in each of the channel's threads, by id."""
        found = (await self.control("GET", "world"))["threads"]
        ids = [each["id"] for each in found if each["parent_id"] == self.world["channels"][CHANNEL]]
        return {int(each): await self.messages(each) for each in ids}

    async def requests(self) -> list[dict[str, Any]]:
        """What the bot asked of Discord, oldest first."""
        async with self.session.get(self.sandbox_url("requests")) as response:
            return [msgspec.json.decode(line) for line in (await response.read()).splitlines()]

    def sandbox_url(self, path: str) -> str:
        """An address of the control API."""
        return f"{self.world['sandbox_url']}/sandbox/{path}"

    def forget_nonces(self) -> None:
        """Minutes pass in Discord."""
        assert self._discord is not None
        self._discord.tell(signal.SIGUSR1)

    def end_sessions(self) -> None:
        """Whoever listens has to begin anew."""
        assert self._discord is not None
        self._discord.tell(signal.SIGUSR2)

    @property
    def session(self) -> aiohttp.ClientSession:
        """For all HTTP."""
        assert self._session is not None
        return self._session

    @property
    def environ(self) -> dict[str, str]:
        """The settings of the bot and of its verbs."""
        return {
            "TOCSIN_DISCORD_URL": self.world["sandbox_url"],
            "TOCSIN_DISCORD_TOKEN": self.world["bot_token"],
            "TOCSIN_DEFAULT_CHANNEL": self.world["channels"][CHANNEL],
            "TOCSIN_DATABASE_URL": self.database_url,
            "TOCSIN_DATA": str(self.folder / "data"),
            "TOCSIN_PORT": str(self.port),
            **SETTINGS,
        }
