"""The one way into the REST side: outage, token, faults, limits, action, answer, log.

A call's events leave after its answer, before it or by lot, as the settings say. An action never waits, so
what it changes is whole before anything else happens.
"""

import random
from email.utils import format_datetime

import msgspec
from aiohttp import web

from bot.sandbox.act import post
from bot.sandbox.fault.bucket import Buckets, Stop, Ticket
from bot.sandbox.fault.fault import LOST_ANSWERS, Effect, Faults, Rule
from bot.sandbox.fault.request_log import RequestEntry, RequestLog
from bot.sandbox.model.error import ApiError, Refusal
from bot.sandbox.model.event import Event
from bot.sandbox.model.world import World
from bot.sandbox.rest import account, channel, command, interaction, message, pin, reaction, thread, webhook
from bot.sandbox.rest.body import read_body
from bot.sandbox.rest.route import Call, Reply, RouteTable

TABLE = RouteTable(
    (
        *pin.ROUTES,
        *message.ROUTES,
        *reaction.ROUTES,
        *thread.ROUTES,
        *channel.ROUTES,
        *account.ROUTES,
        *command.ROUTES,
        *interaction.ROUTES,
        *webhook.ROUTES,
    )
)
INVALID = (401, 403)
CLOUDFLARE = b"error code: 1015"
HANG_STEP = 0.05
SILENCE = 0


class Door:
    """Takes every call under ``/api``."""

    def __init__(self, world: World, faults: Faults) -> None:
        self._world = world
        self._faults = faults
        self.buckets = Buckets(world.settings.limits, world.clock)
        self.log = RequestLog(world.settings.kept_requests, world.settings.kept_request_bytes)
        self.is_closing = False
        self._dice = random.Random(world.settings.event_order_seed)  # noqa: S311 -- seeded on purpose

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """Answer one request; ``{path}`` is what follows ``/api/vN``."""
        arrived = self._world.now().timestamp()
        path = request.raw_path.partition("?")[0]
        path = "/" + path.split("/", 3 if path.startswith("/api/v") else 2)[-1]
        body: object = None
        if self._faults.is_out:
            self._note(arrived, request, path, body, Reply(self._faults.outage_status or SILENCE))
            return await self._refuse_all(request)
        rules: list[Rule] = []
        with self._world.hub.hold() as events:
            try:
                route, params = TABLE.find(request.method, path)
                body, files = await read_body(request)
                call = Call(self._world, route, params, request.query, body, files)
                ticket = self._admit(request, call)
                if ticket.stop is None:
                    rules = self._faults.of_request(route.method, route.template, path, params.get("channel"))
                    await self._delay(rules)
                reply = self._serve(call, ticket, rules)
            except ApiError as error:
                reply = Reply(error.status, error.body())
        lost = next((rule.effect for rule in rules if rule.effect in LOST_ANSWERS), None)
        seen = _as_seen(reply, lost)
        self._note(arrived, request, path, body, seen)
        return await self._answer(request, seen, rules, events)

    def _admit(self, request: web.Request, call: Call) -> Ticket:
        """The call's place in its bucket, or what stops it.

        Raises:
            ApiError: 401.
        """
        ban = self.buckets.ban()
        if ban is not None:
            return Ticket(stop=ban)
        if call.route.needs_token and request.headers.get("Authorization") != f"Bot {self._world.bot_token}":
            self.buckets.note_invalid()
            raise ApiError(Refusal.UNAUTHORIZED)
        ticket = self._ticket(call)
        if ticket.stop is not None and ticket.stop.scope != "shared":
            self.buckets.note_invalid()
        return ticket

    def _serve(self, call: Call, ticket: Ticket, rules: list[Rule]) -> Reply:
        """Do what the call asks for, unless it is stopped or a fault keeps it from that."""
        if ticket.stop is not None:
            return _stopped(ticket, ticket.stop)
        try:
            reply = self._fail(call, rules, ticket) or call.route.action(call)
        except ApiError as error:
            reply = Reply(error.status, error.body())
        if reply.status in INVALID:
            self.buckets.note_invalid()
        self._delete_after(call, rules, reply)
        return Reply(reply.status, reply.body, {**ticket.headers, **reply.headers})

    def _ticket(self, call: Call) -> Ticket:
        if call.route.needs_token:
            stop = self.buckets.take_global()
            if stop is not None:
                return Ticket(stop=stop)
        return self.buckets.take(call.route.families(call), call.major, call.route.template)

    def _fail(self, call: Call, rules: list[Rule], ticket: Ticket) -> Reply | None:
        """The answer of a fault that keeps the call from doing anything."""
        for rule in rules:
            if rule.effect is Effect.STATUS:
                return Reply(rule.status, {"message": "Internal Server Error", "code": 0})
            if rule.effect is Effect.FORBIDDEN:
                raise ApiError(Refusal.MISSING_PERMISSIONS)
            if rule.effect is Effect.NOT_FOUND:
                raise ApiError(
                    Refusal.UNKNOWN_MESSAGE if "message" in call.params else Refusal.UNKNOWN_CHANNEL
                )
            if rule.effect in (Effect.RATE_LIMIT, Effect.GLOBAL_RATE_LIMIT):
                scope = "global" if rule.effect is Effect.GLOBAL_RATE_LIMIT else "user"
                self.buckets.note_invalid()
                return _stopped(ticket, Stop(rule.retry_after, scope, is_ban=not rule.via))
            if rule.effect is Effect.DELETE_MESSAGE and call.params.get("message", "").isdecimal():
                self._delete(int(call.params["message"]))
        return None

    def _delete_after(self, call: Call, rules: list[Rule], reply: Reply) -> None:
        """The fault that deletes what was just posted."""
        if "message" in call.params or not isinstance(reply.body, dict):
            return
        made = str(reply.body.get("id", ""))
        if made.isdecimal() and any(rule.effect is Effect.DELETE_MESSAGE for rule in rules):
            self._delete(int(made))

    def _delete(self, message_id: int) -> None:
        found = self._world.messages.get(message_id)
        if found is not None:
            post.delete(self._world, found)

    async def _delay(self, rules: list[Rule]) -> None:
        """Half of a latency lies on the way here, half on the way back."""
        seconds = sum(rule.seconds for rule in rules if rule.effect is Effect.LATENCY)
        if seconds:
            await self._world.clock.sleep(seconds / 2)

    async def _answer(
        self, request: web.Request, reply: Reply, rules: list[Rule], events: list[Event]
    ) -> web.StreamResponse:
        order = self._world.settings.event_order
        if order == "before" or (order == "random" and self._dice.getrandbits(1)):
            self._tell(events)
        try:
            await self._delay(rules)
            response = self._respond(reply)
            if reply.status != SILENCE:
                await response.prepare(request)
                await response.write_eof()
        finally:
            self._tell(events)
        if any(rule.effect is Effect.LOST_ANSWER_HANG for rule in rules):
            await self._hang(request)
        if reply.status == SILENCE:
            _reset(request)
        return response

    def _tell(self, events: list[Event]) -> None:
        for event in events:
            self._world.hub.deliver(event)
        events.clear()

    def _respond(self, reply: Reply) -> web.Response:
        headers = dict(reply.headers)
        headers["Date"] = format_datetime(self._world.now(), usegmt=True)
        if isinstance(reply.body, bytes):
            headers["Content-Type"] = "text/plain"
            return web.Response(status=reply.status, body=reply.body, headers=headers)
        if reply.body is None:
            return web.Response(status=reply.status or 500, headers=headers)
        headers["Content-Type"] = "application/json"
        return web.Response(status=reply.status, body=msgspec.json.encode(reply.body), headers=headers)

    async def _hang(self, request: web.Request) -> None:
        """Keep silent until the caller or the sandbox goes away."""
        while not (self.is_closing or request.transport is None or request.transport.is_closing()):
            await self._world.clock.sleep(HANG_STEP)

    async def _refuse_all(self, request: web.Request) -> web.Response:
        """What an outage looks like: a reset, or the status it was given."""
        await request.release()
        status = self._faults.outage_status
        if status is None:
            _reset(request)
        return web.Response(status=status or 503, text="upstream unavailable")

    def _note(self, arrived: float, request: web.Request, path: str, body: object, reply: Reply) -> None:
        retry = reply.body.get("retry_after") if isinstance(reply.body, dict) else None
        self.log.note(
            RequestEntry(
                arrived,
                request.method,
                path,
                dict(request.query),
                msgspec.Raw(msgspec.json.encode(body)),
                reply.status or None,
                retry,
            )
        )


def _as_seen(reply: Reply, lost: Effect | None) -> Reply:
    """What is left of an answer that a fault loses on its way: an error of the server, or silence."""
    if lost is None:
        return reply
    if lost is Effect.LOST_ANSWER_500:
        return Reply(500, {"message": "500: Internal Server Error", "code": 0})
    if lost is Effect.CALLBACK_503_AFTER_ACCEPT:
        return Reply(503, {"message": "503: Service Unavailable", "code": 0})
    return Reply(SILENCE)


def _reset(request: web.Request) -> None:
    """Cut the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()


def _stopped(ticket: Ticket, stop: Stop) -> Reply:
    headers = {**ticket.headers, **stop.headers()}
    if stop.is_ban:
        del headers["Via"]
        return Reply(429, CLOUDFLARE, headers)
    return Reply(429, stop.body(), headers)
