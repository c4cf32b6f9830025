"""The gateway: connections, heartbeats, identify and resume, and everything that can go wrong with a line."""

import asyncio
from collections import deque
from enum import IntEnum
from typing import Any

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web

from bot.sandbox.fault.fault import Effect, Faults, Rule
from bot.sandbox.line.session import Session, Spawn, guild_payload, members_payload, ready_payload
from bot.sandbox.model.event import KNOWN_INTENTS, PRIVILEGED
from bot.sandbox.model.world import World

MAX_PAYLOAD = 4096
SENDS, SEND_WINDOW = 120, 60.0
MISSED_BEATS = 2.5
ACK_DELAY = 0.02
"""Seconds: to an answer that overtakes its stopwatch discord.py adds an interval (P:gateway.py:199)."""


class Op(IntEnum):
    """Gateway opcodes."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    VOICE_STATE = 4
    RESUME = 6
    RECONNECT = 7
    REQUEST_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


class Close(IntEnum):
    """Gateway close codes."""

    UNKNOWN_OPCODE = 4001
    DECODE_ERROR = 4002
    NOT_AUTHENTICATED = 4003
    AUTHENTICATION_FAILED = 4004
    ALREADY_AUTHENTICATED = 4005
    INVALID_SEQUENCE = 4007
    RATE_LIMITED = 4008
    SESSION_TIMED_OUT = 4009
    INVALID_SHARD = 4010
    INVALID_INTENTS = 4013
    DISALLOWED_INTENTS = 4014


class GatewayError(Exception):
    """The line is closed with a code."""

    def __init__(self, code: Close) -> None:
        self.code = code
        super().__init__(code.name)


class Gateway:
    """All sessions and open connections of the bot."""

    def __init__(self, world: World, faults: Faults, spawn: Spawn) -> None:
        self.world = world
        self.faults = faults
        self.spawn = spawn
        self.sessions: dict[str, Session] = {}
        self.connections: set[Connection] = set()
        self._identified_at: float | None = None

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """Serve one websocket until it closes."""
        if self.faults.is_out:
            if request.transport is not None and self.faults.outage_status is None:
                request.transport.abort()
            return web.Response(status=self.faults.outage_status or 503)
        socket = web.WebSocketResponse(autoping=True, max_msg_size=1 << 20, compress=False)
        await socket.prepare(request)
        connection = Connection(self, socket)
        self.connections.add(connection)
        try:
            await connection.serve()
        finally:
            self.connections.discard(connection)
        return socket

    def open_session(self, intents: int) -> Session:
        """A new session that hears everything from now on."""
        session = Session(self.world, self.faults, self.spawn, intents)
        self.sessions[session.id] = session
        self.world.hub.listen(session)
        return session

    def end_session(self, session: Session) -> None:
        """Forget a session: it cannot be resumed."""
        self.sessions.pop(session.id, None)
        self.world.hub.leave(session)

    def sweep(self) -> None:
        """End the sessions whose line was lost too long ago."""
        horizon = self.world.clock.monotonic() - self.world.settings.session_life
        for session in list(self.sessions.values()):
            if session.lost_at is not None and session.lost_at < horizon:
                self.end_session(session)

    def may_identify(self) -> bool:
        """Whether enough time has passed since the last IDENTIFY."""
        now, last = self.world.clock.monotonic(), self._identified_at
        if last is not None and now - last < self.world.settings.identify_interval:
            return False
        self._identified_at = now
        return True

    def suffer(self, rule: Rule) -> int:
        """Put every connection through a fault; how many there were."""
        for connection in list(self.connections):
            connection.suffer(rule)
        return len(self.connections)

    async def cut(self) -> None:
        """Close every connection as a failing Discord does; sessions may be resumed."""
        await self.close(WSCloseCode.SERVICE_RESTART)

    async def close(self, code: int) -> None:
        """Close every connection."""
        for connection in list(self.connections):
            await connection.close(code)


class Connection:
    """One websocket: a queue of frames out, opcodes in."""

    def __init__(self, gateway: Gateway, socket: web.WebSocketResponse) -> None:
        self._gateway = gateway
        self._world = gateway.world
        self._socket = socket
        self._session: Session | None = None
        self._frames: asyncio.Queue[bytes | int] = asyncio.Queue()
        self._received: deque[float] = deque(maxlen=SENDS + 1)
        self._beat_at = self._world.clock.monotonic()
        self._is_zombie = False
        self._closed_here = False

    def send(self, frame: bytes) -> None:
        """Queue a frame; a zombie swallows it."""
        if not self._is_zombie:
            self._frames.put_nowait(frame)

    def suffer(self, rule: Rule) -> None:
        """Undergo a connection fault."""
        if rule.effect is Effect.RECONNECT:
            self._send_op(Op.RECONNECT, None)
        elif rule.effect is Effect.INVALID_SESSION:
            self._send_op(Op.INVALID_SESSION, rule.resumable)
            if self._session is not None and not rule.resumable:
                self._gateway.end_session(self._session)
                self._session.line, self._session = None, None
        elif rule.effect is Effect.ZOMBIE:
            self._is_zombie = True
        elif rule.effect is Effect.CLOSE:
            self._frames.put_nowait(rule.code)

    async def close(self, code: int) -> None:
        """Close the websocket from this side: the session can be resumed."""
        self._closed_here = True
        await self._socket.close(code=code)

    def _send_op(self, op: Op, data: object) -> None:
        self.send(msgspec.json.encode({"op": int(op), "d": data, "s": None, "t": None}))

    async def serve(self) -> None:
        """Speak until the line breaks, then leave the session to be resumed or not."""
        writer = asyncio.ensure_future(self._write())
        watch = asyncio.ensure_future(self._watch())
        self._send_op(Op.HELLO, {"heartbeat_interval": self._world.settings.heartbeat_ms, "_trace": []})
        try:
            async for frame in self._socket:
                if frame.type is not WSMsgType.TEXT and frame.type is not WSMsgType.BINARY:
                    continue
                if not self._is_zombie:
                    self._take(frame.data)
        except GatewayError as error:
            await self.close(error.code)
        finally:
            writer.cancel()
            watch.cancel()
            self._detach()

    def _detach(self) -> None:
        session = self._session
        if session is None or session.line is not self:
            return
        session.line, session.lost_at = None, self._world.clock.monotonic()
        said_goodbye = self._socket.close_code in (WSCloseCode.OK, WSCloseCode.GOING_AWAY)
        if said_goodbye and not self._closed_here:
            self._gateway.end_session(session)

    async def _write(self) -> None:
        while True:
            frame = await self._frames.get()
            if isinstance(frame, int):
                await self.close(frame)
                return
            try:
                await self._socket.send_str(frame.decode())
            except ConnectionError:
                return

    async def _watch(self) -> None:
        """Close a line that has stopped beating; the session stays."""
        patience = self._world.settings.heartbeat_ms / 1000 * MISSED_BEATS
        while self._world.clock.monotonic() - self._beat_at < patience:
            await self._world.clock.sleep(patience / 4)
        if not self._is_zombie:
            await self.close(Close.SESSION_TIMED_OUT)

    def _take(self, data: str | bytes) -> None:
        now = self._world.clock.monotonic()
        self._received.append(now)
        if len(self._received) > SENDS and now - self._received[0] < SEND_WINDOW:
            raise GatewayError(Close.RATE_LIMITED)
        op, body = _decode(data)
        if op is Op.HEARTBEAT:
            self._beat_at = now
            asyncio.get_running_loop().call_later(ACK_DELAY, self._send_op, Op.HEARTBEAT_ACK, None)
        elif op is Op.IDENTIFY:
            self._identify(body)
        elif op is Op.RESUME:
            self._resume(body)
        elif self._session is None:
            raise GatewayError(Close.NOT_AUTHENTICATED)
        elif op is Op.REQUEST_MEMBERS:
            self._session.dispatch("GUILD_MEMBERS_CHUNK", members_payload(self._world, body))

    def _demand_token(self, body: Any) -> None:
        if self._session is not None:
            raise GatewayError(Close.ALREADY_AUTHENTICATED)
        if not isinstance(body, dict):
            raise GatewayError(Close.DECODE_ERROR)
        token = str(body.get("token", "")).removeprefix("Bot ")
        if token != self._world.bot_token:
            raise GatewayError(Close.AUTHENTICATION_FAILED)

    def _identify(self, body: Any) -> None:
        self._demand_token(body)
        intents = body.get("intents")
        if not isinstance(intents, int) or intents & ~KNOWN_INTENTS:
            raise GatewayError(Close.INVALID_INTENTS)
        if intents & PRIVILEGED & ~self._world.settings.privileged_intents:
            raise GatewayError(Close.DISALLOWED_INTENTS)
        shard = body.get("shard")
        if shard is not None and shard != [0, 1]:
            raise GatewayError(Close.INVALID_SHARD)
        if not self._gateway.may_identify():
            self._send_op(Op.INVALID_SESSION, False)
            return
        session = self._gateway.open_session(intents)
        self._session, session.line = session, self
        session.dispatch("READY", ready_payload(self._world, session, shard))
        session.dispatch("GUILD_CREATE", guild_payload(self._world, intents))

    def _resume(self, body: Any) -> None:
        self._demand_token(body)
        session = self._gateway.sessions.get(str(body.get("session_id")))
        sequence = body.get("seq")
        if session is not None and isinstance(sequence, int) and sequence > session.sequence:
            raise GatewayError(Close.INVALID_SEQUENCE)
        if session is None or not isinstance(sequence, int):
            self._send_op(Op.INVALID_SESSION, False)
            return
        self._session, session.line, session.lost_at = session, self, None
        if not session.replay(sequence):
            session.line, self._session = None, None
            self._gateway.end_session(session)
            self._send_op(Op.INVALID_SESSION, False)


def _decode(data: str | bytes) -> tuple[Op, Any]:
    if len(data) > MAX_PAYLOAD:
        raise GatewayError(Close.DECODE_ERROR)
    try:
        payload = msgspec.json.decode(data)
        return Op(payload["op"]), payload.get("d")
    except (msgspec.DecodeError, TypeError, KeyError, AttributeError) as error:
        raise GatewayError(Close.DECODE_ERROR) from error
    except ValueError as error:
        raise GatewayError(Close.UNKNOWN_OPCODE) from error
