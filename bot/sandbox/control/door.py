"""The routes of the control API and the one place where its errors become answers."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from bot.sandbox.control import person, place
from bot.sandbox.control.option import channel_of
from bot.sandbox.control.summon import outcome, settle
from bot.sandbox.control.view import message_view, world_view
from bot.sandbox.error import ApiError, ControlError
from bot.sandbox.fault import CONNECTION_EFFECTS, Faults, Rule
from bot.sandbox.gateway import Gateway
from bot.sandbox.guild import Member
from bot.sandbox.interaction import Interaction
from bot.sandbox.rest.door import Door
from bot.sandbox.settings import Limits
from bot.sandbox.stream import Stream
from bot.sandbox.world import World

Json = dict[str, Any]
Wish = TypeVar("Wish")
Action = Callable[[World, Member, Any], Interaction]
Deed = Callable[[World, Member, Any], Json]
SUMMONING: dict[str, tuple[type, Action]] = {
    "command": (person.CommandInput, person.use_command),
    "autocomplete": (person.CommandInput, person.complete),
    "click": (person.ClickInput, person.click),
    "submit": (person.SubmitInput, person.submit),
}
DOING: dict[str, tuple[type, Deed]] = {
    "react": (person.ReactInput, person.react),
    "say": (person.SayInput, person.say),
    "delete": (person.DeleteInput, person.delete),
}


class RulesInput(msgspec.Struct):
    """All faults; the list may also come bare."""

    rules: list[Rule]


class OutageInput(msgspec.Struct):
    """``status`` none cuts connections, a number answers with it."""

    on: bool
    status: int | None = None


def _json(body: object, status: int = 200) -> web.Response:
    return web.Response(
        status=status, body=msgspec.json.encode(body), headers={"Content-Type": "application/json"}
    )


async def _wish(request: web.Request, kind: type[Wish], *, wrap: str | None = None) -> Wish:
    """The body as one of the inputs; ``wrap`` names the field that a bare list stands for.

    Raises:
        ControlError: 400 with what is wrong and where.
    """
    try:
        raw = msgspec.json.decode(await request.read() or b"{}")
        if wrap is not None and isinstance(raw, list):
            raw = {wrap: raw}
        return msgspec.convert(raw, kind, strict=False)
    except msgspec.DecodeError as error:
        raise ControlError(f"The body is not as expected: {error}") from error


@web.middleware
async def boundary(
    request: web.Request,
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]],  # the name is aiohttp's
) -> web.StreamResponse:
    """Turn refusals into JSON."""
    try:
        return await handler(request)
    except ControlError as error:
        return _json(error.body(), error.status)
    except ApiError as error:
        body: Json = {"error": error.sentence, "code": error.code}
        return _json(body | ({"errors": error.errors} if error.errors else {}), error.status)


class Control:
    """The control API of one sandbox."""

    def __init__(self, world: World, door: Door, gateway: Gateway, faults: Faults) -> None:
        self._world = world
        self._door = door
        self._gateway = gateway
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        """All of it, to be added to an application with the `boundary`."""
        people, channels = "/sandbox/people/{name}", "/sandbox/channels/{channel}"
        return [
            web.get("/sandbox/world", self._read_world),
            *(web.post(f"{people}/{verb}", self._summon) for verb in SUMMONING),
            *(web.post(f"{people}/{verb}", self._do) for verb in DOING),
            web.get(f"{channels}/messages", self._read_channel),
            web.get("/sandbox/messages/{message}", self._read_message),
            web.put(f"{channels}/overwrites", self._overwrite),
            web.post("/sandbox/channels", self._add_channel),
            web.patch("/sandbox/roles/{role}", self._change_role),
            web.put(f"{people}/roles", self._give_roles),
            web.patch(channels, self._change_channel),
            web.delete(channels, self._delete_channel),
            web.get("/sandbox/requests", self._read_requests),
            web.delete("/sandbox/requests", self._clear_requests),
            web.get("/sandbox/faults", self._read_faults),
            web.put("/sandbox/faults", self._arm_faults),
            web.post("/sandbox/faults", self._add_fault),
            web.delete("/sandbox/faults", self._disarm_faults),
            web.post("/sandbox/gateway", self._disturb_gateway),
            web.put("/sandbox/outage", self._set_outage),
            web.get("/sandbox/limits", self._read_limits),
            web.put("/sandbox/limits", self._set_limits),
            web.get("/sandbox/stream", self._stream),
        ]

    def person(self, name: str | None) -> Member:
        """A person by name.

        Raises:
            ControlError: 404.
        """
        member = self._world.people.get(name or "")
        if member is None:
            known = ", ".join(self._world.people)
            raise ControlError(f"There is no person {name!r}; there are {known}", status=HTTPStatus.NOT_FOUND)
        return member

    async def act(self, name: str, verb: str, wish: object, patience: float | None = None) -> Json:
        """Let a person use an interaction and wait for the bot's answer."""
        member = self.person(name)
        interaction = SUMMONING[verb][1](self._world, member, wish)
        patience = self._world.settings.control_timeout if patience is None else patience
        answered = await settle(self._world, interaction, patience)
        return outcome(self._world, interaction, member, answered=answered)

    def do(self, name: str, verb: str, wish: object) -> Json:
        """Let a person do what needs no answer of the bot."""
        return DOING[verb][1](self._world, self.person(name), wish)

    async def _summon(self, request: web.Request) -> web.Response:
        verb = request.path.rpartition("/")[2]
        patience = _number(request, "timeout")
        wish: object = await _wish(request, SUMMONING[verb][0])
        found = await self.act(request.match_info["name"], verb, wish, patience)
        return _json(found, 200 if found["answered"] else HTTPStatus.GATEWAY_TIMEOUT)

    async def _do(self, request: web.Request) -> web.Response:
        verb = request.path.rpartition("/")[2]
        wish: object = await _wish(request, DOING[verb][0])
        return _json(self.do(request.match_info["name"], verb, wish))

    async def _read_world(self, _: web.Request) -> web.Response:
        return _json(world_view(self._world))

    def _viewer(self, request: web.Request) -> Member | None:
        return self.person(request.query["person"]) if "person" in request.query else None

    async def _read_channel(self, request: web.Request) -> web.Response:
        channel = channel_of(self._world, request.match_info["channel"])
        viewer = self._viewer(request)
        if viewer is not None and not self._world.may_view(viewer, channel):
            raise ControlError("This person cannot see the channel", status=HTTPStatus.FORBIDDEN, code=50001)
        limit, before = _number(request, "limit"), _number(request, "before", int)
        count = 50 if limit is None else int(limit)
        return _json(place.messages(self._world, channel, viewer, limit=count, before=before))

    async def _read_message(self, request: web.Request) -> web.Response:
        viewer = self._viewer(request)
        message = person.find_message(self._world, viewer, request.match_info["message"])
        return _json(message_view(self._world, message, viewer))

    async def _overwrite(self, request: web.Request) -> web.Response:
        wishes = await _wish(request, list[place.OverwriteInput])
        return _json(place.overwrite(self._world, request.match_info["channel"], wishes))

    async def _add_channel(self, request: web.Request) -> web.Response:
        return _json(place.add(self._world, await _wish(request, place.ChannelInput)))

    async def _change_role(self, request: web.Request) -> web.Response:
        wish = await _wish(request, place.RoleInput)
        return _json(place.change_role(self._world, request.match_info["role"], wish))

    async def _give_roles(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        member = self._world.bot if name == "bot" else self.person(name)
        return _json(place.give_roles(self._world, member, await _wish(request, list[str])))

    async def _change_channel(self, request: web.Request) -> web.Response:
        body = await _wish(request, dict[str, Any])
        return _json(place.change(self._world, request.match_info["channel"], body))

    async def _delete_channel(self, request: web.Request) -> web.Response:
        return _json(place.delete(self._world, request.match_info["channel"]))

    async def _read_requests(self, _: web.Request) -> web.Response:
        headers = {"Content-Type": "application/x-ndjson"}
        return web.Response(body=self._door.log.lines(), headers=headers)

    async def _clear_requests(self, _: web.Request) -> web.Response:
        self._door.log.clear()
        return web.Response(status=204)

    def arm(self, rules: list[Rule]) -> None:
        """Replace the faults; a clock's skew holds at once."""
        self._faults.arm(rules)
        self._world.clock.set_skew(self._faults.skew_seconds())

    async def _read_faults(self, _: web.Request) -> web.Response:
        found = {"rules": [armed.wire() for armed in self._faults.rules], "outage": self._faults.is_out}
        return _json(found | {"limits": {"enabled": self._door.buckets.limits.enabled}})

    async def _arm_faults(self, request: web.Request) -> web.Response:
        wish = await _wish(request, RulesInput, wrap="rules")
        self.arm(wish.rules)
        return await self._read_faults(request)

    async def _add_fault(self, request: web.Request) -> web.Response:
        self._faults.add(await _wish(request, Rule))
        self._world.clock.set_skew(self._faults.skew_seconds())
        return await self._read_faults(request)

    async def _disarm_faults(self, _: web.Request) -> web.Response:
        self.arm([])
        return web.Response(status=204)

    async def _disturb_gateway(self, request: web.Request) -> web.Response:
        rule = await _wish(request, Rule)
        if rule.effect not in CONNECTION_EFFECTS:
            names = ", ".join(sorted(CONNECTION_EFFECTS))
            raise ControlError(f"A gateway takes these effects at once: {names}")
        return _json({"connections": self._gateway.suffer(rule)})

    async def set_outage(self, *, on: bool, status: int | None = None) -> None:
        """Take the whole of Discord away, or bring it back."""
        self._faults.is_out, self._faults.outage_status = on, status
        if on:
            await self._gateway.cut()

    async def _set_outage(self, request: web.Request) -> web.Response:
        wish = await _wish(request, OutageInput)
        await self.set_outage(on=wish.on, status=wish.status)
        return _json({"on": wish.on})

    async def _read_limits(self, _: web.Request) -> web.Response:
        found: Json = msgspec.to_builtins(self._door.buckets.limits)
        return _json(found | {"invalid_count": self._door.buckets.invalid_count})

    async def _set_limits(self, request: web.Request) -> web.Response:
        wish = await _wish(request, dict[str, Any])
        self.set_limits(wish)
        return await self._read_limits(request)

    def set_limits(self, changes: Json) -> None:
        """Change families by name, e.g. ``{"enabled": false}``; windows start anew.

        Raises:
            ControlError: 400 for an unknown family or a budget that is none.
        """
        current: Json = msgspec.to_builtins(self._door.buckets.limits)
        try:
            limits = msgspec.convert(current | changes, Limits)
        except msgspec.ValidationError as error:
            raise ControlError(f"The limits are not as expected: {error}") from error
        self._door.buckets.reset(limits)
        self._world.settings.limits = limits

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        viewer = self.person(request.query.get("person"))
        return await Stream(self._world, viewer).serve(request)


def _number(request: web.Request, key: str, kind: Callable[[str], Any] = float) -> Any:
    if key not in request.query:
        return None
    try:
        return kind(request.query[key])
    except ValueError as error:
        raise ControlError(f"{key} must be a number") from error
