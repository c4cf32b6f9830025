"""An agent on loopback that answers as it is told, and keeps what it was asked."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # of the specification's examples


@dataclass
class Asked:
    """One request as it came in."""

    headers: dict[str, str]
    body: bytes
    path: str


@dataclass
class Agent:
    """``answer`` may be changed at any time."""

    port: int
    answer: Answer
    asked: list[Asked] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/ask"


def say(text: str = "", *, status: int = 200, kind: str = "text/markdown", **headers: str) -> Answer:
    """Answer that, whatever is asked."""

    async def answer(_: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(text=text, status=status, content_type=kind, headers=named)

    return answer


@asynccontextmanager
async def running_agent(answer: Answer | None = None) -> AsyncIterator[Agent]:
    """It listens from here on."""
    agent = Agent(0, answer or say())

    async def take(request: web.Request) -> web.StreamResponse:
        named = {name.lower(): value for name, value in request.headers.items()}
        agent.asked.append(Asked(named, await request.read(), request.path))
        return await agent.answer(request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    agent.port = runner.addresses[0][1]
    try:
        yield agent
    finally:
        await runner.cleanup()
