"""What an open page hears: a websocket of events, each as its person sees it."""

import asyncio

import msgspec
from aiohttp import WSMsgType, web

from bot.sandbox.control.view import event_view, world_view
from bot.sandbox.model.event import Event
from bot.sandbox.model.guild import Member
from bot.sandbox.model.world import World

MAX_WAITING = 10_000


class Stream:
    """One page's ear; a page that does not read is hung up on."""

    def __init__(self, world: World, viewer: Member) -> None:
        self._world = world
        self._viewer = viewer
        self._frames: asyncio.Queue[bytes | None] = asyncio.Queue(MAX_WAITING)

    def hear(self, event: Event) -> None:
        """Queue an event, if the person may see it."""
        if not event.to_pages or event.private_to not in (None, self._viewer.user.id):
            return
        if event.channel is not None and not self._world.may_view(self._viewer, event.channel):
            return
        self._put({"t": event.name, "d": event_view(self._world, event, self._viewer)})

    def _put(self, frame: dict[str, object]) -> None:
        if self._frames.full():
            self._frames = asyncio.Queue()
            self._frames.put_nowait(None)
            self._world.hub.leave(self)
            return
        self._frames.put_nowait(msgspec.json.encode(frame))

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Send the world, then every event, until the page goes."""
        socket = web.WebSocketResponse(heartbeat=30, max_msg_size=1 << 16)
        await socket.prepare(request)
        self._world.hub.listen(self)
        self._put({"t": "READY", "d": world_view(self._world)})
        writer = asyncio.ensure_future(self._write(socket))
        try:
            async for frame in socket:
                if frame.type is WSMsgType.ERROR:
                    break
        finally:
            self._world.hub.leave(self)
            writer.cancel()
        return socket

    async def _write(self, socket: web.WebSocketResponse) -> None:
        while True:
            frame = await self._frames.get()
            if frame is None:
                await socket.close()
                return
            try:
                await socket.send_str(frame.decode())
            except ConnectionError:
                return
