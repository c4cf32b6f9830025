"""The sandbox as one object: start it, read its address, act as its people, stop it."""

import asyncio
import mimetypes
from collections.abc import Coroutine
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.clock import Clock, SystemClock
from bot.sandbox.act import thread
from bot.sandbox.control.actor import Actor
from bot.sandbox.control.fault_api import Mischief
from bot.sandbox.control.form import boundary
from bot.sandbox.control.origin import NAME, only_ours
from bot.sandbox.control.place import messages
from bot.sandbox.control.world_api import Stage
from bot.sandbox.fault.fault import Faults
from bot.sandbox.line.gateway import Gateway
from bot.sandbox.model.channel import Thread
from bot.sandbox.model.error import ControlError
from bot.sandbox.model.settings import SandboxSettings
from bot.sandbox.model.world import World
from bot.sandbox.rest.body import MAX_REQUEST
from bot.sandbox.rest.door import Door

PAGE = Path(__file__).parent / "page"
SHUTDOWN_SECONDS = 0.2
GOING_AWAY = 1001
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
NO_SNIFFING = {"X-Content-Type-Options": "nosniff"}


class Sandbox:
    """A small Discord on one port: ``/api``, ``/gateway``, ``/cdn``, ``/sandbox`` and the page at ``/``."""

    def __init__(self, clock: Clock | None = None, settings: SandboxSettings | None = None) -> None:
        self.settings = settings or SandboxSettings()
        self.world = World(clock or SystemClock(), self.settings)
        self.faults = Faults()
        self.door = Door(self.world, self.faults)
        self.gateway = Gateway(self.world, self.faults, self._spawn)
        self.mischief = Mischief(self.world, self.door, self.gateway, self.faults)
        self._tasks: set[asyncio.Task[None]] = set()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """``http://host:port``, empty before the start."""
        return self.world.base_url

    @property
    def bot_token(self) -> str:
        """The one token that is let in."""
        return self.world.bot_token

    @property
    def guild_id(self) -> int:
        """The guild."""
        return self.world.guild.id

    @property
    def channels(self) -> dict[str, int]:
        """Channel ids by name, threads not among them."""
        found = self.world.channels.values()
        return {channel.name: channel.id for channel in found if not isinstance(channel, Thread)}

    def describe(self) -> dict[str, Any]:
        """What a program needs to join in: ``{sandbox_url, bot_token, guild_id, channels}``, ids as texts."""
        return {
            "sandbox_url": self.url,
            "bot_token": self.bot_token,
            "guild_id": str(self.guild_id),
            "channels": {name: str(channel_id) for name, channel_id in self.channels.items()},
        }

    def person(self, name: str) -> Actor:
        """A person to act as: ``operator``, ``responder`` or ``visitor``.

        Raises:
            ControlError: 404.
        """
        return Actor(self.world, name)

    def messages(
        self, channel_id: int, *, person: str | None = None, limit: int = 1000
    ) -> list[dict[str, Any]]:
        """A channel's messages as a person sees them, newest last.

        Raises:
            ApiError: 10003.
            ControlError: 404 for an unknown person.
        """
        viewer = None if person is None else self.person(person).member
        return messages(self.world, self.world.channel(channel_id), viewer, limit=limit)

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen, and return the address; port 0 is any free one."""
        app = web.Application(middlewares=[boundary, only_ours], client_max_size=2 * MAX_REQUEST)
        app[NAME] = host
        app.add_routes([*Stage(self.world).routes(), *self.mischief.routes()])
        app.router.add_route("*", "/api/{path:.*}", self.door.enter)
        app.router.add_get("/gateway", self.gateway.enter)
        app.router.add_get("/gateway/", self.gateway.enter)
        app.router.add_get("/cdn/attachments/{channel}/{attachment}/{name}", self._send_file)
        app.router.add_get("/", self._send_page)
        app.router.add_static("/static", PAGE)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        bound = self._runner.addresses[0][1]
        self.world.base_url = f"http://{host}:{bound}"
        self._spawn(self._sweep())
        return self.url

    async def stop(self) -> None:
        """Close every line and stop listening."""
        self.door.is_closing = True
        await self.gateway.close(GOING_AWAY)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _sweep(self) -> None:
        """Archive idle threads and end lost sessions, for ever."""
        while True:
            await self.world.clock.sleep(self.settings.sweep_interval)
            thread.archive_idle(self.world)
            self.gateway.sweep()

    async def _send_page(self, _: web.Request) -> web.StreamResponse:
        return web.FileResponse(PAGE / "index.html", headers={"Cache-Control": "no-cache"})

    async def _send_file(self, request: web.Request) -> web.Response:
        text = request.match_info["attachment"]
        file = self.world.files.find(int(text)) if text.isdecimal() else None
        if file is None:
            raise ControlError("There is no such file", status=HTTPStatus.NOT_FOUND)
        kind = mimetypes.guess_type(file.filename)[0]
        if kind in PICTURES:
            return web.Response(body=file.data, content_type=kind, headers=NO_SNIFFING)
        headers = NO_SNIFFING | {"Content-Disposition": "attachment"}
        return web.Response(body=file.data, content_type="application/octet-stream", headers=headers)
