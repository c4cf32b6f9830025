"""Connection: where bytes become requests, and what is said to bytes that do not."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import web

from bot.ingress.crowd import Crowd
from bot.ingress.peer import site
from bot.ingress.problem import ProblemType, Refusal

IDLE_SECONDS: Final = 75.0
"""A connection that says nothing for so long, or does not finish its headers, is closed."""
LINGER_SECONDS: Final = 2.0
"""How long an unread body is read and thrown away, so that its sender gets to see the refusal."""


class Connection(web.RequestHandler):
    """aiohttp's own, but for its words about broken HTTP: those are neither logged nor quoted.

    They hold the bytes that could not be read, and a token may stand among them.
    """

    __slots__ = ("_crowd",)

    def __init__(self, server: web.Server, crowd: Crowd, **more: Any) -> None:
        super().__init__(server, **more)
        self._crowd = crowd

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Find a place among the others."""
        super().connection_made(transport)
        name = transport.get_extra_info("peername")
        self._crowd.come(self, site(str(name[0])) if name else "")

    def connection_lost(self, exc: BaseException | None) -> None:
        """Leave the place to others."""
        self._crowd.go(self)
        super().connection_lost(exc)

    def hang_up(self) -> None:
        """Others need the place."""
        if self.transport is not None:
            self.transport.abort()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 -- the signature is the library's
    ) -> web.StreamResponse:
        """Answer a message that is no HTTP; the connection ends with it."""
        if request.writer.output_size > 0:
            raise ConnectionError("an answer is already under way")
        reason = ProblemType.UNREADABLE if status < ProblemType.BROKEN.status else ProblemType.BROKEN
        kind = "" if exc is None else f" ({type(exc).__name__})"
        answer = Refusal(reason, f"The request is not HTTP as it should be{kind}.").answer()
        answer.force_close()
        return answer


class ConnectionListener(web.Server):
    """Makes a `Connection` of each socket."""

    def __init__(
        self, answer: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], crowd: Crowd
    ) -> None:
        super().__init__(answer)
        self._crowd = crowd

    def __call__(self) -> web.RequestHandler:
        """Leave the body as it was sent: a library that inflates on its own knows no bounds of ours."""
        return Connection(
            self,
            self._crowd,
            loop=self._loop,
            access_log=None,  # None is how the library turns it off
            auto_decompress=False,
            keepalive_timeout=IDLE_SECONDS,
            lingering_time=LINGER_SECONDS,
        )
