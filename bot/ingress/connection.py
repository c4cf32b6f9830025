"""Connection: where bytes become requests, and what is said to bytes that do not."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import web
from aiohttp.http import RawRequestMessage

from bot.ingress.crowd import Crowd
from bot.ingress.direct import Direct
from bot.ingress.head import is_whole
from bot.ingress.peer import site
from bot.ingress.problem import ProblemType, Refusal

IDLE_SECONDS: Final = 75.0
"""A connection that says nothing for so long, or does not finish its headers, is closed."""
GRACE_SECONDS: Final = 0.01
"""How long the rest of a small body may take that came in pieces, before a task waits for it."""
LINGER_SECONDS: Final = 2.0
"""How long an unread body is read and thrown away, so that its sender gets to see the refusal."""


class Connection(web.RequestHandler):
    """aiohttp's own, but for its words about broken HTTP: those are neither logged nor quoted.

    They hold the bytes that could not be read, and a token may stand among them.

    A request that `Direct` takes is answered without the library's task. Meanwhile ``_waiter``, by which that
    task is woken, waits on, and what comes next waits in ``_messages``. When the last piece of data was one
    request, nothing of another is in the library's parser (``_is_between``): then one whose head is known
    goes around it, and is in ``_unread`` until it is answered.
    """

    __slots__ = ("_crowd", "_direct", "_failure", "_grace", "_is_between", "_unread", "remote")

    def __init__(self, server: web.Server, crowd: Crowd, direct: Direct, **more: Any) -> None:
        super().__init__(server, **more)
        self._crowd = crowd
        self._direct = direct
        self._failure: BaseException | None = None
        self._grace: asyncio.TimerHandle | None = None
        self._is_between = True
        self._unread: bytes | None = None
        self.remote = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Find a place among the others."""
        super().connection_made(transport)
        name = transport.get_extra_info("peername")
        self.remote = str(name[0]) if name else ""
        self._crowd.come(self, site(self.remote) if name else "")

    def connection_lost(self, exc: BaseException | None) -> None:
        """Leave the place to others."""
        self._crowd.go(self)
        if self._grace is not None:
            self._grace.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what can be taken directly, and wake the task for all else."""
        is_idle = self._is_idle()
        if is_idle and self._is_between and self._direct.take_again(self, data):
            self._request_in_progress = True
            self._unread = data
            return
        self._read_late()
        before = len(self._messages)
        self._feed(data)
        self._is_between = len(self._messages) == before + 1 and is_whole(data, *self._messages[-1])
        message = self._messages[0][0] if is_idle and self._is_between else None
        self._go_on()
        if self._request_in_progress and isinstance(message, RawRequestMessage):
            self._direct.remember(message, data)

    def _is_idle(self) -> bool:
        """Whether nothing is under way or waits, and the next request can begin."""
        busy = self._request_in_progress or self._messages or self._close or self._force_close
        return not busy and self._grace is None and self._waiter is not None and not self._waiter.done()

    def _feed(self, data: bytes) -> None:
        """Have the library read, without waking its task."""
        waiter, self._waiter = self._waiter, None
        super().data_received(data)
        self._waiter = waiter

    def _read_late(self) -> None:
        """Have the library read what went around it, for it has to answer that, or what came behind it."""
        data, self._unread = self._unread, None
        if data is not None:
            self._feed(data)

    def _go_on(self) -> None:
        """Begin with the next request, unless one is under way: the library, too, feeds us what it kept."""
        if self._request_in_progress or not self._messages or self._waiter is None or self._waiter.done():
            return
        message, payload = self._messages[0]
        if isinstance(message, RawRequestMessage) and self._direct.is_coming(message, payload):
            if self._grace is None:
                self._grace = self._loop.call_later(GRACE_SECONDS, self._wake)
            return
        if self._grace is not None:
            self._grace.cancel()
            self._grace = None
        if isinstance(message, RawRequestMessage) and self._direct.take(self, message, payload):
            self._request_in_progress = True
        else:
            self._waiter.set_result(None)

    def _wake(self) -> None:
        """Leave the rest of a body that did not come at once to the task, which has more patience."""
        self._grace = None
        if self._messages and self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def answered(self, answer: bytes) -> None:
        """Send the answer to what was taken directly."""
        self._end()
        unread, self._unread = self._unread, None
        if self.transport is None or self._parser is None:
            return
        if unread is None:
            self._messages.popleft()
            self._parser.message_consumed()
        self.transport.write(answer)
        if self._close or self._force_close:
            self.transport.close()
            return
        self._next_keepalive_close_time = self._loop.time() + IDLE_SECONDS
        if self._buffer_paused and len(self._messages) <= self._msg_queue_resume_size:
            self._resume_reading_if_drained()
        self._go_on()

    def failed(self, error: BaseException) -> None:
        """Have the library answer, at the boundary of the server, what was taken directly and failed."""
        self._read_late()
        self._end()
        if self._waiter is not None and not self._waiter.done():
            self._failure = error
            self._waiter.set_result(None)

    def raise_failure(self) -> None:
        """Raise what went wrong with the request that is about to be answered, if it was taken directly."""
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def _end(self) -> None:
        self._request_in_progress = False
        if self._handler_waiter is not None and not self._handler_waiter.done():
            self._handler_waiter.set_result(None)

    def _process_keepalive(self) -> None:
        """Look whether nothing was said for too long: what is being answered is no silence."""
        if self._request_in_progress:
            self._next_keepalive_close_time = self._loop.time() + IDLE_SECONDS
        super()._process_keepalive()

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


def raise_failure(request: web.BaseRequest) -> None:
    """Raise what went wrong with ``request`` already, see `Connection.failed`."""
    connection = request.protocol
    if isinstance(connection, Connection):
        connection.raise_failure()


class ConnectionListener(web.Server):
    """Makes a `Connection` of each socket."""

    def __init__(
        self, answer: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], crowd: Crowd, direct: Direct
    ) -> None:
        super().__init__(answer)
        self._crowd = crowd
        self._direct = direct

    def __call__(self) -> web.RequestHandler:
        """Leave the body as it was sent: a library that inflates on its own knows no bounds of ours."""
        return Connection(
            self,
            self._crowd,
            self._direct,
            loop=self._loop,
            access_log=None,  # None is how the library turns it off
            auto_decompress=False,
            keepalive_timeout=IDLE_SECONDS,
            lingering_time=LINGER_SECONDS,
        )
